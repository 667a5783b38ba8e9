"""The contigs of a result, which no filter changes: the same axis under every filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import GasError
from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.results import connection
from pipeline.results.matches import Source


@dataclass(frozen=True)
class Contig:
    """A contig with variants; positions are 1-based and those of its first and last variant in the whole file."""

    name: str
    variants: int
    first: int
    last: int


def contigs(source: Source) -> tuple[Contig, ...]:
    """The contigs of the whole file, in its order."""
    return contigs_of(source.parameters["path"])


@lru_cache(maxsize=64)  # a cached table never changes
def contigs_of(path: str) -> tuple[Contig, ...]:
    """The same for the local copy of a table of variants."""
    sql = "SELECT chrom, count(*), min(pos), max(pos) FROM read_parquet($path) GROUP BY chrom ORDER BY min(rid)"
    return tuple(Contig(*row) for row in connection.rows(sql, {"path": path}))


def reference_of(bundle_id: str | None) -> Bundle | None:
    """The bundle that a job was annotated with, if it is still installed."""
    try:
        return load_bundle(bundle_id) if bundle_id else None
    except GasError:
        return None


def lengths_of(bundle_id: str | None, names: list[str]) -> Mapping[str, int]:
    """Lengths, in bases, of those contigs (named as in a file) that the job's reference holds."""
    bundle = reference_of(bundle_id)
    found = {name: bundle.contig_for(name) for name in names} if bundle else {}
    return {name: contig.length for name, contig in found.items() if contig is not None}
