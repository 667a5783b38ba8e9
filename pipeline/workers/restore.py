"""The restore worker goes through all jobs of a user: after a change of plan it gives every result what the plan, as it
is now, asks for; after the deletion of the account it removes everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import logs, messages
from pipeline.accounts import removal
from pipeline.accounts import store as accounts
from pipeline.accounts.plans import settled
from pipeline.archive.steps import settle
from pipeline.errors import ConflictError, GasError, RetryableError
from pipeline.jobs import store
from pipeline.messages import Message
from pipeline.workers.delivery import Delivery

log = logs.get_logger()


@dataclass
class RestoreHandler:
    """Handles `plan-changed` and `account-leaving` messages; an old or repeated one finds nothing left to do."""

    queue: str = field(default="restore", init=False)
    parse = staticmethod(messages.parse)

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Act on the account as its record is now."""
        if message.type == "account-leaving":
            _remove(message.user_id, delivery)
        else:
            _settle_all(message.user_id, delivery)


def _over(delivery: Delivery) -> bool:
    return delivery.lost.is_set() or delivery.stopping.is_set()


def _remove(user_id: str, delivery: Delivery) -> None:
    """Remove the account. What is too much for one turn waits behind the messages of other users (C21, C34)."""
    delivery.renew = partial(removal.hold, user_id)
    done = removal.remove_account(user_id, partial(_over, delivery))
    log.info("account_step", done=done)
    if done == "more":
        messages.send("restore", Message(type="account-leaving", user_id=user_id))


def _settle_all(user_id: str, delivery: Delivery) -> None:
    """Settle all results of the user, each in a step of its own: one odd job never stops the rest (C25, C28)."""
    user = accounts.get_user(user_id)
    if user is None or user.deleting:
        return
    done: Counter[str] = Counter()
    for job in store.list_of_user(user.user_id):
        if _over(delivery):
            raise RetryableError("This process is stopping; another one goes on.", code="stopping")
        with logs.bound(job_id=job.job_id):
            done[_settled(job.job_id)] += 1
    log.info("plan_settled", plan=user.plan, **done)
    if done["failed"]:
        raise RetryableError(f"{done['failed']:,} results could not be settled; they are tried again.")
    settled(user.user_id, user.plan_version)


def _settled(job_id: str) -> str:
    try:
        return settle(job_id)
    except ConflictError:
        return "failed"  # it moved at this very moment: looked at again with the next try
    except (GasError, BotoCoreError, ClientError) as error:
        log.warning("not_settled", error=type(error).__name__)
        return "failed"
