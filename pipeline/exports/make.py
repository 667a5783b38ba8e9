"""Makes the file of an export in a folder: asks for the rows, lets the format write them, says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.exports.columns import chosen, descriptions_of, titles_of
from pipeline.exports.contents import Contents
from pipeline.exports.formats.catalogue import Format, format_of
from pipeline.exports.noted import COLUMNS, TAG, with_notes
from pipeline.jobs.model import Job
from pipeline.notes.model import Note
from pipeline.results import documents
from pipeline.results.filters.model import Group
from pipeline.results.matches import matching

OnRows = Callable[[int, int], None]  # rows so far, rows in all


@dataclass(frozen=True)
class Made:
    """The file, its index where the format has one, and the number of its rows."""

    file: Path
    index: Path | None
    rows: int


@dataclass(frozen=True)
class Wish:
    """What is to be exported: a filter's rows, in a format, some columns (None: all)."""

    format: str
    group: Group
    columns: Sequence[str] | None = None
    tagged: Mapping[str, Sequence[int]] | None = None  # rows by tag, for filters that ask for tags
    notes: Mapping[int, Note] | None = None  # by row, for two more columns


@contextmanager
def contents_of(
    job: Job,
    wish: Wish,
    folder: Path,
    on_rows: OnRows = lambda _, __: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Contents]:
    """What the export is made of, kept in place while the block runs. Raises what reading a filter, a table and the
    choice of columns raise."""
    manifest = documents.document(job, "manifest") if "manifest" in job.outputs else {}
    with matching(job, wish.group, wish.tagged) as found:
        source = with_notes(found, dict(wish.notes or {}))
        descriptions = descriptions_of(job)
        names = wish.columns
        if names and TAG not in source.table.types:
            names = [name for name in names if name not in COLUMNS] or None  # there is no note
        columns = chosen(source.table.types, names, descriptions)
        titles = titles_of(job, source.table.types)
        report = partial(_told, on_rows, source.count)
        yield Contents(job, source, wish.group, columns, titles, manifest, folder, report, cancelled)


def _told(on_rows: OnRows, total: int, rows: int) -> None:
    on_rows(rows, total)


def make(
    job: Job,
    wish: Wish,
    folder: Path,
    on_rows: OnRows = lambda _, __: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Made:
    """Write the file into the folder. Raises CancelledError when nobody wants it any more."""
    format = format_of(wish.format)
    target = folder / f"export{format.suffix}"
    with contents_of(job, wish, folder, on_rows, cancelled) as contents:
        rows = format.write(contents, target)
    return Made(target, _index_of(target, format), rows)


def _index_of(target: Path, format: Format) -> Path | None:
    found = [target.with_name(target.name + suffix) for suffix in (".tbi", ".csi")] if format.id == "vcf" else []
    return next((path for path in found if path.exists()), None)
