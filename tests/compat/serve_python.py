#!/usr/bin/env python3
"""Runs a command against a fresh Python service on memory storage, and ends with the command's status.

    serve_python.py COMMAND...

In COMMAND, {url} and {key} stand for the service's address and API key, as in serve.py. Needs Python 3.12 and the packages
of requirements.txt.
"""
import subprocess, sys
from servers import KEY, in_memory, python_service

with python_service(in_memory()) as service:
    command = [word.replace('{url}', service.base).replace('{key}', KEY['x-api-key']) for word in sys.argv[1:]]
    status = subprocess.run(command).returncode
sys.exit(status)
