"""What must hold of objects and e-mails in the end: every byte where its record says, and nothing else anywhere."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import aws, storage
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.notify.claims import Event, is_open
from pipeline.notify.mail import SUBJECTS
from pipeline.settings import get_settings
from util_jobs.rules_at_rest import place_of
from util_jobs.survival.people import People
from util_jobs.survival.picture import Mails, Objects, Records
from util_jobs.survival.promises import Promises

Breaches = Iterator[str]


def results_are_where_their_records_say(
    records: Records, found: Objects, people: People, promises: Promises
) -> Breaches:
    """Each file of a completed result lies in the one place that the state names, in its storage class, with the bytes
    that it was completed with; and the VCF is that of the job's own file."""
    for job in records.kept:
        if job["job_status"] != JobStatus.COMPLETED:
            continue
        promised = promises.results.get(job["job_id"], {})
        for role, entry in job["outputs"].items():
            stored = found.stored.get(place_of(job, role))
            content = stored.content() if stored else None
            name = f"{role} of {job['result_storage']} job {job['job_id']}"
            if stored is None or content is None:
                yield f"{name} is nowhere"
            elif hashlib.sha256(content).hexdigest() != promised.get(role, entry["sha256"]):
                yield f"{name} has other bytes than it was completed with"
            elif stored.storage_class != _class_of(job, role):
                yield f"{name} is stored as {stored.storage_class}"
            elif role == "vcf" and not people.files[job["job_id"]].tells_of(content):
                yield f"{name} is not that of the submitted file"


def _class_of(job: Mapping[str, Any], role: str) -> str:
    away = job["result_storage"] != StorageState.HOT and role in (job.get("archived") or {})
    return get_settings().archive_storage_class if away else "STANDARD"


def nothing_exists_that_no_record_names(records: Records, found: Objects) -> Breaches:
    """Nothing deleted exists anywhere; no forgotten copy, no orphan, no half of an upload. Cards stay."""
    results = aws.bucket("results")
    named = {(results, storage.card_key(job["user_id"], job_id)) for job_id, job in records.jobs.items()}
    for job in records.kept:
        named.add((job["s3_inputs_bucket"], job["s3_key_input_file"]))
        if job["job_status"] == JobStatus.COMPLETED:
            named |= {place_of(job, role) for role in job["outputs"]}
    for _, key in sorted(set(found.stored) - named):
        yield f"an object that no record names: {key}"
    for key in found.unfinished:
        yield f"an unfinished upload: {key}"
    for job in records.kept:
        if (job["s3_inputs_bucket"], job["s3_key_input_file"]) not in found.stored:
            yield f"the input of job {job['job_id']} is gone"


def at_most_one_mail_of_an_event(records: Records, mails: Mails, people: People) -> Breaches:
    """No e-mail was sent twice: as often as the same event can have happened, and no more."""
    for (subject, job_id), times in mails.items():
        job = records.jobs.get(job_id)
        if job_id in people.doubtful:
            continue
        if job is None:
            yield f"an e-mail '{subject}' is about no job"
        elif times > _times_at_most(_event_of(subject), job, people):
            yield f"{times} e-mails '{subject}' about job {job_id}"


def _event_of(subject: str) -> Event:
    return next(event for event, words in SUBJECTS.items() if subject.endswith(words.partition("{name}")[2]))


def _times_at_most(event: Event, job: Mapping[str, Any], people: People) -> int:
    """Each stay in the archive counts `storage_version` up by two at least."""
    possible = {
        Event.COMPLETED: 1,
        Event.FAILED: 1 + people.again[job["job_id"]],
        Event.RESTORED: job.get("storage_version", 0) // 2,
    }
    return possible[event]


def everybody_was_told(records: Records, mails: Mails) -> Breaches:
    """Of each job that ended or came back its owner had an e-mail, or its loss is known and counted."""
    sent = Counter((_event_of(subject), job_id) for (subject, job_id), times in mails.items() for _ in range(times))
    for job in records.kept:
        for event, number in _events(job):
            note = (job.get("notified") or {}).get(event, {})
            if note.get("round") != number:
                yield f"nobody tried to tell that job {job['job_id']} {event}"
            elif "sent_at" in note and not sent[event, job["job_id"]]:
                yield f"the e-mail that job {job['job_id']} {event} was noted as sent, and was not"


def _events(job: Mapping[str, Any]) -> Iterator[tuple[Event, int]]:
    """What the record as it stands still says to its owner, with the number that tells repetitions apart."""
    if job["job_status"] == JobStatus.COMPLETED:
        yield Event.COMPLETED, job["attempt"]
    if job["job_status"] == JobStatus.FAILED:
        yield Event.FAILED, job["attempt"]
    version = job.get("storage_version", 0)
    back = any(f"/thawed-{version}/" in entry["key"] for entry in (job.get("outputs") or {}).values())
    if back and job["result_storage"] == StorageState.HOT:
        yield Event.RESTORED, version


def lost_mails(records: Records) -> int:
    """Claims of which nobody knows whether the e-mail was sent: their worker was killed in between."""
    return sum(is_open(note) for job in records.kept for note in (job.get("notified") or {}).values())
