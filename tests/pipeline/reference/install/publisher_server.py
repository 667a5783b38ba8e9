"""A server in the publishers' layout that breaks off, lies, is busy, or knows no ranges, as a test asks."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.reference.install.checksums import slow_sum
from pipeline.reference.install.publishers import local_path, publisher_bundle
from tests.pipeline.reference.genomes import fasta_text, gff3_text, sequences, vcf_text

CLINVAR_META = (
    "##fileDate=2026-10-04\n##source=ClinVar\n"
    '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="x">\n'
    '##INFO=<ID=CLNREVSTAT,Number=.,Type=String,Description="x">\n'
    '##INFO=<ID=CLNDN,Number=.,Type=String,Description="x">\n'
)


def publish(root: Path) -> dict[str, Path]:
    """Files of GRCh38 with their checksums below `root`; path of each by role."""
    entry = publisher_bundle("GRCh38")
    base = sequences()["1"][199]
    other = "ACGT"["ACGT".index(base) - 1]
    clinvar = vcf_text(
        f"1 200 12345 {base} {other} . . "
        "CLNSIG=Likely_pathogenic;CLNREVSTAT=reviewed_by_expert_panel;CLNDN=Some_disease|not_provided",
        f"7 5 6 {base} {other} . . CLNSIG=Benign",
        meta=CLINVAR_META,
    )
    dbsnp = vcf_text(f"NC_000001.11 200 rs99 {base} {other} . . RS=99", meta="##dbSNP_BUILD_ID=157\n")
    texts = {
        entry.fasta.url: fasta_text(),
        entry.gff3.url: gff3_text(),
        entry.sources[0].files[0].url: clinvar,
        entry.sources[1].files[0].url: dbsnp,
    }
    paths = {}
    for role, (url, text) in zip(("fasta", "gff3", "clinvar", "dbsnp"), texts.items(), strict=True):
        paths[role] = root / local_path(url)
        paths[role].parent.mkdir(parents=True, exist_ok=True)
        paths[role].write_bytes(gzip.compress(text.encode(), mtime=0))
    for role in ("fasta", "gff3"):
        path = paths[role]
        line = f"{slow_sum(path):05d} {-(-path.stat().st_size // 1024)} {path.name}\n"
        (path.parent / "CHECKSUMS").write_text(f"00000 1 other.fa.gz\n{line}")
    for role in ("clinvar", "dbsnp"):
        path = paths[role]
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        (path.parent / f"{path.name}.md5").write_text(f"{digest}  {path.name}\n")
    return paths


class PublisherServer:
    """Serves a folder. The attributes say how it misbehaves."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ranges = True
        self.break_after: dict[str, list[int]] = {}  # file name → bytes of the body of each of the next answers
        self.statuses: dict[str, list[int]] = {}  # file name → status of each of the next answers
        self.asked: list[tuple[str, str, str | None]] = []  # method, file name, Range
        self.sent: Counter[str] = Counter()  # bytes of bodies
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> PublisherServer:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def _answer(self, *, body: bool) -> None:
                path = outer.root / self.path.lstrip("/")
                asked = self.headers.get("Range")
                outer.asked.append((self.command, path.name, asked))
                planned = outer.statuses.get(path.name, [])
                if planned and body:
                    self._refuse(planned.pop(0))
                elif path.is_file():
                    self._send(path, asked, body=body)
                else:
                    self._refuse(404)

            def _refuse(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _send(self, path: Path, asked: str | None, *, body: bool) -> None:
                data = path.read_bytes()
                stamp = f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
                start = 0
                if asked and outer.ranges and self.headers.get("If-Range") == stamp:
                    start = int(asked.removeprefix("bytes=").rstrip("-"))
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
                self.send_header("ETag", stamp)
                self.send_header("Content-Length", str(len(data) - start))
                self.end_headers()
                if body:
                    planned = outer.break_after.get(path.name, [])
                    end = start + planned.pop(0) if planned else len(data)
                    outer.sent[path.name] += len(data[start:end])
                    self.wfile.write(data[start:end])
                    if end < len(data):
                        self.close_connection = True

        return Handler
