"""Starts and stops the services under test, and calls them one request at a time."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent
KEY_NAME, KEY = "x-api-key", "bench-key"
PACKAGES = ["mgraph-ai-service-cache", "mgraph-ai-service-cache-client", "uvicorn"]
START_LIMIT = STOP_LIMIT = 120  # seconds


class Server:
    """A running service; leaving its `with` block stops it."""

    def __init__(self, mode, command, log):
        self.mode = mode
        # Nothing of the caller's own configuration may reach the service.
        settings = ("CACHE__", "CACHE_SERVER__", "AWS_", "FAST_API__")
        env = {k: v for k, v in os.environ.items() if not k.startswith(settings)}
        env["FAST_API__AUTH__API_KEY__NAME"] = KEY_NAME
        env["FAST_API__AUTH__API_KEY__VALUE"] = KEY
        began = time.perf_counter()
        with open(log, "ab") as stderr:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env
            )
        guard = threading.Timer(START_LIMIT, self.process.kill)
        guard.start()
        self.address = self._wait_for_address()
        self.start_ms = (time.perf_counter() - began) * 1000
        guard.cancel()
        if not self.address:
            self.process.wait()
            status = self.process.returncode
            sys.exit(f"{mode}: no line 'listening on', exit status {status}\n{log.read_text()[-4000:]}")
        # A full pipe would stop a service that logs to standard output.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def _wait_for_address(self):
        for line in self.process.stdout:
            if found := re.search(r"listening on http://(\S+:\d+)", line):
                return found[1]
        return None

    def rss_mb(self):
        """Resident memory, in MB (10^6 bytes)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024 / 1e6

    def bytes_read(self):
        """Bytes read from files, also from those that the system holds in memory."""
        lines = Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        return int(lines[0].removeprefix("rchar: "))

    def cpu_seconds(self):
        """The processor time it has used, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.kill()
            sys.exit(f"{self.mode}: still running {STOP_LIMIT} s after SIGTERM")

    def kill(self):
        """kill -9: the process gets no chance to tidy up."""
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class BucketServer:
    """An S3 server; its buckets are made by those who use it. It ends with its input."""

    def __init__(self, command, log):
        with open(log, "ab") as stderr:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"no S3 server: run tests/s3/tools.sh first\n{log.read_text()[-4000:]}")
        self.endpoint = line.split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Client:
    """One keep-alive connection."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.address, timeout=60)

    def call(self, method, path, body=None):
        headers = {KEY_NAME: KEY, "content-type": "application/json"}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def store(self, body):
        """Stores a JSON text and returns its cache id."""
        status, _, answer = self.call("POST", "/bench/direct/store/json", body)
        if status != 200:
            raise ConnectionError(f"store: status {status}: {answer[:200]}")
        return json.loads(answer)["cache_id"]

    def holds(self, cache_id, body):
        """Whether the entry can be retrieved and its content is the one stored."""
        status, _, answer = self.call("GET", f"/bench/retrieve/{cache_id}")
        return status == 200 and json.loads(answer)["data"] == json.loads(body)


def make_python(folder):
    """Makes (once) a venv with the Python service and returns its python."""
    python = folder / "bin" / "python"
    if succeeds([python, "-c", "import mgraph_ai_service_cache, uvicorn"], stderr=subprocess.DEVNULL):
        return python
    print(f"installing the Python service in {folder}", flush=True)
    for choice in ({}, {"PYENV_VERSION": "3.12"}):  # pyenv hides the versions it has
        command = ["python3.12", "-m", "venv", "--clear", folder]
        if succeeds(command, env=os.environ | choice, stderr=subprocess.DEVNULL):
            if succeeds([python, "-m", "pip", "install", "--quiet", *PACKAGES]):
                return python
            sys.exit("the Python service cannot be installed: leave it out with --no-python")
    sys.exit("no Python 3.12 found: give a venv with --python, or leave it out with --no-python")


def succeeds(command, **options):
    try:
        return subprocess.run(command, **options).returncode == 0
    except FileNotFoundError:
        return False


def python_versions(python):
    """The versions that matter for the comparison, in one line."""
    code = (
        "import importlib.metadata as m, platform, sys\n"
        "print('Python', platform.python_version(), *(f'{p} {m.version(p)}' for p in sys.argv[1:]), sep=', ')"
    )
    return subprocess.check_output([python, "-c", code, *PACKAGES], text=True).strip().replace("Python, ", "Python ")
