"""The readable documents of a result: the log's beginning, the summary, the manifest. None is ever archived."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, logs
from pipeline.errors import ConflictError, LimitError, NotFoundError, RetryableError
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import MEBIBYTE, get_settings

log = logs.get_logger()
MAX_DOCUMENT_BYTES = 4 * MEBIBYTE  # manifests have a few kilobytes; more is not one of ours
TOO_LARGE = "document_too_large"


@dataclass(frozen=True)
class LogView:
    """The beginning of a log as text; `size` and `shown` in bytes."""

    text: str
    size: int
    shown: int

    @property
    def is_cut(self) -> bool:
        """True if the log goes on after what is shown."""
        return self.shown < self.size


def log_view(job: Job) -> LogView:
    """The first `max_log_view_bytes` of the summary log, ended at a line."""
    stored = _stored(job, "log")
    size = int(stored["size"])
    body = _read(job, stored["key"], min(size, get_settings().max_log_view_bytes))
    if len(body) < size and b"\n" in body:
        body = body[: body.rindex(b"\n") + 1]
    return LogView(body.decode("utf-8", errors="replace"), size, len(body))


def document(job: Job, role: str) -> dict[str, Any]:
    """The JSON document with this role: `manifest` or `summary`."""
    stored = _stored(job, role)
    if int(stored["size"]) > MAX_DOCUMENT_BYTES:
        raise LimitError(f"The {role} is too long to be shown. Download it instead.", code=TOO_LARGE)
    try:
        value = json.loads(_read(job, stored["key"], MAX_DOCUMENT_BYTES))
    except ValueError as error:
        raise RetryableError(f"The {role} could not be read. Try again.", code="result_unreadable") from error
    return value if isinstance(value, dict) else {}


def are_readable(job: Job) -> bool:
    """True while the job has documents: of a result that is in the archive, or on its way, too."""
    return job.job_status == JobStatus.COMPLETED and job.result_storage != StorageState.NONE


def _stored(job: Job, role: str) -> dict[str, Any]:
    if not are_readable(job):
        raise ConflictError("This job has no result that can be read now.", code="no_result")
    if role not in job.outputs:
        raise NotFoundError("This result has no such file.", code="no_such_file")
    return job.outputs[role]


def _read(job: Job, key: str, length: int) -> bytes:
    """The first `length` bytes of a stored file (an empty file has no byte to ask for)."""
    if length == 0:
        return b""
    try:
        answer = aws.client("s3").get_object(Bucket=job.s3_results_bucket, Key=key, Range=f"bytes=0-{length - 1}")
        return bytes(answer["Body"].read(length))
    except (BotoCoreError, ClientError) as error:
        log.warning("document_fetch_failed", job_id=job.job_id, error=type(error).__name__)
        raise RetryableError(
            "The file could not be fetched just now. Try again in a moment.", code="result_unavailable"
        ) from error
