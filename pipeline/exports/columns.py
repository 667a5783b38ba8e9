"""The columns of an export: chosen ones in their order, or all of them in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.exports.noted import COLUMNS
from pipeline.jobs.model import Job
from pipeline.results import documents
from pipeline.results.columns import ROW_NUMBER, Descriptions, described_by, placed

MOST_COLUMNS = 1000


@dataclass(frozen=True)
class ExportColumn:
    """A column of the file: its name (the same in every format), DuckDB type, and what it means."""

    name: str
    type: str
    title: str
    description: str

    @property
    def is_text(self) -> bool:
        """Text as people wrote it, which may hold anything."""
        return self.type == "VARCHAR" or self.type.startswith("ENUM")

    @property
    def is_decimal(self) -> bool:
        """A number with a point, which may be no number (NaN) or infinite."""
        return self.type in ("FLOAT", "DOUBLE")

    @property
    def is_nested(self) -> bool:
        """A list or a structure."""
        return self.type.endswith("]") or self.type.startswith(("STRUCT", "MAP"))


def chosen(
    types: Mapping[str, str], names: Sequence[str] | None, descriptions: Descriptions | None = None
) -> list[ExportColumn]:
    """The columns with these names (None: all) of a table. InputError (`bad_columns`) for names that it does not have,
    for a name twice, and for none."""
    known = {column.name: column for column in placed(dict(types), descriptions)}
    wanted = list(known) if names is None else list(names)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise InputError(
            f"The result has no column {missing[0][:100]!r}. Choose the columns again.", code="bad_columns"
        )
    if not wanted or len(set(wanted)) != len(wanted) or ROW_NUMBER in wanted:
        raise InputError("Choose at least one column, and each of them once.", code="bad_columns")
    return [ExportColumn(name, types[name], known[name].title, known[name].description) for name in wanted]


def titles_of(job: Job, types: Mapping[str, str]) -> dict[str, str]:
    """The names of a result's columns for people."""
    return {column.name: column.title for column in placed(dict(types), descriptions_of(job))}


def descriptions_of(job: Job) -> Descriptions:
    """What the manifest and the notes say of columns."""
    manifest = documents.document(job, "manifest") if "manifest" in job.outputs else {}
    return described_by(manifest) | COLUMNS
