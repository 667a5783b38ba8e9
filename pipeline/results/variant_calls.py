"""The genotypes of one variant: all samples from its record, or those that the table of genotypes holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.jobs.model import Job
from pipeline.results import cache, connection
from pipeline.results.vcf_record import Record

SEPARATOR = re.compile(r"[/|]")
# In the order in which people look: who carries the allele comes first.
KINDS = ("homozygous", "heterozygous", "missing", "absent", "no call")


@dataclass(frozen=True)
class Call:
    """A sample's genotype (VCF specification 4.3, section 1.6.2). `kind` is one of `KINDS` and is about this allele;
    depths are reads; `balance` is the share of the allele's reads among those of it and the reference, 0 to 1."""

    sample: str
    gt: str
    kind: str
    dp: int | None = None
    gq: float | None = None
    ad_ref: int | None = None
    ad_alt: int | None = None

    @property
    def balance(self) -> float | None:
        """None without reads."""
        if self.ad_ref is None or self.ad_alt is None or not self.ad_ref + self.ad_alt:
            return None
        return self.ad_alt / (self.ad_ref + self.ad_alt)


def calls_in(record: Record, samples: Sequence[str], allele: int) -> list[Call]:
    """The calls of all samples (their names in the file's order) of a record; `allele` is the 1-based number of ALT."""
    keys = record.format
    calls = []
    for sample, text in zip(samples, record.samples, strict=False):
        values = dict(zip(keys, text.split(":"), strict=False))
        depths = values.get("AD", "").split(",")
        gt = values.get("GT", ".")
        calls.append(
            Call(
                sample,
                gt,
                kind_of(gt, allele),
                _whole(values.get("DP")),
                _decimal(values.get("GQ")),
                _whole(depths[0]),
                _whole(depths[allele]) if allele < len(depths) else None,
            )
        )
    return by_interest(calls)


def calls_of_table(job: Job, rid: int, allele: int) -> list[Call]:
    """The calls that hold the variant or are not whole: what genotypes.parquet has of it."""
    if "genotypes" not in job.outputs:
        return []
    with cache.opened(job, "genotypes") as path:
        sql = "SELECT sample, gt, dp, gq, ad_ref, ad_alt FROM read_parquet($path) WHERE rid = $rid"
        rows = connection.rows(sql, {"path": str(path), "rid": rid})
    return by_interest([Call(str(row[0]), str(row[1]), kind_of(str(row[1]), allele), *row[2:]) for row in rows])


def by_interest(calls: list[Call]) -> list[Call]:
    """Who carries the allele first; within a kind in the order of the file."""
    return sorted(calls, key=lambda call: KINDS.index(call.kind))


def kind_of(gt: str, allele: int) -> str:
    """What a genotype says of one allele."""
    held = [part for part in SEPARATOR.split(gt) if part]
    if not held or all(part == "." for part in held):
        return "no call"
    copies = held.count(str(allele))
    if "." in held:
        return "missing"
    if not copies:
        return "absent"
    return "homozygous" if copies == len(held) else "heterozygous"


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and text.isascii() else None


def _decimal(text: str | None) -> float | None:
    try:
        value = float(text) if text and text != "." else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < float("inf") else None
