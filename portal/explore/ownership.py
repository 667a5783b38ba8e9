"""The job that a callback is asked about, if it is the reader's."""

from __future__ import annotations

from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from portal.auth.current import current_user


def owned(job_id: object) -> Job:
    """The job of this id. NotFoundError alike for somebody else's and for none (C03)."""
    return get_owned(job_id, current_user().user_id)
