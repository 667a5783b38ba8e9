"""The table of notes: every write is conditional on the version that its writer saw, and on the job being there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from pipeline import aws, clock, dynamo, ids, logs
from pipeline.errors import ConflictError, LimitError, NotFoundError, RetryableError
from pipeline.jobs import store as jobs
from pipeline.jobs.model import Job
from pipeline.notes.model import NO_TAG, Note, checked
from pipeline.settings import get_settings

log = logs.get_logger()
TABLE = "notes"
HEAD = "#"  # sort key of the record that counts a job's notes and changes with each; no variant's key is so short
_BATCH = 25  # DynamoDB: BatchWriteItem takes at most 25 requests
_TRIES = 4  # of a batch of which DynamoDB left something over


class NoteChangedError(ConflictError):
    """Somebody else wrote this note meanwhile. `current` is what it says now; None: it was removed."""

    default_code = "note_changed"

    def __init__(self, current: Note | None) -> None:
        super().__init__("This note was changed in another window. Nothing was overwritten.")
        self.current = current


def get(job_id: str, variant: str) -> Note | None:
    """The note on a variant; None if there is none."""
    record = dynamo.get(TABLE, _key(job_id, variant))
    return Note.from_record(record) if record else None


def of_job(job_id: str) -> list[Note]:
    """All notes of a job, in the order of its rows."""
    found = [Note.from_record(record) for record in _records(job_id) if record["variant"] != HEAD]
    return sorted(found, key=lambda note: (note.rids[:1], note.variant))


def by_row(job_id: str) -> dict[int, Note]:
    """The notes of a job by row number (0-based `rid` of the table of variants)."""
    return {rid: note for note in of_job(job_id) for rid in note.rids}


def marks(job_id: str) -> Mapping[int, str]:
    """The tag of each row that has a note (`none` where it is a text alone); one small read while nothing changes."""
    head = dynamo.get(TABLE, _key(job_id, HEAD))
    return _marks(job_id, str(head["stamp"])) if head and head.get("notes") else {}


@lru_cache(maxsize=64)
def _marks(job_id: str, _stamp: str) -> Mapping[int, str]:
    return {rid: note.tag for rid, note in by_row(job_id).items()}


def tagged_rows(job_id: str) -> dict[str, list[int]]:
    """The rows with each tag, ascending; under `none` those that have a text and no tag."""
    rows: dict[str, list[int]] = {}
    for rid, tag in sorted(marks(job_id).items()):
        rows.setdefault(tag, []).append(rid)
    return rows


def write(
    job: Job, variant: str, rids: Sequence[int], tag: object, text: object, by: str, seen: str | None
) -> Note | None:
    """Write the note on a variant over the version that the writer saw (None: there was none); without tag and text it
    is removed, and None returned.

    Raises NoteChangedError where the stored one is another, NotFoundError once the job is deleted, LimitError where the
    job has `max_notes_per_job` notes, InputError for what is no note.
    """
    tag, text = checked(tag, text)
    if tag == NO_TAG and not text:
        if seen is not None:
            _transact(job, [_remove(job, variant, seen), _count(job, -1)], variant)
        elif (current := get(job.job_id, variant)) is not None:
            raise NoteChangedError(current)
        return None
    note = Note(job.job_id, variant, list(rids), tag, text, ids.new_id(), by, clock.now_s())
    _transact(job, [_put(note, seen), _count(job, 1 if seen is None else 0)], variant)
    return note


def remove_all(job_id: str) -> int:
    """Remove every note of a job; how many there were. The job has its tombstone: none is written any more."""
    keys = [_key(job_id, record["variant"]) for record in _records(job_id)]
    for start in range(0, len(keys), _BATCH):
        _remove_batch(keys[start : start + _BATCH])
    return sum(key["variant"] != HEAD for key in keys)


def _remove_batch(keys: list[dict[str, str]]) -> None:
    name = aws.table_name(TABLE)
    left: dict[str, Any] = {name: [{"DeleteRequest": {"Key": dynamo.to_item(key)}} for key in keys]}
    for _ in range(_TRIES):
        left = aws.client("dynamodb").batch_write_item(RequestItems=left).get("UnprocessedItems") or {}
        if not left:
            return
    raise RetryableError("The notes of the job could not be removed just now.", code="notes_not_removed")


def _key(job_id: str, variant: str) -> dict[str, str]:
    return {"job_id": job_id, "variant": variant}


def _records(job_id: str) -> Iterator[dict[str, Any]]:
    return dynamo.query_all(
        TABLE,
        ConsistentRead=True,
        KeyConditionExpression="job_id = :j",
        ExpressionAttributeValues={":j": {"S": job_id}},
    )


def _put(note: Note, seen: str | None) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": aws.table_name(TABLE), "Item": dynamo.to_item(vars(note))}
    if seen is None:
        return {"Put": put | {"ConditionExpression": "attribute_not_exists(job_id)"}}
    return {"Put": put | _as_seen(seen)}


def _remove(job: Job, variant: str, seen: str) -> dict[str, Any]:
    key = dynamo.to_item(_key(job.job_id, variant))
    return {"Delete": {"TableName": aws.table_name(TABLE), "Key": key} | _as_seen(seen)}


def _as_seen(seen: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "#v = :seen",
        "ExpressionAttributeNames": {"#v": "version"},
        "ExpressionAttributeValues": {":seen": {"S": seen}},
    }


def _count(job: Job, change: int) -> dict[str, Any]:
    """Count the job's notes and say that they changed; one more only while there is room."""
    update: dict[str, Any] = {
        "TableName": aws.table_name(TABLE),
        "Key": dynamo.to_item(_key(job.job_id, HEAD)),
        "UpdateExpression": "SET stamp = :stamp ADD notes :change",
        "ExpressionAttributeValues": dynamo.to_item({":change": change, ":stamp": ids.new_id()}),
    }
    if change > 0:
        update["ConditionExpression"] = "attribute_not_exists(notes) OR notes < :most"
        update["ExpressionAttributeValues"] |= dynamo.to_item({":most": get_settings().max_notes_per_job})
    return {"Update": update}


