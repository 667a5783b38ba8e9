"""A worker's health probe: `GET /healthz` answers 200 while its loops are alive, else 503."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline.settings import get_settings


class _Probe(BaseHTTPRequestHandler):
    silence: Callable[[], float]  # seconds since the last sign of life
    worker: str

    def do_GET(self) -> None:
        silent_for = type(self).silence()
        healthy = self.path == "/healthz" and silent_for < get_settings().worker_stuck_after_s
        body = json.dumps({"worker": self.worker, "healthy": healthy, "silent_for_s": round(silent_for, 1)}).encode()
        self.send_response(200 if healthy else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The probe is asked every few seconds: it leaves no lines."""


def serve(worker: str, port: int, silence: Callable[[], float]) -> ThreadingHTTPServer:
    """Answer the probe from a thread; port 0 takes a free one (see `server_address`)."""
    probe = type("Probe", (_Probe,), {"silence": staticmethod(silence), "worker": worker})
    server = ThreadingHTTPServer((get_settings().worker_health_bind_host, port), probe)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
