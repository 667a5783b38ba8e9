"""Jobs as JSON: list, look at, submit, cancel, start again, delete, download."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from pydantic import Field
from werkzeug.wrappers import Response

from pipeline import aws, storage
from pipeline.errors import ConflictError, NotFoundError
from pipeline.jobs import cancel as cancelling
from pipeline.jobs import delete as deletion
from pipeline.jobs import store, submit
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.results import cache
from pipeline.results.documents import are_readable
from pipeline.settings import get_settings
from portal.api.bodies import limit_body, read_body
from portal.api.choices import ChoicesBody
from portal.api.rates import per_user
from portal.auth.current import current_user
from portal.components.storage_state import away_sentence

blueprint = Blueprint("jobs_api", __name__, url_prefix="/api/jobs")
blueprint.before_request(limit_body)

INPUT_ROLE = "input"
RESULT_ROLES = ("vcf", "index", "variants", "consequences", "genotypes", "summary", "log", "manifest")


class SubmitBody(ChoicesBody):
    """An uploaded file that should become a job; the server knows everything else about it (C01).

    Where the body names a reference, an engine or sources, they replace those that came with the upload.
    """

    upload_id: str = Field(max_length=64)


def as_json(job: Job) -> dict[str, Any]:
    """What its owner may know of a job: neither bucket nor key nor worker. Times are epoch seconds, UTC."""
    return {
        "job_id": job.job_id,
        "input_file_name": job.input_file_name,
        "input_size": job.input_size,
        "job_status": job.job_status,
        "result_storage": job.result_storage,
        "archive_after": job.archive_after,
        "restore_message": job.restore_message,
        "restore_expected_at": job.restore_expected_at,
        "bundle_id": job.bundle_id,
        "engine": job.engine,
        "source_ids": job.source_ids,
        "rerun_of": job.rerun_of,
        "reruns": job.reruns or [],
        "detected_build": job.detected_build,
        "submit_time": job.submit_time,
        "complete_time": job.complete_time,
        "attempt": job.attempt,
        "progress": job.progress,
        "steps": job.steps,
        "counts": job.counts,
        "notes": job.notes,
        "error": job.error,
        "files": _files(job),
    }


def _files(job: Job) -> dict[str, dict[str, Any]]:
    """The files that can be fetched now."""
    if not are_readable(job):
        return {}
    shown = ("name", "size", "sha256")
    return {
        role: {key: job.outputs[role][key] for key in shown if key in job.outputs[role]}
        for role in RESULT_ROLES
        if role in job.outputs and away_sentence(job, role) is None
    }


def _owned(job_id: str) -> Job:
    return store.get_owned(job_id, current_user().user_id)


@blueprint.get("")
def list_jobs() -> dict[str, Any]:
    """All jobs of the user, newest first."""
    return {"jobs": [as_json(job) for job in submit.list_jobs(current_user().user_id)]}


@blueprint.post("")
@per_user
def submit_upload() -> dict[str, Any]:
    """Make the job of an upload, or give the one that it became before (C02)."""
    user = current_user()
    body = read_body(SubmitBody)
    return as_json(submit.submit(user, body.upload_id, body.choices if body.chooses else None))


@blueprint.get("/<job_id>")
def one_job(job_id: str) -> dict[str, Any]:
    """One job of the user."""
    return as_json(_owned(job_id))


@blueprint.post("/<job_id>/cancel")
def cancel(job_id: str) -> dict[str, Any]:
    """Stop a job that waits or runs; a cancelled one stays as it is."""
    job = _owned(job_id)
    if job.job_status == JobStatus.CANCELLED:
        return as_json(job)
    try:
        return as_json(cancelling.cancel(job))
    except ConflictError as error:
        job = _owned(job_id)
        if job.job_status == JobStatus.CANCELLED:
            return as_json(job)
        raise ConflictError("The job has ended already; there is nothing to stop.", code="not_active") from error


@blueprint.post("/<job_id>/retry")
def retry(job_id: str) -> dict[str, Any]:
    """Start a failed job again; one that waits or runs already stays as it is."""
    user = current_user()
    job = store.get_owned(job_id, user.user_id)
    return as_json(job if job.is_active else submit.resubmit(user, job))


@blueprint.delete("/<job_id>")
def delete(job_id: str) -> tuple[str, int]:
    """Remove a job with its file and every result."""
    job = _owned(job_id)
    deletion.delete(job)
    cache.forget(job.job_id)
    return "", 204


@blueprint.get("/<job_id>/files/<role>")
def download(job_id: str, role: str) -> Response | dict[str, Any]:
    """To a presigned address of a file of the job, under the name that its user expects.

    A browser is redirected; with `?format=json` the address is the answer.
    """
    bucket, key, name = _locate(_owned(job_id), role)
    url = storage.presigned_download(bucket, key, name)
    if request.args.get("format") == "json":
        return {"url": url, "file_name": name, "expires_in": get_settings().download_url_ttl_s}
    return redirect(url, 303)


def _locate(job: Job, role: str) -> tuple[str, str, str]:
    """Bucket, key and file name of a role; `NotFoundError` for what the job never had, `ConflictError` for what is in
    the archive or on its way."""
    if role == INPUT_ROLE:
        return job.s3_inputs_bucket, job.s3_key_input_file, job.input_file_name
    if role not in RESULT_ROLES:
        raise NotFoundError("A job has no such file.")
    if not are_readable(job):
        raise ConflictError("The job has no result that can be downloaded now.", code="no_result")
    sentence = away_sentence(job, role)
    if sentence is not None:
        raise ConflictError(sentence, code="archived")
    output = job.outputs.get(role)
    if output is None:
        raise NotFoundError("This job's result has no such file.")
    return job.s3_results_bucket or aws.bucket("results"), output["key"], output["name"]
