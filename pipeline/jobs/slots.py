"""The limit of active jobs, held under any number of requests at once: a job takes a place on its user's record first.

`active_jobs` of the record maps a job's id to when and by which request its place was taken. Nothing counts up or down,
so nothing drifts: who finds all places taken looks the jobs up, and frees the places of those that have ended or never
came to be.
"""

from __future__ import annotations

from typing import Any

from pipeline import clock, dynamo, ids
from pipeline.accounts.store import User
from pipeline.errors import ConflictError, LimitError, MalformedRecordError, NotFoundError, RetryableError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.settings import get_settings

TABLE = "users"
ATTRIBUTE = "active_jobs"
MAX_ROUNDS = 8  # of one request, when others take and free places at the same moment
TIDY_EVERY = 32  # places: freed before all are taken, so that the record, which every request reads, stays small

Places = dict[str, str]  # job id → `<epoch seconds> <request>`


def take(user: User, job_id: str) -> None:
    """Take a place for a job that is about to be created or started again; taking it twice is the same place.

    Raises LimitError (`too_many_jobs`) where all places of the plan are taken by jobs that wait or run, NotFoundError
    for an account that is gone or being deleted.
    """
    limit = get_settings().max_active_jobs(user.plan)
    for _ in range(MAX_ROUNDS):
        try:
            places = _add(user.user_id, job_id, limit)
        except ConflictError:
            check_room(user, job_id)
            continue
        if len(places) % TIDY_EVERY == 0:
            _free_ended(user.user_id, places, keep=job_id)
        return
    raise RetryableError("Many of your jobs are being started at once. Try again in a moment.")


def check_room(user: User, job_id: str | None = None) -> None:
    """Refuse another job to a user whose places are all taken, after freeing those of jobs that have ended.

    Nothing is taken. `job_id` may have its place already, and then has room. Raises as `take` does.
    """
    limit = get_settings().max_active_jobs(user.plan)
    record = dynamo.get(TABLE, {"user_id": user.user_id})
    if record is None or record.get("deleting"):
        raise NotFoundError("This account is gone.")
    places: Places | None = record.get(ATTRIBUTE)
    if places is None:
        places = _first_places(user.user_id)
    if job_id in places or len(places) < limit or _free_ended(user.user_id, places):
        return
    raise LimitError(
        f"{limit:,} of your jobs are waiting or running, which is the most at once on your plan. "
        "Wait for one to finish, or cancel one.",
        code="too_many_jobs",
    )


def _new_place() -> str:
    """Unlike any other one, so that nobody who looked before frees it."""
    return f"{clock.now_s()} {ids.new_id()[:8]}"


def _add(user_id: str, job_id: str, limit: int) -> Places:
    path = f"{ATTRIBUTE}.{job_id}"
    update = dynamo.Update(TABLE, {"user_id": user_id}).set_at(path, _new_place())
    update.when_exists(ATTRIBUTE).when_absent("deleting").when_present_or_fewer(path, ATTRIBUTE, limit)
    places: Places = update.write()[ATTRIBUTE]
    return places


def _first_places(user_id: str) -> Places:
    """The user's first job, or the first one since places are counted: those that are active now have theirs."""
    places = {job.job_id: _new_place() for job in store.list_of_user(user_id) if job.is_active}
    _replace(user_id, None, places)
    return places


def _free_ended(user_id: str, places: Places, keep: str | None = None) -> bool:
    """Free the places of jobs that have ended or never came to be; False if there are none (nothing is written)."""
    active = _active_among(places)
    left = {job_id: place for job_id, place in places.items() if job_id in active or job_id == keep}
    if len(left) == len(places):
        return False
    _replace(user_id, places, left)
    return True


def _replace(user_id: str, seen: Places | None, places: Places) -> None:
    """Write the places unless somebody changed them meanwhile, whose change then counts."""
    update = dynamo.Update(TABLE, {"user_id": user_id}).set(**{ATTRIBUTE: places}).when_exists("user_id")
    try:
        update.when_equal(**{ATTRIBUTE: seen}).when_absent("deleting").write()
    except ConflictError:
        return


def _active_among(places: Places) -> set[str]:
    """Ids whose job waits or runs, or may be created at this moment by the request that took the place."""
    records = dynamo.batch_get(store.TABLE, [{"job_id": job_id} for job_id in places])
    known = {record["job_id"]: record for record in records}
    return {job_id for job_id, place in places.items() if _is_active(known.get(job_id), int(place.split()[0]))}


def _is_active(record: dict[str, Any] | None, taken_at: int) -> bool:
    """Whether the job counts whose place was taken at this time; its request writes the record a moment later."""
    under_way = taken_at > clock.now_s() - 2 * get_settings().web_request_timeout_s
    if record is None:
        return under_way
    if record.get("deleting"):
        return False
    try:
        job = Job.from_record(record)
    except MalformedRecordError:
        return False  # nothing of ours works on it
    started_again = job.job_status == JobStatus.FAILED and taken_at >= (job.complete_time or 0)
    return job.is_active or (started_again and under_way)
