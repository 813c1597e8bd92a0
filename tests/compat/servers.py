"""Starts the two servers of the compatibility tests on free ports, and talks to them. Standard library only."""
import contextlib, http.client, json, os, signal, subprocess, sys, time, urllib.parse

# A test that is told to end ends its servers, too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

KEY = {'x-api-key': 'ref-secret-key'}
ENV = {'FAST_API__AUTH__API_KEY__NAME': 'x-api-key', 'FAST_API__AUTH__API_KEY__VALUE': KEY['x-api-key']}
# What the developer's environment says of these is not for the servers.
FOREIGN = ('AWS_', 'CACHE_', 'FAST_API__')
PYTHON_SERVICE = '''
import socket, sys, uvicorn
from mgraph_ai_service_cache.fast_api.Cache_Service__Fast_API import Cache_Service__Fast_API
app = Cache_Service__Fast_API().setup().app()
# With its protocol named, asyncio turns Nagle's algorithm off; without, every answer takes 40 ms.
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print("listening on http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
'''


def python_service_missing():
    """Why the Python service cannot run in this interpreter, or None."""
    if sys.version_info < (3, 12): return f'the Python service needs Python 3.12, this is {sys.version.split()[0]}'
    import importlib.util
    missing = [name for name in ('mgraph_ai_service_cache', 'uvicorn') if importlib.util.find_spec(name) is None]
    return f'no package {missing[0]}: see requirements.txt' if missing else None


class Server:
    """A running server; `send` answers (status, headers, body)."""
    def __init__(self, base):
        self.base = base
        url = urllib.parse.urlsplit(base)
        self.address = (url.hostname, url.port)
        self.connection = None

    def send(self, method, path, body=None, headers=None):
        """One request; the path goes out as it is."""
        for attempt in (1, 2):
            if self.connection is None: self.connection = http.client.HTTPConnection(*self.address, timeout=60)
            try:
                self.connection.putrequest(method, path, skip_accept_encoding=True)
                for name, value in {**KEY, **(headers or {})}.items(): self.connection.putheader(name, value)
                if body is not None: self.connection.putheader('content-length', str(len(body)))
                self.connection.endheaders(body)
                response = self.connection.getresponse()
                data = response.read()
                if response.will_close: self.close()
                return response.status, {k.lower(): v for k, v in response.getheaders()}, data
            except (http.client.HTTPException, OSError):
                self.close()
                if attempt == 2: raise

    def close(self):
        if self.connection: self.connection.close()
        self.connection = None

    def json(self, method, path, body=None, headers=None):
        """A request that has to answer 200 with JSON."""
        status, _, data = self.send(method, path, body, headers)
        assert status == 200, f'{method} {path}: {status} {data[:300]!r}'
        return json.loads(data)


@contextlib.contextmanager
def running(command, env):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    process = subprocess.Popen(command, env={**kept, **ENV, **env}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        deadline = time.monotonic() + 60
        for line in process.stdout:
            if 'listening on' in line: break
            assert time.monotonic() < deadline, 'the server did not start'
        else: raise RuntimeError(f'{command[0]} ended with status {process.wait()}')
        server = Server(line.split('listening on ')[1].strip())
        yield server
        server.close()
        assert process.poll() is None, f'{command[0]} ended by itself with status {process.poll()}'
    finally:
        process.terminate()
        try: process.wait(20)
        except subprocess.TimeoutExpired: process.kill(); process.wait()
        process.stdout.close()


# Storages are told by the same variables to either server: that is what it takes to put one in the other's place.

def in_memory():
    return {'CACHE__SERVICE__STORAGE_MODE': 'memory'}


def in_folder(path):
    return {'CACHE__SERVICE__STORAGE_MODE': 'local_disk', 'CACHE__SERVICE__LOCAL_DISK_PATH': path}


def in_bucket(endpoint, name):
    """A bucket of one of the servers of tests/s3/serve.py; made by whichever service comes first."""
    return {'CACHE__SERVICE__STORAGE_MODE': 's3', 'CACHE__SERVICE__BUCKET_NAME': name, 'AWS_ENDPOINT_URL': endpoint, 'AWS_REGION': 'us-east-1',
            'AWS_DEFAULT_REGION': 'us-east-1', 'AWS_ACCESS_KEY_ID': 'S3RVER', 'AWS_SECRET_ACCESS_KEY': 'S3RVER', 'AWS_ALLOW_HTTP': 'true'}


def ours(binary, storage):
    """This repository's server."""
    return running([binary, '--port', '0'], storage)


def python_service(storage):
    """The Python service, in this interpreter's environment."""
    return running([sys.executable, '-W', 'ignore', '-c', PYTHON_SERVICE], storage)
