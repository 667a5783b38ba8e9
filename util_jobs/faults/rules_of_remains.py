"""What may exist when everything is drained, and what may not. Each rule gives a sentence for every breach."""

from __future__ import annotations

import hashlib

from pipeline import aws, storage
from pipeline.archive.stores import vault_markers
from pipeline.jobs import orphans
from pipeline.jobs.states import JobStatus
from pipeline.settings import get_settings
from util_jobs.faults import stores
from util_jobs.faults.calls import SKEW_S
from util_jobs.faults.ledger import Ledger
from util_jobs.faults.rules import Breaches, kept, short
from util_jobs.faults.world import World
from util_jobs.rules_at_rest import place_of


def nothing_exists_that_no_record_names(world: World, ledger: Ledger) -> Breaches:
    """Nothing deleted exists anywhere; no forgotten copy, no orphan, no half of an upload."""
    named = {(job["s3_inputs_bucket"], job["s3_key_input_file"]) for job in kept()}
    results = aws.bucket("results")
    named |= {(results, storage.card_key(job["user_id"], job["job_id"])) for job in stores.records("jobs")}
    for job in kept():
        if job["job_status"] == JobStatus.COMPLETED:
            named |= {place_of(job, role) for role in job["outputs"]}
    waiting = {upload["key"] for upload in stores.records("uploads") if upload["state"] == "UPLOADED"}
    notes = {hashlib.sha256(name.encode()).hexdigest()[:32] for _, name in named}
    too_late = _after_the_last_look(ledger)
    orphaned = {orphan.key for orphan in orphans.find_orphans()} if too_late else set()
    for stored in stores.objects():
        if vault_markers.SUFFIX in stored.key and stored.key.rsplit("/", 1)[-1] in notes:
            continue
        if stored.key in too_late & orphaned:
            continue  # that is for `reconcile --remove-orphans`
        if (stored.bucket, stored.key) not in named and stored.key not in waiting:
            yield f"an object that no record names: {short(stored.key)}"
    for archive_id in sorted(set(world.archives.vaults.archives) - {name for _, name in named}):
        yield f"an archive that no record names: {archive_id[:12]}"
    yield from _unfinished(ledger)


def _after_the_last_look(ledger: Ledger) -> set[str]:
    """Keys of what was stored by a process that stood still until everybody had looked for what it might store: two
    leases after its job ended, or after the copy for a rerun was given up, which then has no record."""
    jobs = {job["job_id"]: job for job in stores.records("jobs")}
    looked_for = 2 * get_settings().lease_s - SKEW_S

    def last_look(key: str) -> float:
        job = jobs.get((key.split("/") + [""] * 3)[2])
        if job is None:
            return 0.0
        ended = job.get("deleting") or job.get("complete_time") or 0
        return float(ended + looked_for)

    return {key for key, at in ledger.left_late.items() if at > last_look(key)}


def _unfinished(ledger: Ledger) -> Breaches:
    """Uploads in parts of which nobody knows. Those of a job that stays are left to the bucket's lifecycle rule where a
    process died; of a deleted one none may be there that was begun before its last look."""
    left, too_late = stores.unfinished_uploads(), _after_the_last_look(ledger)
    stay = {job["job_id"] for job in kept()}
    for key in left:
        if key.split("/")[2] not in stay and key not in too_late:
            yield f"an unfinished upload of something deleted: {short(key)}"
    if len(left) > ledger.in_doubt["uploads"]:
        yield f"{len(left) - ledger.in_doubt['uploads']} multipart uploads were left unfinished"


def accounts_that_left_are_gone(world: World, ledger: Ledger) -> Breaches:
    """Of an account that was deleted nothing is left but its tombstone."""
    for user in stores.records("users"):
        if not user.get("deleting"):
            continue
        name = user["user_id"][:6]
        if user.get("email"):
            yield f"account {name} was deleted and still has its address"
        for job in kept():
            if job["user_id"] == user["user_id"]:
                yield f"job {job['job_id'][:6]} outlived its owner's account {name}"
        if any(upload["user_id"] == user["user_id"] for upload in stores.records("uploads")):
            yield f"an upload outlived its owner's account {name}"
