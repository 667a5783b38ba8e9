"""What a result's table of variants holds, as filters see it: columns, samples, rows, marked rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.jobs.model import Job
from pipeline.results import cache, documents
from pipeline.results.filters.table import Table
from pipeline.results.table_schema import row_count, types_of

Tagged = Mapping[str, Sequence[int]]


def table_of(job: Job, tagged: Tagged | None = None) -> Table:
    """Columns and samples of a job's result; `tagged` are the rows that were marked, by tag."""
    with cache.opened(job, "variants") as path:
        return table_at(job, str(path), tagged)


@lru_cache(maxsize=64)
def rows_of(path: str) -> int:
    """Rows of the table at a path."""
    return row_count(path)


def table_at(job: Job, path: str, tagged: Tagged | None) -> Table:
    """The same, of a table that is opened, at a path."""
    return Table(_types(path), _samples(job), tagged or {})


@lru_cache(maxsize=64)
def _types(path: str) -> Mapping[str, str]:
    return types_of(path)


def _samples(job: Job) -> Sequence[str]:
    if "genotypes" not in job.outputs or "summary" not in job.outputs:
        return ()
    stored = job.outputs["summary"]
    return _samples_of(job.job_id, stored["sha256"], _Hidden(job))


@dataclass(frozen=True, eq=False)
class _Hidden:
    """A job that does not count in the key of a cache."""

    job: Job

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hidden)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _samples_of(_job_id: str, _sha256: str, hidden: _Hidden) -> Sequence[str]:
    return tuple(str(row["sample"]) for row in documents.document(hidden.job, "summary").get("genotypes") or [])