def _job_is_there(job: Job) -> dict[str, Any]:
    return {
        "ConditionCheck": {
            "TableName": aws.table_name(jobs.TABLE),
            "Key": dynamo.to_item({"job_id": job.job_id}),
            "ConditionExpression": "user_id = :u AND attribute_not_exists(deleting)",
            "ExpressionAttributeValues": dynamo.to_item({":u": job.user_id}),
        }
    }


def _transact(job: Job, writes: list[dict[str, Any]], variant: str) -> None:
    """The writes, if the job is there: with its deletion at the same moment either no note is written, or it is there
    when the notes are removed (C34)."""
    try:
        aws.client("dynamodb").transact_write_items(TransactItems=[_job_is_there(job), *writes])
    except ClientError as error:
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons") or []]
        if error.response["Error"]["Code"] == "TransactionInProgressException" or "TransactionConflict" in reasons:
            raise RetryableError("This note is being written elsewhere. Try again in a moment.") from error
        if not dynamo.is_condition_failure(error):
            raise
        raise _refused(job, reasons, variant) from error


def _refused(job: Job, reasons: list[Any], variant: str) -> ConflictError | LimitError | NotFoundError:
    """What the failed condition means: of the job, of the note, or of how many there are."""
    failed = [reason == "ConditionalCheckFailed" for reason in reasons]
    if failed[:1] == [True]:
        return NotFoundError("There is no such job in your account.")
    if failed[1:2] == [True]:
        return NoteChangedError(get(job.job_id, variant))
    return LimitError(
        f"This job has {get_settings().max_notes_per_job:,} notes, which is the most (max_notes_per_job). "
        "Remove some first.",
        code="too_many_notes",
    )
