"""The variant behind a row, read from the result itself: what a browser says of it counts for nothing (C01)."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import LimitError, NotFoundError
from pipeline.jobs.model import Job
from pipeline.notes.model import variant_key
from pipeline.results import cache, connection

MOST_ROWS = 1_000  # of one variant: its note names them all
LETTERS = 30  # of an allele in words


@dataclass(frozen=True)
class Place:
    """A variant of a result: its key, every row (0-based) that holds it, and its name for people."""

    key: str
    rids: list[int]
    name: str


def place_of(job: Job, rid: object) -> Place:
    """The variant in the row `rid` (0-based). NotFoundError where the result has no such row, LimitError (`repeated`)
    where the variant stands in more than `MOST_ROWS`."""
    if not isinstance(rid, int) or isinstance(rid, bool) or not 0 <= rid < 2**63:
        raise NotFoundError("There is no such variant in this result.")
    with cache.opened(job, "variants") as path:
        asked = "SELECT chrom, pos, ref, alt FROM read_parquet($path) WHERE rid = $rid"
        found = connection.rows(asked, {"path": str(path), "rid": rid})
        if not found:
            raise NotFoundError("There is no such variant in this result.")
        chrom, pos, ref, alt = found[0]
        same = (
            "SELECT rid FROM read_parquet($path) WHERE chrom = $chrom AND pos = $pos "
            "AND ref = $ref AND alt IS NOT DISTINCT FROM $alt ORDER BY rid LIMIT $most"
        )
        values = {"path": str(path), "chrom": chrom, "pos": pos, "ref": ref, "alt": alt, "most": MOST_ROWS + 1}
        rids = [row[0] for row in connection.rows(same, values)]
    if len(rids) > MOST_ROWS:
        raise LimitError(f"The file repeats this variant more than {MOST_ROWS:,} times.", code="repeated")
    return Place(
        variant_key(chrom, pos, ref, alt or "."), rids, f"{chrom}:{pos:,} {_short(ref)} → {_short(alt or '.')}"
    )


def _short(allele: str) -> str:
    return allele if len(allele) <= LETTERS else f"{allele[:LETTERS]}… ({len(allele):,} letters)"
