"""A process with a health probe and nothing else, for the tests of what starts and stops processes."""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Probe(BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    sys.stdout.write(f"stand-in {sys.argv[1:]} with {os.environ['AWS_ENDPOINT_URL']}\n")
    if "fail" in sys.argv:
        raise SystemExit("I cannot start because the moon is full")
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Probe).serve_forever()
