"""Removes everything of an account with a tombstone: uploads, jobs in every place, and in the end the person.

Each upload and job is a step of its own that may be done twice; whoever is killed leaves the rest to the next (C34).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, clock, dynamo, logs, storage
from pipeline.accounts import saved_filters
from pipeline.accounts.delete import DELETING, TABLE, remove_identities
from pipeline.accounts.store import User
from pipeline.errors import ConflictError, GasError, LeaseLostError, MalformedRecordError, RetryableError
from pipeline.exports import removal as exports
from pipeline.jobs import delete as job_deletion
from pipeline.jobs import store as jobs
from pipeline.jobs.card import is_card_key, read_card
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.settings import get_settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.uploads.store import Upload, UploadState

log = logs.get_logger()
Step = tuple[str, Callable[[], bool]]  # id of an upload or job, and what removes it: True if there was something


def remove_account(user_id: str, stopped: Callable[[], bool] = lambda: False) -> str:
    """Remove what is still there of an account that is being deleted; a word for what was done.

    `more`: so many jobs were removed, others wait; `waiting`: nothing is left to see, but a worker may still be
    writing, and the sweep has a last look asked for; `account_deleted`: nothing is left; `nothing`: no tombstone, or
    deleted before. Raises RetryableError when `stopped`, and for what could not be removed: one odd job keeps no other
    one, and the account is looked at until nothing is left.
    """
    user = _leaving(user_id)
    if user is None or not user.deleting:
        return "nothing"
    hold(user_id)
    remove_identities(user)
    if _walk(user_id, stopped):
        return "more"
    over_at = user.deleting + 2 * get_settings().lease_s  # then nothing that began before is still writing
    if clock.now() < over_at:
        _look_again(user_id, over_at)
        return "waiting"
    saved_filters.delete_all(user_id)
    _remove_objects(user_id)
    _reduce(user)
    log.info("account_deleted", user_id=user_id)
    return "account_deleted"


def hold(user_id: str) -> None:
    """Somebody is at it: the sweep need not look for a while. LeaseLostError once the account is gone."""
    try:
        _look_again(user_id, clock.now_s() + get_settings().pending_grace_s)
    except ConflictError as error:
        raise LeaseLostError("Another worker has removed this account.") from error


def _look_again(user_id: str, at: int) -> None:
    dynamo.Update(TABLE, {"user_id": user_id}).set(sweep_at=at).when_equal(sweep_bucket=DELETING).write()


def _leaving(user_id: str) -> User | None:
    record = dynamo.get(TABLE, {"user_id": user_id}) or {}
    return User.from_record(record) if record.get("sweep_bucket") == DELETING else None


def _walk(user_id: str, stopped: Callable[[], bool]) -> bool:
    """Remove uploads and jobs, all pages, but not more than so many at once: then other users have their turn. True if
    there are more."""
    done = failed = 0
    for step_id, remove in chain(_uploads(user_id), _jobs(user_id)):
        if stopped():
            raise RetryableError("This process is stopping; another one goes on.", code="stopping")
        if done >= get_settings().account_delete_jobs:
            return True
        try:
            done += remove()
        except (GasError, BotoCoreError, ClientError) as error:
            failed += 1
            log.warning("not_deleted_with_account", job_id=step_id, error=type(error).__name__)
    if failed:
        raise RetryableError(f"{failed:,} jobs or uploads could not be removed; they are tried again.")
    return False


def _uploads(user_id: str) -> Iterator[Step]:
    """Uploads come first: the jobs' index may not show yet what some of them became."""
    for upload in uploads.of_user(user_id):
        yield upload.upload_id, partial(_remove_upload, upload)


def _remove_upload(upload: Upload) -> bool:
    if upload.state == UploadState.SUBMITTED or not transfer.discard(upload):
        _remove_job(upload.upload_id, upload.user_id)
        uploads.forget(upload)
    return True


def _jobs(user_id: str) -> Iterator[Step]:
    for record in dynamo.query_all(
        jobs.TABLE,
        index=jobs.USER_INDEX,
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": user_id}},
    ):
        if not record.get("deleting"):
            yield record["job_id"], partial(_remove_job, record["job_id"], user_id)


def _remove_job(job_id: str, user_id: str) -> bool:
    """Delete a job of the user (the index lags behind the table: it may be deleted already)."""
    record = dynamo.get(jobs.TABLE, {"job_id": job_id})
    if record is None or record.get("user_id") != user_id or record.get("deleting"):
        return False
    try:
        job = Job.from_record(record)
    except MalformedRecordError:
        # Not readable, but not to be kept either: the tombstone keeps others away, its files go with the account's.
        tombstone = dynamo.Update(jobs.TABLE, {"job_id": job_id}).set(deleting=clock.now_s())
        tombstone.when_equal(user_id=user_id).write()
        notes.remove_all(job_id)
        return True
    job_deletion.delete(job)
    return True


def _remove_objects(user_id: str) -> None:
    """Whatever still lies under the user's prefixes; of the jobs only the tombstones stay."""
    storage.delete_under(aws.bucket("inputs"), f"uploads/{user_id}/")
    storage.delete_under(aws.bucket("results"), f"archive/{user_id}/")
    exports.remove_of_user(user_id)
    storage.delete_under(aws.bucket("results"), f"exports/{user_id}/")
    results = aws.bucket("results")
    for prefix in (f"archive/{user_id}/", f"results/{user_id}/"):
        storage.abort_uploads(results, prefix)
    kept = {key for key in storage.keys_under(results, f"results/{user_id}/") if _is_tombstone(user_id, key)}
    storage.delete_keys(results, [key for key in storage.keys_under(results, f"results/{user_id}/") if key not in kept])


def _is_tombstone(user_id: str, key: str) -> bool:
    """Whether the object is the card of a deleted job; a card that says something else is of a job that never was."""
    if not is_card_key(key):
        return False
    try:
        card = read_card(user_id, key.split("/")[2])
    except MalformedRecordError:
        return False
    return card is not None and card.job.deleting is not None


def _reduce(user: User) -> None:
    """Forget the person: what stays is the id and when it was deleted."""
    aws.client("dynamodb").put_item(
        TableName=aws.table_name(TABLE),
        Item=dynamo.to_item({"user_id": user.user_id, "deleting": user.deleting}),
        ConditionExpression="attribute_exists(deleting)",
    )
