"""What changed between two results of the same file, and what several results share: counts as JSON, rows as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, request

from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.results import comparison, documents, shared_variants
from pipeline.results.shared_table import DIFFERING, MOST_JOBS
from pipeline.results.versions import versions_in
from portal.api.tab_separated import comment, line
from portal.auth.current import current_user
from portal.comparing.upset import LETTERS

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


@blueprint.get("/shared/variants.tsv")
def shared() -> Response:
    """The variants of the jobs in `?jobs=` (ids with commas between), or of one set of them (`members`, a sum of 1, 2,
    4 … by their order), or those that they annotate differently (`differs`); tab-separated, safe to open (C09)."""
    user = current_user()
    named = request.args.get("jobs", "").split(",")[: MOST_JOBS + 1]
    jobs = [get_owned(job_id, user.user_id) for job_id in named]
    members, differs = request.args.get("members", type=int), request.args.get("differs") or None
    blocks = shared_variants.all_rows(jobs, members, differs)
    answer = Response(_shared_lines(jobs, blocks), mimetype="text/tab-separated-values")
    answer.headers["Content-Disposition"] = f'attachment; filename="compared-{len(jobs)}-jobs.tsv"'
    return answer


def _shared_lines(jobs: Sequence[Job], blocks: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    letters = LETTERS[: len(jobs)]
    for letter, job in zip(letters, jobs, strict=True):
        yield comment(f"{letter}: {job.input_file_name}, job {job.job_id}")
    yield line(
        ["contig", "position", "ref", "alt", "jobs", *(f"{name}_{each}" for each in letters for name in DIFFERING)]
    )
    for rows in blocks:
        for row in rows:
            holders = ",".join(letter for n, letter in enumerate(letters) if row["members"] & 1 << n)
            told = [(said or {}).get(name) for said in row["told"] for name in DIFFERING]
            yield line([row["chrom"], row["pos"], row["ref"], row["alt"], holders, *told])


def _lines(old: Job, new: Job, blocks: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    for name, job in (("before", old), ("after", new)):
        yield comment(f"{name}: job {job.job_id}")
        for version in versions_in(documents.document(job, "manifest")).values():
            yield comment(f"{name}: {version.title} {version.version} {version.sha256}".rstrip())
    yield line(HEADS)
    for rows in blocks:
        yield "".join(line(row[field] for field in FIELDS) for row in rows)
