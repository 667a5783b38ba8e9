"""What may exist when everything is drained, and what may not. Each rule gives a sentence for every breach."""

from __future__ import annotations

import hashlib
from typing import Any

from pipeline import aws, storage
from pipeline.archive.stores import vault_markers
from pipeline.jobs.states import JobStatus, StorageState
from util_jobs.faults import stores
from util_jobs.faults.ledger import Ledger
from util_jobs.faults.rules import Breaches, kept, short
from util_jobs.faults.world import World


def nothing_exists_that_no_record_names(world: World, ledger: Ledger) -> Breaches:
    """Nothing deleted exists anywhere; no forgotten copy, no orphan, no half of an upload."""
    named = {(job["s3_inputs_bucket"], job["s3_key_input_file"]) for job in kept()}
    results = aws.bucket("results")
    named |= {(results, storage.card_key(job["user_id"], job["job_id"])) for job in stores.records("jobs")}
    for job in kept():
        if job["job_status"] == JobStatus.COMPLETED:
            named |= _names_of(job)
    waiting = {upload["key"] for upload in stores.records("uploads") if upload["state"] == "UPLOADED"}
    notes = {hashlib.sha256(name.encode()).hexdigest()[:32] for _, name in named}
    prefixes = tuple(storage.results_prefix(job["user_id"], job["job_id"]) for job in kept())
    for stored in stores.objects():
        if vault_markers.SUFFIX in stored.key and stored.key.rsplit("/", 1)[-1] in notes:
            continue
        if stored.key in ledger.left_late and stored.key.startswith(prefixes) and _is_of_attempt(stored.key):
            continue  # it goes with its job, when that is deleted
        if (stored.bucket, stored.key) not in named and stored.key not in waiting:
            yield f"an object that no record names: {short(stored.key)}"
    archives = set(world.archives.vaults.archives) - {name for _, name in named}
    for archive_id in sorted(archives)[ledger.in_doubt["archives"] :]:
        yield f"an archive that no record names: {archive_id[:12]}"
    unfinished = stores.unfinished_uploads() - ledger.in_doubt["uploads"]
    if unfinished > 0:
        yield f"{unfinished} multipart uploads were left unfinished"


def _is_of_attempt(key: str) -> bool:
    """Whether a key under a job's prefix is that of a file of an attempt: `results/<user>/<job>/<attempt>/<name>`."""
    return key.split("/")[3].isdigit()


def _names_of(job: dict[str, Any]) -> set[tuple[str, str]]:
    bucket = job["s3_results_bucket"]
    away = job.get("archived") or {} if job["result_storage"] != StorageState.HOT else {}
    hot = {(bucket, entry["key"]) for role, entry in job["outputs"].items() if role not in away}
    return hot | {(file["bucket"], file["archive_id"]) for file in away.values()}


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
