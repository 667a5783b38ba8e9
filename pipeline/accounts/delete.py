"""Deleting an account: a tombstone, no way to sign in any more, and a message to the worker that removes everything.

The tombstone stays: an id is never used again. What a crash leaves, the sweep tells the worker again (C34).
"""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, clock, dynamo, logs
from pipeline.accounts import plans
from pipeline.accounts.announce import announce
from pipeline.accounts.store import User, get_user, identities_of
from pipeline.errors import ConflictError, NotFoundError
from pipeline.settings import get_settings

log = logs.get_logger()
TABLE = "users"
DELETING = "deleting"  # value of `sweep_bucket`: something of the user may still be there


def delete_account(user: User) -> None:
    """Delete an account with all that belongs to it. From the first write on nobody signs in to it any more.

    As quick for a thousand jobs as for none: a worker removes them. Raises NotFoundError for an unknown user.
    """
    _mark(user)
    try:
        remove_identities(user)
    except (BotoCoreError, ClientError) as error:
        # The tombstone stands, and the worker goes on: for its user the account is gone.
        log.warning("identity_not_removed", user_id=user.user_id, error=type(error).__name__)
    announce_deletion(user.user_id)


def _mark(user: User) -> None:
    now = clock.now_s()
    update = dynamo.Update(TABLE, {"user_id": user.user_id}).add("session_epoch", 1).when_exists("user_id")
    update.set(deleting=now, sweep_bucket=DELETING, sweep_at=now + get_settings().pending_grace_s, announcements=0)
    try:
        update.when_absent("deleting").write()
    except ConflictError:
        if get_user(user.user_id) is None:  # else it was marked before
            raise NotFoundError("This account is gone.") from None


def remove_identities(user: User) -> None:
    """Take away every way to sign in. The address may register anew at once: that is a new account, and its identity
    is not ours to remove."""
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


def announce_deletion(user_id: str) -> bool:
    """Tell the worker that an account is to be removed; False if the sweep must do it later."""
    return announce(user_id, "account-leaving", DELETING)


def deleting_users(limit_time: float) -> Iterator[str]:
    """Ids of users whose deletion is to be continued by `limit_time`, oldest first."""
    return plans.due(DELETING, limit_time)
