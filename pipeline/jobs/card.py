"""A job's card, `job.json`: a small object beside its results, always hot, from which its record can be made anew.

Cards are written before the record where the record's write makes older files obsolete (completion, moves, deletion),
after it where it only says how the work ended (`confirm_card`). A card that is older than the stored one is never
written over it: S3 takes the write only while the card that was looked at is still the stored one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Any

from botocore.exceptions import ClientError

from pipeline import aws, dynamo, storage
from pipeline.errors import MalformedRecordError, RetryableError
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState

SCHEMA_VERSION = 1
MAX_CARD_BYTES = 1024 * 1024  # a record has at most 400 KB (DynamoDB)
MAX_WRITES = 5  # of one card, when others write it at the same moment
# Who works on the job just now, and when somebody looks at it again: of no use in a record that is made anew.
PASSING = frozenset({"lease_owner", "lease_expires_at", "progress", "announcements", "sweep_bucket", "sweep_at"})
# What the card of a deleted job keeps: enough to remove every copy, and no name.
TOMBSTONE = frozenset(
    {
        "job_id", "user_id", "submit_time", "job_status", "result_storage", "storage_version", "attempt", "restarts",
        "deleting",
        "s3_inputs_bucket", "s3_key_input_file", "s3_results_bucket", "archived", "cleanup", "results_file_archive_id",
    }
)  # fmt: skip
# S3's refusals of a conditional write: another card is there, somebody writes at this moment, it is gone.
CHANGED_MEANWHILE = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
_WORK_ORDER = (JobStatus.PENDING, JobStatus.RUNNING, JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.COMPLETED)
_WITHOUT_RESULT = (JobStatus.CANCELLED, JobStatus.FAILED)
_MOVING = (StorageState.ARCHIVING, StorageState.RESTORING)


@dataclass(frozen=True)
class Card:
    """A job as its card has it. `confirmed`: the record said so already when the card was written."""

    job: Job
    confirmed: bool
    etag: str

    @property
    def order(self) -> tuple[int, ...]:
        """Grows with the life of a job: of two cards the one with the greater order is newer."""
        return order_of(self.job, confirmed=self.confirmed)


def order_of(job: Job, *, confirmed: bool = False) -> tuple[int, ...]:
    """Deletion is last; else the attempt, and whether it was started again after it; an end of the work that the record
    confirmed; the moves of the result."""
    return (
        int(job.deleting is not None),
        job.attempt,
        job.restarts,
        int(confirmed and job.job_status in _WITHOUT_RESULT),
        _WORK_ORDER.index(job.job_status),
        job.storage_version,
        int(job.result_storage not in _MOVING),
    )


def is_card_key(key: str) -> bool:
    """Whether a key under `results/` is a card's: `results/<user>/<job>/job.json`."""
    return key.count("/") == 3 and key.endswith(f"/{storage.CARD_NAME}")


def write_card(job: Job, **changes: Any) -> bool:
    """Write the card of a job as it will be after the next step; False if a newer card is there already.

    Raises RetryableError where others wrote the same card again and again.
    """
    return _write(replace(job, **changes), confirmed=False)


def confirm_card(job: Job) -> bool:
    """Write the card of a job whose record says so already; it wins over cards of steps that were refused."""
    return _write(job, confirmed=True)


def _write(job: Job, *, confirmed: bool) -> bool:
    body = _body(job, confirmed)
    # The first card of a job is written without looking whether there is one.
    card = None if job.attempt == 0 and not job.deleting else read_card(job.user_id, job.job_id)
    for _ in range(MAX_WRITES):
        if card is not None and card.order > order_of(job, confirmed=confirmed):
            return False
        if card is not None and _body(card.job, card.confirmed) == body:
            return True
        if _put(job, body, card):
            return True
        card = read_card(job.user_id, job.job_id)
    raise RetryableError("The job is being changed elsewhere. Try again in a moment.", code="card_contended")


def _put(job: Job, body: bytes, seen: Card | None) -> bool:
    """Store the card if the stored one is still `seen` (None: there is none)."""
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    condition = {"IfMatch": seen.etag} if seen else {"IfNoneMatch": "*"}
    try:
        aws.client("s3").put_object(
            Bucket=aws.bucket("results"),
            Key=storage.card_key(job.user_id, job.job_id),
            Body=body,
            ContentType="application/json",
            **condition,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in CHANGED_MEANWHILE:
            return False
        raise
    return True


def read_card(user_id: str, job_id: str) -> Card | None:
    """The stored card; None if there is none. Raises MalformedRecordError for one that this version cannot read."""
    try:
        answer = aws.client("s3").get_object(Bucket=aws.bucket("results"), Key=storage.card_key(user_id, job_id))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    body = answer["Body"].read(MAX_CARD_BYTES + 1)
    return _parse(body, answer["ETag"], user_id, job_id)


def _parse(body: bytes, etag: str, user_id: str, job_id: str) -> Card:
    try:
        document = json.loads(body)
        fits = document["schema_version"] == SCHEMA_VERSION
        card = Card(Job.from_record(document["job"]), bool(document["confirmed"]), etag)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedRecordError("The card of a job cannot be read.") from error
    if not fits or (card.job.user_id, card.job.job_id) != (user_id, job_id):
        raise MalformedRecordError("The card of a job is of another version, or of another job.")
    return card


def _body(job: Job, confirmed: bool) -> bytes:
    """The card's bytes: equal for equal jobs. Numbers pass through DynamoDB's form, so that they come back alike."""
    kept = TOMBSTONE if job.deleting else {f.name for f in fields(Job)} - PASSING
    record = dynamo.from_item(dynamo.to_item({name: getattr(job, name) for name in kept}))
    if job.deleting:
        record["input_file_name"] = "(deleted)"
    document = {"schema_version": SCHEMA_VERSION, "confirmed": confirmed, "job": record}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
