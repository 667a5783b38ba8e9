"""Stored objects of no job: what a crash, a lost table or an old mistake may have left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipeline import aws, clock, dynamo, storage
from pipeline.errors import MalformedRecordError
from pipeline.exports import store as exports
from pipeline.jobs import store
from pipeline.jobs.attempts import is_of_attempt, lost_attempts
from pipeline.jobs.card import is_card_key, read_card
from pipeline.jobs.model import Job
from pipeline.uploads import store as uploads

ORPHAN_AGE_S = 86400  # younger objects may belong to something that is just being made
# Where objects of jobs lie: bucket and prefix, then `<user>/<job>/…`.
PLACES = (("results", "results/"), ("results", "archive/"), ("inputs", "uploads/"))

EXPORTS = "exports/"  # then `<user>/<export>/…`


@dataclass(frozen=True)
class Stored:
    """An object as a listing shows it; `modified` is epoch seconds, UTC."""

    bucket: str
    key: str
    size: int
    modified: float


def find_orphans() -> list[Stored]:
    """Every orphan in both buckets."""
    found: list[Stored] = []
    for what, prefix in PLACES:
        for (user_id, job_id), objects in by_job(what, prefix):
            found += orphans_of(user_id, job_id, list(objects))
    for (user_id, export_id), objects in by_job("results", EXPORTS):
        found += _of_export(user_id, export_id, list(objects))
    return found


def remove(orphans: list[Stored]) -> int:
    """Delete the objects; how many."""
    for bucket in {orphan.bucket for orphan in orphans}:
        storage.delete_keys(bucket, [orphan.key for orphan in orphans if orphan.bucket == bucket])
    return len(orphans)


def by_job(what: str, prefix: str) -> Iterator[tuple[tuple[str, str], Iterable[Stored]]]:
    """The objects under a prefix, job after job (S3 lists keys in their order). Other keys than ours are left out."""
    bucket = aws.bucket(what)
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    ours = (
        Stored(bucket, entry["Key"], int(entry["Size"]), entry["LastModified"].timestamp())
        for page in pages
        for entry in page.get("Contents", [])
        if entry["Key"].count("/") >= 3
    )
    return groupby(ours, key=lambda stored: (stored.key.split("/")[1], stored.key.split("/")[2]))


def orphans_of(user_id: str, job_id: str, objects: list[Stored]) -> list[Stored]:
    """Objects older than a day of a job that neither table nor cards know, or that was deleted; of a job that ended,
    what attempts stored whose work was lost. Cards stay."""
    old = [o for o in objects if o.modified < clock.now() - ORPHAN_AGE_S and not is_card_key(o.key)]
    if not old:
        return []
    record = dynamo.get(store.TABLE, {"job_id": job_id})
    if record is not None:
        return old if record.get("deleting") else _of_lost_attempts(record, old)
    if dynamo.get(uploads.TABLE, {"user_id": user_id, "upload_id": job_id}) is not None:
        return []
    try:
        card = read_card(user_id, job_id)
    except MalformedRecordError:
        return []
    return old if card is None or card.job.deleting else []


def _of_lost_attempts(record: dict[str, Any], objects: list[Stored]) -> list[Stored]:
    try:
        job = Job.from_record(record)
    except MalformedRecordError:
        return []
    if job.is_active:
        return []
    needed = {output["key"] for output in job.outputs.values()}
    last = lost_attempts(job, job.job_status)
    return [stored for stored in objects if is_of_attempt(stored.key, last) and stored.key not in needed]


def _of_export(user_id: str, export_id: str, objects: list[Stored]) -> list[Stored]:
    """Objects older than a day of an export that the table does not know."""
    old = [o for o in objects if o.modified < clock.now() - ORPHAN_AGE_S]
    if not old or dynamo.get(exports.TABLE, {"user_id": user_id, "export_id": export_id}) is not None:
        return []
    return old
