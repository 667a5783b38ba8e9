"""Rebuilds the job table from the object store alone: every job's card becomes a record where there is none.

What a card says is held against the objects that are there: a card is written before the step that it describes, so the
step may not have happened. Existing records are never changed, unless the caller asks for records that are older than
their cards to be replaced (after a table was restored to an earlier moment).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from pipeline import clock, dynamo, logs, storage
from pipeline.accounts import store as accounts
from pipeline.archive.steps import settle
from pipeline.errors import ConflictError, GasError, MalformedRecordError
from pipeline.jobs import adoption, store
from pipeline.jobs.card import Card, is_card_key, order_of, read_card, write_card
from pipeline.jobs.model import Job
from pipeline.jobs.orphans import Stored, by_job, find_orphans, remove
from pipeline.jobs.record_of_card import record_of
from pipeline.jobs.states import JobStatus
from pipeline.uploads import store as uploads
from pipeline.uploads.store import UploadState

log = logs.get_logger()
NO_RESULT = (JobStatus.PENDING, JobStatus.RUNNING, JobStatus.FAILED)


@dataclass
class Report:
    """What was found and done.

    `rebuilt`: records made anew, `done_again` of them without a result, so that they are annotated again; `deleted`:
    tombstones made anew; `without_input`: cards of jobs that are neither done nor have a file; `differing`: jobs whose
    record is older than their card; `adopted`: jobs of an original system; `orphans`: objects of no job.
    """

    rebuilt: int = 0
    replaced: int = 0
    present: int = 0
    deleted: int = 0
    done_again: int = 0
    without_input: int = 0
    adopted: int = 0
    unreadable: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    cards_written: int = 0
    orphans: list[Stored] = field(default_factory=list)
    orphans_removed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        orphans = [{"bucket": o.bucket, "key": o.key, "size": o.size} for o in self.orphans]
        return vars(self) | {"orphans": orphans}


def reconcile(*, dry_run: bool = False, replace_older: bool = False, remove_orphans: bool = False) -> Report:
    """Make every missing record anew, look for orphans, and say what was found. With `dry_run` nothing is changed."""
    report = Report()
    known: dict[str, bool] = {}
    for (user_id, job_id), objects in by_job("results", "results/"):
        listed = list(objects)
        with logs.bound(job_id=job_id):
            _reconcile_job(user_id, job_id, listed, report, known, dry_run=dry_run, replace_older=replace_older)
    report.adopted = _adopt(dry_run)
    report.orphans = find_orphans()
    if remove_orphans and not dry_run:
        report.orphans_removed = remove(report.orphans)
    return report


def _adopt(dry_run: bool) -> int:
    """Take over the jobs of an original system that no worker has looked at, and bring their results where the plans of
    their owners want them; one odd job keeps no other one."""
    adopted = 0
    for job_id in adoption.unadopted():
        try:
            adopted += dry_run or _is_adopted(job_id)
        except (GasError, ClientError) as error:
            log.warning("not_adopted", job_id=job_id, error=type(error).__name__)
    return adopted


def _is_adopted(job_id: str) -> bool:
    job = adoption.first_look(job_id)
    owner = accounts.get_user(job.user_id) if job else None
    if owner is not None and not owner.deleting:
        settle(job_id)
    return job is not None


def _reconcile_job(
    user_id: str,
    job_id: str,
    objects: list[Stored],
    report: Report,
    known: dict[str, bool],
    *,
    dry_run: bool,
    replace_older: bool,
) -> None:
    record = dynamo.get(store.TABLE, {"job_id": job_id})
    try:
        existing = Job.from_record(record) if record else None
        has_card = any(is_card_key(stored.key) for stored in objects)
        card = read_card(user_id, job_id) if has_card else None
    except MalformedRecordError:
        report.unreadable.append(job_id)
        return
    if existing is not None and existing.user_id == user_id:
        _compare(existing, card, objects, report, dry_run=dry_run, replace_older=replace_older)
    elif card is not None and record is None:
        fresh = _fresh(card, objects, known)
        if fresh is None:
            report.without_input += 1
            return
        if not dry_run and not dynamo.put_new(store.TABLE, vars(fresh), "job_id"):
            report.present += 1  # somebody else made it at this moment
            return
        _count(report, card, fresh)


def _fresh(card: Card, objects: list[Stored], known: dict[str, bool]) -> Job | None:
    """The record to be; None for a job that has to be done and whose file is gone, or that was not submitted (yet)."""
    job = card.job
    if not job.deleting and _is_account_gone(job.user_id, known):
        job = replace(job, deleting=clock.now_s())
    fresh = record_of(job, {stored.key: stored.size for stored in objects})
    if fresh.is_active and not _is_ready(fresh):
        return None
    return fresh


def _is_ready(job: Job) -> bool:
    """Whether the file of a job is there. The card is written just before the job is made of its upload: as long as
    there is an upload that is no job, there is none."""
    upload = dynamo.get(uploads.TABLE, {"user_id": job.user_id, "upload_id": job.job_id})
    if upload is not None and upload["state"] != UploadState.SUBMITTED:
        return False
    return storage.size_of(job.s3_inputs_bucket, job.s3_key_input_file) is not None


def _is_account_gone(user_id: str, known: dict[str, bool]) -> bool:
    """Jobs of an account with a tombstone are not brought back; those of an account that is lost itself are."""
    if user_id not in known:
        user = accounts.get_user(user_id)
        known[user_id] = user is not None and user.deleting is not None
    return known[user_id]


def _count(report: Report, card: Card, fresh: Job) -> None:
    if fresh.deleting:
        report.deleted += 1
        return
    report.rebuilt += 1
    if fresh.is_active and not card.job.is_active:
        report.done_again += 1
        log.warning("result_not_found", job_id=fresh.job_id)


def _compare(
    existing: Job, card: Card | None, objects: list[Stored], report: Report, *, dry_run: bool, replace_older: bool
) -> None:
    report.present += 1
    if card is None:
        report.cards_written += 1
        if not dry_run:
            write_card(existing)
        return
    if existing.deleting or order_of(existing, confirmed=True) >= card.order:
        return
    if existing.is_active and existing.attempt >= card.job.attempt and card.job.job_status in NO_RESULT:
        return  # it is being done, or was started again: its card follows when it ends
    if not replace_older:
        report.differing.append(existing.job_id)
        return
    fresh = record_of(card.job, {stored.key: stored.size for stored in objects})
    if dry_run or _replaced(existing, fresh):
        report.replaced += 1
    else:
        report.differing.append(existing.job_id)


def _replaced(existing: Job, fresh: Job) -> bool:
    """Put the newer record in the older one's place, unless that one moved on meanwhile."""
    values = {name: value for name, value in vars(fresh).items() if name != "job_id"}
    update = dynamo.Update(store.TABLE, {"job_id": existing.job_id}).set(**values).when_absent("deleting")
    update.when_equal(
        job_status=existing.job_status, attempt=existing.attempt, storage_version=existing.storage_version
    )
    try:
        update.when_equal(result_storage=existing.result_storage).write()
    except ConflictError:
        return False
    return True
