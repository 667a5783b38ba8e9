"""What the plots of a job ask of its variant table: counts by consequence, position and substitution."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.jobs.model import Job
from pipeline.results import cache, connection

POSITION_BINS = 400  # at most: about one for every three pixels of the plot
MAX_CONTIGS_DRAWN = 30  # with more, the labels of the genome axis run into each other
TRANSITIONS = frozenset({"A>G", "G>A", "C>T", "T>C"})


@dataclass(frozen=True)
class ConsequenceCount:
    """Alleles with one consequence (None: not annotated) and its impact."""

    consequence: str | None
    impact: str | None
    alleles: int


@dataclass(frozen=True)
class Contig:
    """A contig with variants; positions are 1-based and those of its first and last variant."""

    name: str
    alleles: int
    first: int
    last: int


@dataclass(frozen=True)
class PositionBin:
    """Alleles of one impact in the bin that starts at `start` (1-based) and is `Positions.width` long."""

    contig: str
    start: int
    impact: str | None
    alleles: int


@dataclass(frozen=True)
class Positions:
    """Alleles along the genome. `left_out` are the contigs with the fewest variants, which are not binned."""

    contigs: list[Contig]
    left_out: list[Contig]
    width: int
    bins: list[PositionBin]


@dataclass(frozen=True)
class Substitutions:
    """Single-base substitutions by type (`A>G`), and alleles that are none, by class."""

    types: dict[str, int]
    others: dict[str, int]

    @property
    def transitions(self) -> int:
        """A↔G and C↔T."""
        return sum(n for name, n in self.types.items() if name in TRANSITIONS)

    @property
    def transversions(self) -> int:
        """All other substitutions."""
        return sum(self.types.values()) - self.transitions

    @property
    def ti_tv(self) -> float | None:
        """Transitions by transversions; None without transversions."""
        return self.transitions / self.transversions if self.transversions else None


def consequences(job: Job) -> list[ConsequenceCount]:
    """Alleles by consequence and impact, most frequent first."""
    sql = """
        SELECT consequence, impact, count(*) AS alleles FROM read_parquet($path)
        GROUP BY ALL ORDER BY alleles DESC, consequence
    """
    with cache.opened(job, "variants") as path:
        return [ConsequenceCount(*row) for row in connection.rows(sql, {"path": str(path)})]


def positions(job: Job) -> Positions:
    """Alleles along the genome in bins of one width, contigs in the order of the file."""
    by_contig = """
        SELECT chrom, count(*), min(pos), max(pos) FROM read_parquet($path) GROUP BY chrom ORDER BY min(rid)
    """
    binned = """
        SELECT chrom, (pos - 1) // $width * $width + 1 AS start, impact, count(*) FROM read_parquet($path)
        WHERE chrom IN (SELECT unnest($contigs)) GROUP BY ALL ORDER BY min(rid)
    """
    with cache.opened(job, "variants") as path:
        found = [Contig(*row) for row in connection.rows(by_contig, {"path": str(path)})]
        drawn, left_out = split_drawn(found)
        width = bin_width(drawn)
        parameters = {"path": str(path), "width": width, "contigs": [contig.name for contig in drawn]}
        bins = [PositionBin(*row) for row in connection.rows(binned, parameters)] if drawn else []
    return Positions(drawn, left_out, width, bins)


def split_drawn(contigs: list[Contig]) -> tuple[list[Contig], list[Contig]]:
    """Those that are drawn (the ones with most variants, in their order) and those that are not (C44)."""
    ranked = sorted(contigs, key=lambda contig: -contig.alleles)
    drawn = {contig.name for contig in ranked[:MAX_CONTIGS_DRAWN]}
    return [c for c in contigs if c.name in drawn], [c for c in contigs if c.name not in drawn]


def bin_width(contigs: list[Contig]) -> int:
    """Length of a bin in bases: a round number (1, 2 or 5 times a power of ten) near span / `POSITION_BINS`."""
    ideal = sum(contig.last for contig in contigs) / POSITION_BINS
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= ideal:
                return factor * power
        power *= 10


def substitutions(job: Job) -> Substitutions:
    """Alleles by type of substitution; what is no single-base substitution by class."""
    sql = """
        SELECT CASE
            WHEN ref SIMILAR TO '[ACGTacgt]' AND alt SIMILAR TO '[ACGTacgt]' THEN upper(ref) || '>' || upper(alt)
            WHEN NOT regexp_full_match(ref || alt, '[A-Za-z]+') OR alt IS NULL THEN 'symbolic or missing'
            WHEN length(ref) = length(alt) THEN 'multi-base substitution'
            WHEN length(ref) > length(alt) THEN 'deletion'
            ELSE 'insertion' END AS kind, count(*) FROM read_parquet($path)
        GROUP BY kind ORDER BY kind
    """
    with cache.opened(job, "variants") as path:
        counts = dict(connection.rows(sql, {"path": str(path)}))
    types = {name: n for name, n in counts.items() if ">" in name}
    return Substitutions(types, {name: n for name, n in counts.items() if ">" not in name})
