"""Streams a plain or gzipped text file as blocks of whole lines, within the named limits on size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError, LimitError
from pipeline.settings import Settings

CHUNK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
RATIO_FLOOR_BYTES = 64 << 20  # below this much output no compression ratio is suspicious
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class TextSource:
    """One pass over the input: decompressed bytes, counting what was read from disk (`bytes_read`)."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.settings = settings
        self.bytes_read = 0
        self.bytes_out = 0

    def chunks(self) -> Iterator[bytes]:
        """Decompressed chunks; raises InputError for a broken gzip file, LimitError for a zip bomb."""
        with self.path.open("rb") as handle:
            first = handle.read(self.settings.read_block_bytes)
            raw = self._raw(first, handle)
            for chunk in self._gunzip(raw) if first.startswith(GZIP_MAGIC) else raw:
                self.bytes_out += len(chunk)
                check_unpacked_size(self.bytes_read, self.bytes_out, self.settings)
                if chunk:
                    yield chunk

    def _raw(self, first: bytes, handle: object) -> Iterator[bytes]:
        chunk = first
        while chunk:
            self.bytes_read += len(chunk)
            yield chunk
            chunk = handle.read(self.settings.read_block_bytes)  # type: ignore[attr-defined]

    def _gunzip(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        """Inflate any number of gzip members (RFC 1952 section 2.2), a bounded piece at a time."""
        inflate = zlib.decompressobj(wbits=31)
        for chunk in raw:
            pending = chunk
            while pending:
                if inflate.eof:
                    pending = pending.lstrip(b"\0")  # tape archives and some tools pad with zeros
                    if not pending:
                        break
                    inflate = zlib.decompressobj(wbits=31)
                try:
                    yield inflate.decompress(pending, 2 * self.settings.read_block_bytes)
                except zlib.error as error:
                    raise InputError(
                        "The gzip file is damaged: it cannot be unpacked to its end. Compress and upload it again.",
                        code="corrupt_gzip",
                    ) from error
                pending = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        if not inflate.eof:
            raise InputError(
                "The gzip file ends in the middle: it was cut off when it was copied or uploaded. "
                "Check it with `gzip -t` and upload it again.",
                code="truncated_gzip",
            )


def check_unpacked_size(bytes_read: int, bytes_out: int, settings: Settings) -> None:
    """Raise LimitError where `bytes_read` bytes of a packed file have become more bytes than is allowed."""
    if bytes_out > settings.max_uncompressed_bytes:
        raise LimitError(
            f"The file unpacks to more than {settings.max_uncompressed_bytes:,} bytes "
            "(setting max_uncompressed_bytes). Split it by contig and upload the parts."
        )
    ratio = bytes_out / max(bytes_read, 1)
    if bytes_out > RATIO_FLOOR_BYTES and ratio > settings.max_compression_ratio:
        raise LimitError(
            f"The file unpacks to more than {settings.max_compression_ratio:,} times its size "
            "(setting max_compression_ratio), which no real VCF does."
        )


def _too_long(line: int, settings: Settings) -> LimitError:
    return LimitError(
        f"Line {line:,} is longer than {settings.max_line_bytes:,} bytes (setting max_line_bytes). "
        "Check that the file is a VCF with one record a line.",
        code="line_too_long",
        line=line,
    )


class LineBlocks:
    """Cuts a TextSource into blocks that end with a newline; CRLF and old-Mac line ends become newlines."""

    def __init__(self, source: TextSource) -> None:
        self.source = source
        self.next_line = 1  # 1-based number of the first line of the next block
        self.carriage_returns = False
        self.byte_order_mark = False

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Pairs (1-based number of the block's first line, block)."""
        rest: list[bytes] = []
        rest_bytes = 0
        first = True
        held_return = b""
        for raw in self.source.chunks():
            chunk = held_return + raw
            held_return = b""
            if first:
                first = False
                if chunk.startswith(BYTE_ORDER_MARK):
                    self.byte_order_mark = True
                    chunk = chunk[len(BYTE_ORDER_MARK) :]
            if b"\r" in chunk:
                if chunk.endswith(b"\r"):  # its newline may open the next chunk
                    chunk, held_return = chunk[:-1], b"\r"
                self.carriage_returns = True
                chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            cut = chunk.rfind(b"\n") + 1
            if cut:
                block = b"".join((*rest, chunk[:cut]))
                yield self._numbered(block, rest_bytes + chunk.find(b"\n"))
                rest, rest_bytes = [], 0
            if cut < len(chunk):
                rest.append(chunk[cut:])
                rest_bytes += len(chunk) - cut
                if rest_bytes > self.source.settings.max_line_bytes:
                    raise _too_long(self.next_line, self.source.settings)
        if rest_bytes:
            yield self._numbered(b"".join(rest) + b"\n", rest_bytes)

    def _numbered(self, block: bytes, first_line_bytes: int) -> tuple[int, bytes]:
        number = self.next_line
        if first_line_bytes > self.source.settings.max_line_bytes:
            raise _too_long(number, self.source.settings)
        self.next_line += block.count(b"\n")
        return number, block
