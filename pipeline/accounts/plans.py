"""Changing a user's plan: one conditional write, then a message; the sweep sends again what was lost.

Whoever acts on the message reads the plan from the record, so a message that comes late or twice changes nothing (C14).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline import clock, dynamo, ids, sweep_index
from pipeline.accounts.announce import announce
from pipeline.accounts.store import Plan, User
from pipeline.errors import ConflictError, NotFoundError, RetryableError
from pipeline.settings import get_settings

TABLE = "users"
UNSETTLED = "plan"  # value of `sweep_bucket`: the user's jobs do not follow the plan yet
MAX_WRITES = 5  # of one change, when others change the same account at the same moment


def change_plan(user_id: str, plan: Plan) -> User:
    """Give a user a plan, and tell the workers to bring the user's results where they belong.

    The one way for every payment. Repeating it after a lost answer changes nothing more; of two changes the later one
    wins. Raises NotFoundError for an account that is gone, RetryableError where others kept changing it.
    """
    for _ in range(MAX_WRITES):
        record = _record(user_id)
        if record.get("plan", "free_user") == plan:
            break
        now = clock.now_s()
        update = (
            dynamo.Update(TABLE, {"user_id": user_id})
            .set(plan=plan, plan_changed_at=now, sweep_bucket=UNSETTLED, announcements=0)
            .set(sweep_at=now + get_settings().pending_grace_s)
            .add("plan_version", 1)
            .when_equal(plan=record.get("plan"), plan_version=record.get("plan_version"))
            .when_exists("user_id")
            .when_absent("deleting")
        )
        try:
            record = update.write()
            break
        except ConflictError:
            continue  # changed meanwhile, or our own write went through and its answer was lost: look again
    else:
        raise RetryableError("Your account is being changed elsewhere. Try again in a moment.")
    if record.get("sweep_bucket") == UNSETTLED:
        announce_plan(user_id)
    return User.from_record(record)


def _record(user_id: str) -> dict[str, Any]:
    record = dynamo.get(TABLE, {"user_id": user_id}) if ids.is_id(user_id) else None
    if record is None or record.get("deleting"):
        raise NotFoundError("This account is gone.")
    return record


def announce_plan(user_id: str) -> bool:
    """Tell the workers that the user's plan changed; False if the sweep must do it later."""
    return announce(user_id, "plan-changed", UNSETTLED)


def settled(user_id: str, plan_version: int) -> bool:
    """All jobs of the user follow the plan of this version. False (nothing is written) if the plan changed since.

    Whoever settles reads the user first and the jobs then, and passes the version that it read.
    """
    update = (
        dynamo.Update(TABLE, {"user_id": user_id})
        .remove("sweep_bucket", "sweep_at", "announcements")
        .when_equal(sweep_bucket=UNSETTLED, plan_version=plan_version)
        .when_absent("deleting")
    )
    try:
        update.write()
    except ConflictError:
        return False
    return True


def unsettled_users(limit_time: float) -> Iterator[str]:
    """Ids of users whose plan changed and whose jobs do not follow it yet, due by `limit_time`, oldest first.

    The index lags behind the table, which does no harm here: a message too many changes nothing.
    """
    return due(UNSETTLED, limit_time)


def due(sweep_bucket: str, limit_time: float) -> Iterator[str]:
    """Ids of users with this mark of the sweep whose time has come, every page."""
    return (record["user_id"] for record in sweep_index.due(TABLE, sweep_bucket, limit_time))
