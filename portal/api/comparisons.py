"""What changed between two results of the same file: counts as JSON, every change as a table of text (C45)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.results import comparison, documents
from pipeline.results.versions import versions_in
from portal.api.tab_separated import comment, line
from portal.auth.current import current_user

blueprint = Blueprint("comparisons_api", __name__, url_prefix="/api/jobs")

HEADS = ("contig", "position", "ref", "alt", "gene", "what", "change", "before", "after")
FIELDS = ("chrom", "pos", "ref", "alt", "gene", "what", "kind", "before", "after")


def _both(job_id: str, other: str) -> tuple[Job, Job]:
    """Both jobs, if both are the user's."""
    user = current_user()
    return get_owned(job_id, user.user_id), get_owned(other, user.user_id)


@blueprint.get("/<job_id>/compare/<other>")
def changes(job_id: str, other: str) -> dict[str, Any]:
    """How many alleles differ from `job_id` to `other`, column by column, and the versions of both."""
    old, new = _both(job_id, other)
    found = comparison.compare(old, new)
    return {
        "before": old.job_id,
        "after": new.job_id,
        "alleles": found.alleles,
        "changed_alleles": found.changed_alleles,
        "columns": {
            column.column: {"changed": column.changed, "added": column.added, "removed": column.removed}
            for column in found.columns
        },
        "versions": {
            side: {v.key: v.version for v in versions_in(documents.document(job, "manifest")).values()}
            for side, job in (("before", old), ("after", new))
        },
    }


@blueprint.get("/<job_id>/compare/<other>/changes.tsv")
def download(job_id: str, other: str) -> Response:
    """Every change, or with `?column=` those of one column; tab-separated, safe to open in a spreadsheet (C09)."""
    old, new = _both(job_id, other)
    column = request.args.get("column") or None
    blocks = comparison.all_rows(old, new, column)
    answer = Response(_lines(old, new, blocks), mimetype="text/tab-separated-values")
    answer.headers["Content-Disposition"] = f'attachment; filename="changes-{new.job_id[:8]}.tsv"'
    return answer


def _lines(old: Job, new: Job, blocks: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    for name, job in (("before", old), ("after", new)):
        yield comment(f"{name}: job {job.job_id}")
        for version in versions_in(documents.document(job, "manifest")).values():
            yield comment(f"{name}: {version.title} {version.version} {version.sha256}".rstrip())
    yield line(HEADS)
    for rows in blocks:
        yield "".join(line(row[field] for field in FIELDS) for row in rows)
