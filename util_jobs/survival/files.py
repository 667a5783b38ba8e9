"""The small files of a trial. Each record's ID names its file, so that a result is known to be of this file."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass
from functools import cache

from util_jobs.bench.command import SAMPLE

FEWEST_RECORDS, MOST_RECORDS = 5, 60
BAD_SHARE = 0.1


@dataclass(frozen=True)
class TrialFile:
    """A file to submit: the IDs of its records in their order, and the error code with which its job must fail."""

    name: str
    content: bytes
    ids: tuple[str, ...] = ()
    refusal: str | None = None

    def tells_of(self, annotated: bytes) -> bool:
        """Whether the annotated VCF (bgzipped) has exactly the records of this file. Sources may have added their own
        ids behind the file's."""
        lines = [line.split("\t", 3) for line in gzip.decompress(annotated).decode().splitlines() if line[0] != "#"]
        return tuple(fields[2].split(";")[0] for fields in lines) == self.ids


@cache
def _sample() -> tuple[str, tuple[str, ...]]:
    """Header and records of the sample that everybody may try."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    header = "".join(line for line in lines if line.startswith("#"))
    return header, tuple(line for line in lines if not line.startswith("#"))


def trial_file(rng: random.Random, number: int) -> TrialFile:
    """A file of some records of the sample; now and then one that cannot be annotated."""
    if rng.random() < BAD_SHARE:
        return rng.choice(_bad())
    header, records = _sample()
    chosen = sorted(rng.sample(range(len(records)), rng.randint(FEWEST_RECORDS, MOST_RECORDS)))
    ids = tuple(f"file{number}record{index}" for index in chosen)
    body = "".join(_with_id(records[index], name) for index, name in zip(chosen, ids, strict=True))
    return TrialFile(f"trial-{number}.vcf", (header + body).encode(), ids)


def _with_id(record: str, name: str) -> str:
    contig, position, _, rest = record.split("\t", 3)
    return "\t".join((contig, position, name, rest))


@cache
def _bad() -> tuple[TrialFile, ...]:
    header, records = _sample()
    contig, _, rest = records[0].split("\t", 2)
    return (
        TrialFile("rubbish.vcf", b"\x00\xff" * 500, refusal="not_vcf"),
        TrialFile("bad-position.vcf", f"{header}{contig}\tabc\t{rest}".encode(), refusal="bad_position"),
        TrialFile("cut-off.vcf.gz", gzip.compress(header.encode(), mtime=0)[:200], refusal="truncated_gzip"),
    )
