"""One record of the annotated VCF as it stands there, found by the index: a few ranges are read, never the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws
from pipeline.errors import LimitError, NotFoundError, RetryableError
from pipeline.jobs.model import Job
from pipeline.results.vcf_index import Chunk, chunks_at
from pipeline.settings import get_settings

READ_BYTES = 128 << 10
BLOCK_BYTES = 64 << 10  # a block of bgzip is no longer (SAM specification, section 4.1)
INDEXES_KEPT = 4


@dataclass(frozen=True)
class Record:
    """A line of the VCF. `fields` are its columns as text; FORMAT and the samples are fields 8 and following."""

    fields: tuple[str, ...]

    @property
    def line(self) -> str:
        """The line without its line break."""
        return "\t".join(self.fields)

    @property
    def format(self) -> list[str]:
        """The keys of the samples' values; empty without samples."""
        return self.fields[8].split(":") if len(self.fields) > 8 else []

    @property
    def samples(self) -> tuple[str, ...]:
        """The values of each sample, in the file's order."""
        return self.fields[9:]


def record_of(job: Job, row: dict[str, Any]) -> Record:
    """The record that a row of variants.parquet was made of, by the place and alleles of the upload.

    Raises `NotFoundError` where the result has no indexed VCF or the record is not found, `LimitError` where it lies
    deeper in its stretch than `record_search_bytes`, `RetryableError` when the file cannot be read now.
    """
    if not {"vcf", "index"} <= job.outputs.keys() or not row.get("input_pos"):
        raise NotFoundError("The result has no indexed VCF, so the record cannot be looked up.", code="no_such_file")
    stored, bucket = job.outputs["vcf"], str(job.s3_results_bucket)
    contig, position = str(row["chrom"]), int(row["input_pos"])
    wanted = (str(row["input_ref"]).encode(), str(row["input_alt"] or ".").encode())
    try:
        for chunk in chunks_at(_index(job), contig, position):
            for line in _lines(bucket, stored["key"], chunk):
                begin = line.split(b"\t", 5)
                if int(begin[1]) > position:
                    break
                is_here = begin[0] == contig.encode() and int(begin[1]) == position
                if is_here and begin[3] == wanted[0] and wanted[1] in begin[4].rstrip(b"\r").split(b","):
                    return Record(tuple(line.decode("utf-8", errors="replace").rstrip("\r").split("\t")))
    except (BotoCoreError, ClientError, zlib.error) as error:
        raise RetryableError(
            "The VCF could not be read just now. Try again in a moment.", code="result_unavailable"
        ) from error
    raise NotFoundError("The record was not found in the annotated VCF.", code="no_such_record")


def _index(job: Job) -> bytes:
    stored = job.outputs["index"]
    most = get_settings().record_index_bytes
    if int(stored["size"]) > most:
        raise LimitError(
            f"The index of the VCF is larger than {most:,} bytes (record_index_bytes), so records are not looked up.",
            code="index_too_large",
        )
    return _stored_index(str(job.s3_results_bucket), stored["key"])


@lru_cache(maxsize=INDEXES_KEPT)
def _stored_index(bucket: str, key: str) -> bytes:
    """Stored files never change: an attempt of a job has keys of its own."""
    return bytes(aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def _lines(bucket: str, key: str, chunk: Chunk) -> Iterator[bytes]:
    """The whole lines of a stretch, from its first byte on."""
    rest, skipped = b"", chunk.begin & 0xFFFF
    for text in _unpacked(bucket, key, chunk):
        rest += text
        if skipped:
            cut = min(skipped, len(rest))
            rest, skipped = rest[cut:], skipped - cut
        *lines, rest = rest.split(b"\n")
        yield from lines


def _unpacked(bucket: str, key: str, chunk: Chunk) -> Iterator[bytes]:
    """What the blocks of a stretch hold, as it arrives."""
    most = get_settings().record_search_bytes
    first, last = chunk.begin >> 16, (chunk.end >> 16) + BLOCK_BYTES - 1
    answer = aws.client("s3").get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{last}")
    unpacking, read = zlib.decompressobj(31), 0
    with answer["Body"] as body:
        while packed := body.read(READ_BYTES):
            read += len(packed)
            if read > most:
                raise LimitError(
                    f"The record lies deeper in the VCF than {most:,} bytes (record_search_bytes) from where its index "
                    "points to. Download the VCF to see it.",
                    code="record_too_deep",
                )
            while packed:
                yield unpacking.decompress(packed)
                packed = unpacking.unused_data
                if unpacking.eof:
                    unpacking = zlib.decompressobj(31)
