"""What the plan of its owner asks of a result: which of its files go to the archive, and when."""

from __future__ import annotations

from pipeline import clock
from pipeline.accounts import store as accounts
from pipeline.archive.files import MOVING_ROLES
from pipeline.jobs.model import Job
from pipeline.settings import get_settings


def is_free(user_id: str) -> bool:
    """Whether results of this user follow the free rule; those of nobody stay where they are."""
    user = accounts.get_user(user_id)
    return user is not None and user.plan == "free_user"


def archive_after_of(user_id: str) -> int | None:
    """When a result that becomes HOT now falls due for the archive; None: never."""
    return clock.now_s() + get_settings().retention_s if is_free(user_id) else None


def moving_roles(job: Job) -> list[str]:
    """The files of a result that are worth moving."""
    least = get_settings().archive_min_bytes
    return [role for role in MOVING_ROLES if role in job.outputs and job.outputs[role]["size"] >= least]
