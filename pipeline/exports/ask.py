"""Asks for an export: everything that can be known before the work begins is checked, then its record is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Any

from pipeline import clock, ids
from pipeline.errors import ConflictError
from pipeline.exports import store
from pipeline.exports.announce import announce
from pipeline.exports.columns import chosen, titles_of
from pipeline.exports.formats.catalogue import Format, format_of
from pipeline.exports.formats.xlsx import check_rows
from pipeline.exports.model import Export, ExportState, packed
from pipeline.exports.noted import COLUMNS
from pipeline.jobs.model import Job
from pipeline.notes.tagged import tagged_of
from pipeline.results.filters.reading import read_filter
from pipeline.results.filters.words import in_words
from pipeline.results.matches import matching
from pipeline.settings import get_settings

ENDINGS = re.compile(r"(\.vcf|\.bcf)?(\.b?gz)?\Z", re.IGNORECASE)
MOST_WORDS = 300  # letters of the filter in words
MOST_LETTERS = 80  # of the part of the name that the user's file gives


def ask(job: Job, format_id: str, filter_document: Any, columns: Sequence[str] | None) -> Export:
    """A new export of a job, PENDING and announced; or the one that is being made of the same wish.

    Raises InputError (format, columns), FilterError, LimitError (too many exports, too many rows for the format), and
    what reading a result raises.
    """
    format = format_of(format_id)
    group = read_filter(filter_document)
    wanted = list(columns) if columns is not None and format.has_columns else None
    if not job.has_results:
        raise ConflictError("The files of this result are not here now, so nothing can be exported.", code="no_result")
    if format.id == "vcf" and "vcf" not in job.outputs:
        raise ConflictError("This result has no annotated VCF.", code="no_vcf")
    with matching(job, group, tagged_of(job, group)) as source:
        chosen({**source.table.types, **dict.fromkeys(COLUMNS, "VARCHAR")}, wanted)
        total = source.count
        words = shorten(in_words(group, titles_of(job, source.table.types)), MOST_WORDS, placeholder=" …")
    if format.most_rows is not None:
        check_rows(total)
    packed_filter = packed(group)
    present = store.of_user(job.user_id)
    for other in present:
        if other.is_active and _is_same(other, job, format, packed_filter, wanted):
            return other
    export = replace(_new(job, format, packed_filter, wanted, total), words=words)
    store.insert(export)
    announce(export)
    return export


def _is_same(other: Export, job: Job, format: Format, packed_filter: str, columns: list[str] | None) -> bool:
    told = (other.job_id, other.format, other.packed_filter, other.columns)
    return told == (job.job_id, format.id, packed_filter, columns)


def _new(job: Job, format: Format, packed_filter: str, columns: list[str] | None, total: int) -> Export:
    now = clock.now_s()
    return Export(
        user_id=job.user_id,
        export_id=ids.new_id(),
        job_id=job.job_id,
        format=format.id,
        packed_filter=packed_filter,
        file_name=file_name(job.input_file_name, format, total),
        total=total,
        state=ExportState.PENDING,
        created_at=now,
        columns=columns,
        sweep_bucket=store.SWEEP_BUCKET,
        sweep_at=now + get_settings().pending_grace_s,
    )


def file_name(input_name: str, format: Format, total: int) -> str:
    """The name of the download: that of the user's file, how many variants, and the ending of the format."""
    stem = ENDINGS.sub("", input_name)[:MOST_LETTERS].strip() or "variants"
    return f"{stem}.{total}-variants{format.suffix}"
