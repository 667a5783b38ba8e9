"""The variants of a report that somebody marked or wrote a note on: all of them, with the whole text."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.exports.contents import Contents
from pipeline.exports.noted import TAG, TEXT
from pipeline.exports.report.cells import change
from pipeline.notes.model import TAGS
from pipeline.results import connection


@dataclass(frozen=True)
class Marked:
    """A variant with its tag in words and its note, either of which may be empty."""

    variant: str
    gene: str
    tag: str
    text: str


def marked_variants(contents: Contents) -> list[Marked]:
    """In the order of the file; a job holds `max_notes_per_job` notes at most."""
    source = contents.source
    if not {TAG, TEXT} <= set(source.table.types):
        return []
    gene = "v.gene" if "gene" in source.table.types else "NULL"
    asked = (
        f"SELECT v.chrom, v.pos, v.ref, v.alt, {gene}, v.{TAG}, v.{TEXT} FROM {source.sql} "
        f"WHERE v.{TAG} IS NOT NULL OR v.{TEXT} IS NOT NULL ORDER BY v.rid"
    )
    return [
        Marked(change(*row[:4]), row[4] or "", TAGS.get(row[5], row[5] or ""), row[6] or "")
        for row in connection.rows(asked, source.parameters)
    ]
