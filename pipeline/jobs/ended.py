"""Which jobs of a user ended lately: what a page asks again and again while one of them runs, so it reads little."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pipeline import clock, dynamo
from pipeline.jobs.states import ACTIVE, JobStatus
from pipeline.jobs.store import TABLE, USER_INDEX
from pipeline.settings import get_settings

TOLD = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})  # who cancels a job knows that it ended


@dataclass(frozen=True)
class EndedJob:
    """A job that ended at `complete_time` (epoch seconds, UTC)."""

    job_id: str
    input_file_name: str
    job_status: JobStatus
    complete_time: int


@dataclass(frozen=True)
class Ended:
    """Jobs that ended, oldest first; `active` while others wait or run; `more` if there were too many to look at."""

    jobs: list[EndedJob]
    active: bool
    more: bool


def ended_since(user_id: str, since: int) -> Ended:
    """The user's jobs that ended at or after `since` (epoch seconds, UTC), as the index shows them, which may lag.

    Looks at jobs submitted within `notice_window_s`, the newest `notice_max_jobs` of them.
    """
    settings = get_settings()
    found = dynamo.query_all(
        TABLE,
        index=USER_INDEX,
        KeyConditionExpression="user_id = :u AND submit_time >= :earliest",
        ExpressionAttributeValues=dynamo.to_item(
            {":u": user_id, ":earliest": clock.now_s() - settings.notice_window_s}
        ),
        ProjectionExpression="job_id, input_file_name, job_status, complete_time, deleting",
        ScanIndexForward=False,
    )
    ended, active, looked_at = [], False, 0
    for record in islice(found, settings.notice_max_jobs + 1):
        looked_at += 1
        if looked_at > settings.notice_max_jobs or record.get("deleting"):
            continue
        status = record.get("job_status")
        active = active or status in ACTIVE
        if status in TOLD and record.get("complete_time", 0) >= since:
            name, when = record["input_file_name"], record["complete_time"]
            ended.append(EndedJob(record["job_id"], name, JobStatus(status), when))
    ended.sort(key=lambda job: (job.complete_time, job.job_id))
    return Ended(ended, active, looked_at > settings.notice_max_jobs)
