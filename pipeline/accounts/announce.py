"""Tells the workers that an account needs them: a message now, and the sweep's mark until it is done (C16)."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import clock, dynamo, logs, messages
from pipeline.errors import ConflictError
from pipeline.messages import Message, MessageType
from pipeline.settings import get_settings

log = logs.get_logger()
TABLE = "users"
TOPIC = "plan-changes"  # whose worker goes through all jobs of a user
MAX_BACKOFF = 6  # doublings: a minute becomes about an hour


def announce(user_id: str, kind: MessageType, mark: str) -> bool:
    """Send the message about a user whose record has this `sweep_bucket`; False if the sweep must do it later.

    A message that arrives late or twice changes nothing: whoever acts on it reads the record.
    """
    try:
        messages.publish(TOPIC, Message(type=kind, user_id=user_id))
        _look_later(user_id, mark)
    except (BotoCoreError, ClientError) as error:
        log.warning("account_not_announced", user_id=user_id, kind=kind, error=type(error).__name__)
        return False
    except ConflictError:
        return True  # done, or the account has another mark by now: nobody waits for the message any more
    return True


def _look_later(user_id: str, mark: str) -> None:
    """A message is on its way: the sweep need not send another one for a while, and ever more rarely."""
    record = dynamo.get(TABLE, {"user_id": user_id}) or {}
    sent = int(record.get("announcements", 0))
    pause = get_settings().pending_grace_s * 2 ** min(sent, MAX_BACKOFF)
    (
        dynamo.Update(TABLE, {"user_id": user_id})
        .set(sweep_at=clock.now_s() + pause, announcements=sent + 1)
        .when_equal(sweep_bucket=mark, plan_version=record.get("plan_version"))
        .write()
    )
