"""Deleting an account: a tombstone first, then everything of the user. The tombstone stays: an id is never used again.

Every step may be done twice; after a crash the sweep goes on with `continue_deletion` (C34).
"""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, clock, dynamo, logs, storage
from pipeline.accounts import plans
from pipeline.accounts.store import User, get_user, identities_of
from pipeline.errors import ConflictError, GasError, MalformedRecordError, NotFoundError
from pipeline.jobs import delete as job_deletion
from pipeline.jobs import store as jobs
from pipeline.jobs.card import is_card_key, read_card
from pipeline.jobs.model import Job
from pipeline.settings import get_settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.uploads.store import UploadState

log = logs.get_logger()
TABLE = "users"
DELETING = "deleting"  # value of `sweep_bucket`: something of the user may still be there


def delete_account(user: User) -> None:
    """Delete an account with all that belongs to it. From the first write on nobody signs in to it any more.

    What a crash or a long list of jobs leaves, the sweep removes. Raises NotFoundError for an unknown user.
    """
    _mark(user)
    try:
        continue_deletion(user.user_id)
    except (GasError, BotoCoreError, ClientError) as error:
        # The tombstone stands, and the sweep goes on: for its user the account is gone.
        log.warning("account_deletion_interrupted", user_id=user.user_id, error=type(error).__name__)


def _mark(user: User) -> None:
    now = clock.now_s()
    update = dynamo.Update(TABLE, {"user_id": user.user_id}).add("session_epoch", 1).when_exists("user_id")
    update.set(deleting=now, sweep_bucket=DELETING, sweep_at=now).when_absent("deleting")
    try:
        update.write()
    except ConflictError:
        if get_user(user.user_id) is None:  # else it was marked before
            raise NotFoundError("This account is gone.") from None


def deleting_users(limit_time: float) -> Iterator[str]:
    """Ids of users whose deletion is to be continued by `limit_time`, oldest first."""
    return plans.due(DELETING, limit_time)


def continue_deletion(user_id: str) -> str:
    """Delete what is still there of an account with a tombstone; a word for what was done.

    `deleting_account`: look again at the record's `sweep_at`; `account_deleted`: nothing is left; `nothing`: no
    tombstone, or deleted before. One odd job keeps no other one; the account is looked at until nothing is left.
    """
    record = dynamo.get(TABLE, {"user_id": user_id}) or {}
    user = User.from_record(record) if record.get("sweep_bucket") == DELETING else None
    if user is None or not user.deleting:
        return "nothing"
    _remove_identities(user)
    left = _delete_uploads(user_id) + _delete_jobs(user_id)
    over_at = user.deleting + 2 * get_settings().lease_s  # then nothing that began before is still writing
    if left or clock.now() < over_at:
        _look_again(user_id, clock.now_s() if left else over_at)
        return "deleting_account"
    _remove_objects(user_id)
    _reduce(user)
    log.info("account_deleted", user_id=user_id)
    return "account_deleted"


def _remove_identities(user: User) -> None:
    """The address may register anew at once; that it does is a new account, whose identity is not ours to remove."""
    for identity in identities_of(user):
        try:
            aws.client("dynamodb").delete_item(
                TableName=aws.table_name("identities"),
                Key=dynamo.to_item({"identity": identity}),
                ConditionExpression="user_id = :u",
                ExpressionAttributeValues=dynamo.to_item({":u": user.user_id}),
            )
        except ClientError as error:
            if not dynamo.is_condition_failure(error):
                raise


def _delete_uploads(user_id: str) -> int:
    """Discard every upload, and delete the jobs that came of some (the jobs' index may not show them yet); how many
    could not be."""
    failed = 0
    for upload in uploads.of_user(user_id):
        try:
            if upload.state == UploadState.SUBMITTED or not transfer.discard(upload):
                _delete_job(upload.upload_id, user_id)
                uploads.forget(upload)
        except (GasError, BotoCoreError, ClientError) as error:
            failed += 1
            log.warning("upload_not_deleted", upload_id=upload.upload_id, error=type(error).__name__)
    return failed


def _delete_jobs(user_id: str) -> int:
    """Delete the user's jobs, all pages, but not more than so many at once; how many are known to be left."""
    done = failed = 0
    for record in dynamo.query_all(
        jobs.TABLE,
        index=jobs.USER_INDEX,
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": user_id}},
    ):
        if record.get("deleting"):
            continue
        if done >= get_settings().account_delete_jobs:
            return failed + 1
        try:
            done += _delete_job(record["job_id"], user_id)
        except (GasError, BotoCoreError, ClientError) as error:
            failed += 1
            log.warning("job_not_deleted", job_id=record["job_id"], error=type(error).__name__)
    return failed


def _delete_job(job_id: str, user_id: str) -> bool:
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
        return True
    job_deletion.delete(job)
    return True


def _remove_objects(user_id: str) -> None:
    """Whatever still lies under the user's prefixes; of the jobs only the tombstones stay."""
    storage.delete_under(aws.bucket("inputs"), f"uploads/{user_id}/")
    storage.delete_under(aws.bucket("results"), f"archive/{user_id}/")
    results = aws.bucket("results")
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


def _look_again(user_id: str, at: int) -> None:
    dynamo.Update(TABLE, {"user_id": user_id}).set(sweep_at=at).when_equal(sweep_bucket=DELETING).write()


def _reduce(user: User) -> None:
    """Forget the person: what stays is the id and when it was deleted."""
    aws.client("dynamodb").put_item(
        TableName=aws.table_name(TABLE),
        Item=dynamo.to_item({"user_id": user.user_id, "deleting": user.deleting}),
        ConditionExpression="attribute_exists(deleting)",
    )
