#!/usr/bin/env python3
"""Serves buckets on a free port of the loopback interface until its standard input ends.

    serve.py moto|seaweedfs|s3rver
    serve.py moto|seaweedfs|s3rver -- COMMAND...

Run it with the Python of the folder that tools.sh fills. It prints one line, `listening on http://127.0.0.1:PORT`,
once requests are answered. Whoever starts it holds the other end of the input, so the server outlives nobody: not even
a test that is killed. What it stores is in memory (or in /dev/shm) and gone in the end. The key is `S3RVER`, secret
`S3RVER`: s3rver knows no other.

With a command, it makes the bucket `test`, runs the command with the address in place of {endpoint}, and ends with its
status.
"""
import contextlib, ctypes, glob, json, os, signal, socket, subprocess, sys, tempfile, threading, time
import urllib.error, urllib.request

HERE = '127.0.0.1'
KEY = {'accessKey': 'S3RVER', 'secretKey': 'S3RVER'}
TOOLS = sys.prefix
# Ports are looked for and then handed over, so another process may be quicker.
ATTEMPTS = 5


def main():
    for number in (signal.SIGTERM, signal.SIGINT): signal.signal(number, lambda *_: sys.exit(143))
    {'moto': moto, 'seaweedfs': seaweedfs, 's3rver': s3rver}[sys.argv[1]]()


def use(port):
    """Lets the server be used as long as it is wanted."""
    endpoint = f'http://{HERE}:{port}'
    if '--' not in sys.argv:
        print(f'listening on {endpoint}', flush=True)
        while os.read(0, 4096): pass
        return 0
    import boto3
    boto3.client('s3', endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id=KEY['accessKey'],
                 aws_secret_access_key=KEY['secretKey']).create_bucket(Bucket='test')
    command = sys.argv[sys.argv.index('--') + 1:]
    return subprocess.run([word.replace('{endpoint}', endpoint) for word in command]).returncode


def moto():
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from moto.s3.responses import S3Response
    from werkzeug.serving import make_server

    # It looks at a condition and then writes or deletes: two threads may pass the one before either does the other. And it fails
    # at a listing while another thread writes.
    alone = threading.Lock()
    def one_at_a_time(work):
        def work_alone(*about):
            with alone: return work(*about)
        return work_alone
    for name in ('put_object', 'delete_object', 'list_objects_v2', '_bucket_response_delete_keys'):
        setattr(S3Response, name, one_at_a_time(getattr(S3Response, name)))

    class Handler(MotoRequestHandler):
        def log_request(self, *_): pass

    app = DomainDispatcherApplication(create_backend_app)
    server = make_server(HERE, 0, app, threaded=True, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os._exit(use(server.server_port))


def seaweedfs():
    kinds = [f'{part}.port{grpc}' for part in ('s3', 'filer', 'volume', 'master') for grpc in ('', '.grpc')]
    with folder() as data:
        write(data, 's3.json', json.dumps({'identities': [
            {'name': 'test', 'credentials': [KEY], 'actions': ['Admin', 'Read', 'Write', 'List', 'Tagging']}]}))
        # A bucket begins with seven volumes otherwise.
        write(data, 'master.toml', '[master.volume_growth]\ncopy_1 = 1\n')
        command = [f'{TOOLS}/bin/weed', '-logtostderr=true', 'server', f'-dir={data}', f'-ip={HERE}',
                   f'-ip.bind={HERE}', '-volume.max=1000', '-master.volumeSizeLimitMB=64', '-master.telemetry=false',
                   '-s3', f'-s3.config={data}/s3.json', '-s3.autoCreateBucket=false', '-s3.port.iceberg=0',
                   '-s3.port.lance=0']
        run(lambda ports: command + [f'-{kind}={port}' for kind, port in zip(kinds, ports)], len(kinds), data)


def s3rver():
    with folder() as data:
        command = ['node', f'{TOOLS}/node/node_modules/s3rver/bin/s3rver.js', '--silent', '--address', HERE,
                   '--directory', f'{data}/buckets', '--no-vhost-buckets', '--allow-mismatched-signatures']
        run(lambda ports: [*command, '--port', str(ports[0])], 1, data)


def run(command, ports, data):
    """Runs what `command` makes of so many free ports, and serves on the first; takes others where one was lost."""
    for _ in range(ATTEMPTS):
        free = free_ports(ports)
        port = free[0]
        with open(f'{data}/log', 'ab') as log:
            server = subprocess.Popen(command(free), cwd=data, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      preexec_fn=end_with_this_process)
        try:
            if ready(server, port): sys.exit(use(port))
        finally:
            server.kill()
            server.wait()
            for left in (name for port in free for name in glob.glob(f'/tmp/seaweedfs-*-{port}.sock')): os.remove(left)
    with open(f'{data}/log', errors='replace') as log: sys.exit(f'no server: {log.read()[-4000:]}')


def ready(server, port):
    """Whether the server answers within a minute."""
    for _ in range(2400):
        if server.poll() is not None: return False
        try:
            urllib.request.urlopen(f'http://{HERE}:{port}/', timeout=5)
            return True
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500: return True
        except OSError: pass
        time.sleep(0.025)
    return False


def free_ports(count):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((HERE, 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in held]


def end_with_this_process():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def folder():
    return tempfile.TemporaryDirectory(prefix='s3-tests-', dir='/dev/shm' if os.path.isdir('/dev/shm') else None)


def write(data, name, text):
    with open(f'{data}/{name}', 'w') as file: file.write(text)


if __name__ == '__main__':
    main()
