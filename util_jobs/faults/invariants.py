"""What must hold when everything is drained. Each function gives a sentence for every breach."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default as default_policy
from typing import Any

from pipeline import aws, storage
from pipeline.archive.files import MOVING_ROLES
from pipeline.archive.stores import vault_markers
from pipeline.jobs.states import ACTIVE, JobStatus, StorageState
from util_jobs.faults import stores
from util_jobs.faults.ledger import Ledger
from util_jobs.faults.world import World

Breaches = Iterator[str]
JOB_LINK = re.compile(r"/jobs/([0-9a-f]{32})")


def _jobs() -> list[dict[str, Any]]:
    return list(stores.records("jobs"))


def _kept() -> list[dict[str, Any]]:
    return [job for job in _jobs() if not job.get("deleting")]


def _users() -> dict[str, dict[str, Any]]:
    return {user["user_id"]: user for user in stores.records("users")}


def every_result_is_where_its_record_says(world: World, ledger: Ledger) -> Breaches:
    """Each file of a completed result, byte for byte, in exactly the place that the state names."""
    for job in _kept():
        if job["job_status"] == JobStatus.COMPLETED:
            yield from ledger.missing(job, "in the end")


def no_promised_result_is_gone(world: World, ledger: Ledger) -> Breaches:
    """A result that its owner was promised stays, unless the owner deleted it."""
    jobs = {job["job_id"]: job for job in _jobs()}
    for job_id in ledger.promised:
        job = jobs.get(job_id)
        if job is None:
            yield f"the record of finished job {job_id[:6]} is gone"
        elif job["job_status"] != JobStatus.COMPLETED and not job.get("deleting"):
            yield f"finished job {job_id[:6]} is {job['job_status']}"


def no_job_is_stuck(world: World, ledger: Ledger) -> Breaches:
    """Every job has ended, every result is at rest, and the sweep has nothing more to look at."""
    for job in _kept():
        name = job["job_id"][:6]
        if job["job_status"] in ACTIVE:
            yield f"job {name} is {job['job_status']} for ever"
        if job["job_status"] == JobStatus.COMPLETED and job["result_storage"] not in ("HOT", "ARCHIVED"):
            yield f"result {name} is {job['result_storage']} for ever"
        if job.get("cleanup"):
            yield f"job {name} still names what should be removed"
        if job["job_status"] in (JobStatus.COMPLETED, JobStatus.FAILED) and not job.get("announced_at"):
            yield f"nobody was told that job {name} ended"
        if job.get("restored_at"):
            yield f"nobody was told that result {name} came back"


def results_follow_the_plan(world: World, ledger: Ledger) -> Breaches:
    """A premium user's results are hot; a free user's are in the archive once retention has passed."""
    users = _users()
    for job in _kept():
        if job["job_status"] != JobStatus.COMPLETED:
            continue
        user = users.get(job["user_id"])
        free = user is None or user.get("plan") == "free_user"
        expected = StorageState.ARCHIVED if free else StorageState.HOT
        if job["result_storage"] != expected:
            owner = "free" if free else "premium"
            yield f"result {job['job_id'][:6]} of a {owner} user is {job['result_storage']}"


def nothing_exists_that_no_record_names(world: World, ledger: Ledger) -> Breaches:
    """Nothing deleted exists anywhere; no forgotten copy, no orphan, no half of an upload."""
    named = {(job["s3_inputs_bucket"], job["s3_key_input_file"]) for job in _kept()}
    results = aws.bucket("results")
    named |= {(results, storage.card_key(job["user_id"], job["job_id"])) for job in _jobs()}
    for job in _kept():
        if job["job_status"] == JobStatus.COMPLETED:
            named |= _names_of(job)
    waiting = {upload["key"] for upload in stores.records("uploads") if upload["state"] == "UPLOADED"}
    notes = {hashlib.sha256(name.encode()).hexdigest()[:32] for _, name in named}
    for stored in stores.objects():
        if vault_markers.SUFFIX in stored.key and stored.key.rsplit("/", 1)[-1] in notes:
            continue
        if (stored.bucket, stored.key) not in named and stored.key not in waiting:
            yield f"an object that no record names: {_short(stored.key)}"
    archives = set(world.archives.vaults.archives) - {name for _, name in named}
    for archive_id in sorted(archives)[world.misfortune.archives_in_doubt :]:
        yield f"an archive that no record names: {archive_id[:12]}"
    if stores.unfinished_uploads():
        yield f"{stores.unfinished_uploads()} multipart uploads were left unfinished"


def _names_of(job: dict[str, Any]) -> set[tuple[str, str]]:
    bucket = job["s3_results_bucket"]
    away = job.get("archived") or {} if job["result_storage"] != StorageState.HOT else {}
    hot = {(bucket, entry["key"]) for role, entry in job["outputs"].items() if role not in away}
    return hot | {(file["bucket"], file["archive_id"]) for file in away.values()}


def _short(key: str) -> str:
    return "/".join(part[:6] if len(part) == 32 else part for part in key.split("/"))


def archived_is_what_should_be(world: World, ledger: Ledger) -> Breaches:
    """Of an archived result each moving file is away, and of a hot one the record names no archive any more (C30)."""
    for job in _kept():
        if job["job_status"] != JobStatus.COMPLETED:
            continue
        archived = set(job.get("archived") or {})
        if job["result_storage"] == StorageState.ARCHIVED and archived != set(MOVING_ROLES) & set(job["outputs"]):
            yield f"archived result {job['job_id'][:6]} has only {sorted(archived)} in the archive"
        if job["result_storage"] == StorageState.HOT and (archived or job.get("results_file_archive_id")):
            yield f"hot result {job['job_id'][:6]} still names an archive"


def accounts_that_left_are_gone(world: World, ledger: Ledger) -> Breaches:
    """Of an account that was deleted nothing is left but its tombstone."""
    for user in stores.records("users"):
        if not user.get("deleting"):
            continue
        name = user["user_id"][:6]
        if user.get("email"):
            yield f"account {name} was deleted and still has its address"
        for job in _kept():
            if job["user_id"] == user["user_id"]:
                yield f"job {job['job_id'][:6]} outlived its owner's account {name}"
        if any(upload["user_id"] == user["user_id"] for upload in stores.records("uploads")):
            yield f"an upload outlived its owner's account {name}"


def at_most_one_mail_of_an_event(world: World, ledger: Ledger) -> Breaches:
    """No e-mail was sent twice: as often as the same event can have happened, and no more."""
    sent = Counter(_event_of(mail) for mail in world.outbox)
    for (subject, job_id), times in sent.items():
        if times > ledger.times_of(subject, job_id):
            yield f"{times} e-mails '{subject}' about job {job_id[:6]}"


def _event_of(mail: dict[str, Any]) -> tuple[str, str]:
    letter = message_from_bytes(mail["Content"]["Raw"]["Data"], policy=default_policy)
    body = letter.get_body(("plain",))
    link = JOB_LINK.search(str(body.get_content()) if body is not None else "")
    return str(letter["Subject"]), link[1] if link else ""


def nothing_is_paid_twice(world: World, ledger: Ledger) -> Breaches:
    """No second paid retrieval of a file while one is running or usable (C14, C28)."""
    for paid in world.archives.needless:
        yield f"a {paid.tier} retrieval of {_short(paid.name)[-30:]} ({paid.store}) was paid for nothing"


def queues_are_empty(world: World, ledger: Ledger) -> Breaches:
    """No message is left; among the dead letters only poison, and work that failed as often as it may."""
    for queue, count in world.mailboxes.waiting().items():
        yield f"{count} messages are left in {queue}"
    for queue, letter in world.mailboxes.dead_letters():
        if letter.body != "no JSON at all" and "the work failed" not in (letter.reason or ""):
            yield f"dead letter in {queue}: {letter.reason} {letter.body[:80]}"


INVARIANTS: tuple[Callable[[World, Ledger], Breaches], ...] = (
    every_result_is_where_its_record_says,
    no_promised_result_is_gone,
    no_job_is_stuck,
    results_follow_the_plan,
    nothing_exists_that_no_record_names,
    archived_is_what_should_be,
    accounts_that_left_are_gone,
    at_most_one_mail_of_an_event,
    nothing_is_paid_twice,
    queues_are_empty,
)


def breaches(world: World, ledger: Ledger) -> list[str]:
    """Every breach of every invariant, each with the name of the rule."""
    return [f"{rule.__name__}: {told}" for rule in INVARIANTS for told in rule(world, ledger)]
