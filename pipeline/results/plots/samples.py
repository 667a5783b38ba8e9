"""What each sample carries: heterozygous, homozygous and missing calls, and those of the X chromosome apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.results import connection
from pipeline.results.filters.calls import KINDS
from pipeline.results.matches import Source
from pipeline.results.plots.contigs import contigs

# The pseudo-autosomal regions of X, which men have twice: the union of GRCh37's and GRCh38's (Genome Reference
# Consortium), for files whose build is not known.
SHARED_WITH_Y = ((1, 2_781_479), (154_931_044, 2**31 - 1))
X_NAMES = ("X", "chrX", "CHRX", "23", "chr23")
LEAST_CALLS = 20  # on X, of which the share of heterozygous ones tells something
# Shares of heterozygous calls among those that hold the allele. With one X there are none but errors; with two, by
# Hardy and Weinberg, about two thirds for common alleles.
ONE_X, TWO_X = 0.1, 0.3
Sex = Literal["one X", "two X", "unclear", "too few calls"]


@dataclass(frozen=True)
class SampleCounts:
    """Calls of one sample that hold the allele once (`het`), only (`hom`), or are missing. `x_het` and `x_hom` are
    those of the X chromosome without the regions that it shares with Y."""

    sample: str
    het: int
    hom: int
    missing: int
    x_het: int
    x_hom: int

    @property
    def x_share(self) -> float | None:
        """The share of heterozygous calls on X; None where there are too few."""
        calls = self.x_het + self.x_hom
        return self.x_het / calls if calls >= LEAST_CALLS else None

    @property
    def sex(self) -> Sex:
        """What the calls on X speak for."""
        share = self.x_share
        if share is None:
            return "too few calls"
        return "one X" if share < ONE_X else "two X" if share > TWO_X else "unclear"


@dataclass(frozen=True)
class Samples:
    """Every sample of the file, in its order. `has_x`: the file holds the X chromosome."""

    counts: list[SampleCounts]
    has_x: bool


def samples(source: Source, calls: str, names: Sequence[str]) -> Samples:
    """Over the variants that match. `calls`: path of genotypes.parquet; `names` of all samples."""
    x = next((contig.name for contig in contigs(source) if contig.name in X_NAMES), None)
    outside = " AND ".join(f"NOT pos BETWEEN {start} AND {end}" for start, end in SHARED_WITH_Y)
    on_x = f"chrom = $x AND {outside}"
    # The few ways in which calls are written are counted first, and read after that.
    written = f"""
        SELECT g.sample, g.gt, m.on_x, count(*) AS n
        FROM read_parquet($calls) g JOIN (SELECT rid, {on_x} AS on_x FROM {source.sql}) m ON g.rid = m.rid GROUP BY ALL
    """
    het, hom = f"g.on_x AND {KINDS['het']}", f"g.on_x AND {KINDS['hom']}"
    sums = ", ".join(
        f"coalesce(sum(n) FILTER ({kind}), 0)::BIGINT"
        for kind in (KINDS["het"], KINDS["hom"], KINDS["missing"], het, hom)
    )
    sql = f"SELECT sample, {sums} FROM ({written}) g GROUP BY sample"
    found = {row[0]: row for row in connection.rows(sql, source.parameters | {"calls": calls, "x": x or ""})}
    listed = dict.fromkeys([*names, *found])
    return Samples([SampleCounts(*found.get(name, (name, 0, 0, 0, 0, 0))) for name in listed], x is not None)
