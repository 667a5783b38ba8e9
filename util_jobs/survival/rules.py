"""What must hold of the records once everything has come to rest. Each rule gives a sentence for every breach."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.jobs.states import ACTIVE, JobStatus
from pipeline.settings import get_settings
from pipeline.uploads.store import UploadState
from util_jobs.rules_at_rest import follows_no_plan, is_half_archived, is_stuck
from util_jobs.survival.people import People
from util_jobs.survival.picture import Records

Breaches = Iterator[str]
Rule = Callable[[Records, People], Breaches]


def no_job_is_stuck(records: Records, people: People) -> Breaches:
    """All work and all moves have ended, everybody who must hear of it was told, and the sweep has nothing to do."""
    for job in records.kept:
        yield from is_stuck(job, job["job_id"])
    for job_id, job in records.jobs.items():
        if job.get("sweep_bucket"):
            yield f"the sweep has still to look at job {job_id}"


def results_follow_the_plan(records: Records, people: People) -> Breaches:
    """A premium user's results are hot; a free user's are in the archive once retention has passed."""
    for job in records.kept:
        owner = records.users.get(job["user_id"], {})
        yield from follows_no_plan(job, job["job_id"], owner.get("plan", "nobody"))


def accounts_are_settled(records: Records, people: People) -> Breaches:
    """Every change of plan was carried out; of an account that left nothing stays but its tombstone."""
    for user_id, user in records.users.items():
        if user.get("sweep_bucket"):
            yield f"account {user_id} waits for the sweep ({user['sweep_bucket']})"
        if user_id in people.left and (not user.get("deleting") or user.get("email")):
            yield f"account {user_id} was deleted and is still there"
        confirmed = people.plans[user_id][0]
        if user_id not in people.left and confirmed is not None and user.get("plan") != confirmed:
            yield f"account {user_id} is {user.get('plan')}, confirmed was {confirmed}"
    for job in records.kept:
        if job["user_id"] in people.left:
            yield f"job {job['job_id']} outlived its owner's account"
    for upload_id, upload in records.uploads.items():
        if upload["user_id"] in people.left:
            yield f"upload {upload_id} outlived its owner's account"
        elif upload["state"] != UploadState.SUBMITTED:
            yield f"upload {upload_id} is {upload['state']}"


def queues_are_empty(records: Records, people: People) -> Breaches:
    """No message is left, and no message was given up."""
    for queue in records.queues:
        left = queue.waiting + queue.in_flight + queue.delayed
        if left:
            yield f"{left} messages are left in {queue.queue}"
        if queue.dead_letters:
            yield f"{queue.dead_letters} dead letters of {queue.queue}"


def jobs_end_as_their_files_deserve(records: Records, people: People) -> Breaches:
    """A file that can be annotated is, one that cannot has failed for the right reason, and a lost worker is one only
    after as many losses as the setting allows."""
    for job_id in set(people.submitted) - people.doubtful:
        job = records.jobs.get(job_id)
        if job is None:
            yield f"the record of submitted job {job_id} is gone"
            continue
        if job.get("deleting") or job["job_status"] in (JobStatus.CANCELLED, *ACTIVE):
            continue
        refusal, code = people.files[job_id].refusal, (job.get("error") or {}).get("code")
        if code == "worker_lost" and job.get("lost_leases", 0) >= get_settings().max_lost_leases:
            continue
        if code != refusal or (job["job_status"] == JobStatus.FAILED) != bool(refusal):
            yield f"job {job_id} is {job['job_status']} ({code}); its file deserves {refusal or 'a result'}"


def what_users_wished_was_done(records: Records, people: People) -> Breaches:
    """Deleted is deleted, cancelled is cancelled, and nothing is either that nobody wished so."""
    for job_id, job in records.jobs.items():
        if job_id not in people.submitted:
            yield f"nobody submitted job {job_id}"
        gone = job_id in people.deleted or job["user_id"] in people.left
        if gone != bool(job.get("deleting")):
            yield f"job {job_id} is {'not ' if gone else ''}deleted"
        if not gone and (job_id in people.cancelled) != (job["job_status"] == JobStatus.CANCELLED):
            yield f"job {job_id} is {job['job_status']}; cancelled: {job_id in people.cancelled}"


def archived_is_what_should_be(records: Records, people: People) -> Breaches:
    """Of an archived result each moving file is away, and of a hot one the record names no archive any more (C30)."""
    for job in records.kept:
        yield from is_half_archived(job, job["job_id"])


AT_REST: tuple[Rule, ...] = (no_job_is_stuck, results_follow_the_plan, accounts_are_settled, queues_are_empty)
ALWAYS_IN_THE_END: tuple[Rule, ...] = (
    jobs_end_as_their_files_deserve,
    what_users_wished_was_done,
    archived_is_what_should_be,
)


def breaches(rules: tuple[Rule, ...], records: Records, people: People) -> list[str]:
    """Every breach of these rules, each with the name of the rule."""
    return [f"{rule.__name__}: {told}" for rule in rules for told in rule(records, people)]
