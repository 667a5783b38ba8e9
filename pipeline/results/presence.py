"""Which of the names in a list stand in no variant of a result: a panel may be of another build, or misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.jobs.model import Job
from pipeline.results import connection
from pipeline.results.filters.model import NOTHING
from pipeline.results.filters.values import namings
from pipeline.results.matches import matching


def genes_without_variants(job: Job, genes: Iterable[str]) -> list[str]:
    """Those of the genes that no variant of the result is told for, in the order of the list."""
    wanted = list(genes)
    seen = _seen(job, "gene", wanted)
    return [gene for gene in wanted if gene not in seen]


def contigs_without_variants(job: Job, contigs: Iterable[str]) -> list[str]:
    """Those of the contigs on which no variant lies, under any of their names."""
    names = {contig: namings(contig) for contig in contigs}
    seen = _seen(job, "chrom", [name for each in names.values() for name in each])
    return [contig for contig, each in names.items() if seen.isdisjoint(each)]


def _seen(job: Job, column: str, wanted: Sequence[str]) -> set[str]:
    with matching(job, NOTHING) as source:
        name = source.table.column(column)
        sql = f"SELECT DISTINCT {name} FROM {source.quick} WHERE {name} IN (SELECT unnest($wanted::VARCHAR[]))"
        return {str(value) for (value,) in connection.rows(sql, source.parameters | {"wanted": list(wanted)})}
