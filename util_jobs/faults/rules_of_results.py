"""What must hold of results and jobs when everything is drained. Each rule gives a sentence for every breach."""

from __future__ import annotations

from pipeline.jobs.states import JobStatus
from util_jobs.faults import stores
from util_jobs.faults.ledger import Ledger
from util_jobs.faults.recorded import BAD_INPUT, TROUBLE
from util_jobs.faults.rules import Breaches, kept
from util_jobs.faults.world import World
from util_jobs.rules_at_rest import follows_no_plan, is_half_archived, is_stuck


def every_result_is_where_its_record_says(world: World, ledger: Ledger) -> Breaches:
    """Each file of a completed result, byte for byte, in exactly the place that the state names."""
    for job in kept():
        if job["job_status"] == JobStatus.COMPLETED:
            yield from ledger.missing(job, "in the end")


def no_promised_result_is_gone(world: World, ledger: Ledger) -> Breaches:
    """A result that its owner was promised stays, unless the owner deleted it."""
    jobs = {job["job_id"]: job for job in stores.records("jobs")}
    for job_id in ledger.promised:
        job = jobs.get(job_id)
        if job is None:
            yield f"the record of finished job {job_id[:6]} is gone"
        elif job["job_status"] != JobStatus.COMPLETED and not job.get("deleting"):
            yield f"finished job {job_id[:6]} is {job['job_status']}"


def no_job_is_stuck(world: World, ledger: Ledger) -> Breaches:
    """Every job has ended, every result is at rest, and the sweep has nothing more to look at."""
    for job in kept():
        yield from is_stuck(job, job["job_id"][:6])


def results_follow_the_plan(world: World, ledger: Ledger) -> Breaches:
    """A premium user's results are hot; a free user's are in the archive once retention has passed."""
    users = {user["user_id"]: user for user in stores.records("users")}
    for job in kept():
        user = users.get(job["user_id"], {})
        yield from follows_no_plan(job, job["job_id"][:6], user.get("plan", "free_user"))


def archived_is_what_should_be(world: World, ledger: Ledger) -> Breaches:
    """Of an archived result each moving file is away, and of a hot one the record names no archive any more (C30)."""
    for job in kept():
        if job["job_status"] == JobStatus.COMPLETED:
            yield from is_half_archived(job, job["job_id"][:6])


def bad_files_give_no_results(world: World, ledger: Ledger) -> Breaches:
    """What cannot be annotated is never completed."""
    for job in kept():
        source = ledger.source_of(job) or b""
        if job["job_status"] == JobStatus.COMPLETED and source.startswith((BAD_INPUT, TROUBLE)):
            yield f"job {job['job_id'][:6]} is completed although its file cannot be annotated"


def calm_work_leaves_no_trace() -> Breaches:
    """While nothing fails and everybody is through, no job is left running and none has lost its lease."""
    for job in kept():
        if job["job_status"] == JobStatus.RUNNING:
            yield f"job {job['job_id'][:6]} is RUNNING although nobody works on it"
        if job.get("lost_leases"):
            yield f"job {job['job_id'][:6]} lost its lease although its worker lived"
