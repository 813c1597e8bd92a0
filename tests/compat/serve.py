#!/usr/bin/env python3
"""Runs a command against a fresh server, and ends with the command's status.

    serve.py SERVER [--storage-mode MODE] [ARGUMENT...] -- COMMAND...

In COMMAND, {url} and {key} stand for the server's address and API key. The server keeps its data in a temporary folder
and has to end cleanly when it is told to.
"""
import os
import signal
import subprocess
import sys
import tempfile

KEY = "a-key-for-this-run"


def main():
    split = sys.argv.index("--")
    server, arguments, command = sys.argv[1], sys.argv[2:split], sys.argv[split + 1 :]
    mine = ("CACHE", "AWS_", "FAST_API__")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    environment |= {"FAST_API__AUTH__API_KEY__NAME": "x-api-key", "FAST_API__AUTH__API_KEY__VALUE": KEY}
    with tempfile.TemporaryDirectory() as folder:
        start = [server, "--port", "0", "--path", os.path.join(folder, "data"), *arguments]
        with subprocess.Popen(start, stdout=subprocess.PIPE, text=True, env=environment) as process:
            try:
                line = process.stdout.readline()
                if not line.startswith("listening on "):
                    sys.exit(f"the server did not start: {line!r}")
                url = line.removeprefix("listening on ").strip()
                filled = [word.replace("{url}", url).replace("{key}", KEY) for word in command]
                status = subprocess.run(filled).returncode
            finally:
                process.send_signal(signal.SIGTERM)
                ended = process.wait(timeout=60)
    if ended != 0:
        sys.exit(f"the server ended with status {ended}")
    sys.exit(status)


if __name__ == "__main__":
    main()
