"""Serves the Python cache service in memory mode on a free port (run by the benchmark's venv)."""

import os
import socket

os.environ["CACHE__SERVICE__STORAGE_MODE"] = "memory"

import uvicorn
from mgraph_ai_service_cache.fast_api.Cache_Service__Fast_API import Cache_Service__Fast_API

app = Cache_Service__Fast_API().setup().app()
listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
