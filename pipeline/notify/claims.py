"""Who may send the e-mail about an event: one conditional write on the job, made before anything is sent (C14).

A claim is `notified.<event>` with `claimed_at` (epoch seconds, UTC), `token` (of its holder) and `round`; then
`sent_at` with `ses_id`, or `refused` with SES's code. `round` tells a job that failed again after another try, or a
result that came back again after another stay in the archive, from a message that arrives twice.

The rule of another try: the holder, and nobody else, gives a claim back after an answer which proves that nothing was
sent. Every other claim stays, whatever became of its holder: an e-mail may be missing, never come twice. A claim that
is neither sent nor refused after a lease is counted by `unsent_claims` and shown to operators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline import clock, dynamo, ids, logs
from pipeline.errors import ConflictError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings

log = logs.get_logger()


class Event(StrEnum):
    """What an e-mail tells of."""

    COMPLETED = "completed"
    FAILED = "failed"
    RESTORED = "restored"


@dataclass(frozen=True)
class Claim:
    """The right to send one e-mail. `token` is unique to its holder, `round` counts repetitions of the same event."""

    job_id: str
    event: Event
    round: int
    token: str


@dataclass(frozen=True)
class OpenClaim:
    """A claim whose e-mail was, as far as the record knows, never sent. `claimed_at` is epoch seconds, UTC."""

    job_id: str
    event: Event
    claimed_at: int


def facts_of(job: Job, event: Event) -> dict[str, Any]:
    """The attributes that make the event true, as they stand in the record."""
    if event is Event.RESTORED:
        return {"result_storage": StorageState.HOT, "storage_version": job.storage_version}
    status = JobStatus.COMPLETED if event is Event.COMPLETED else JobStatus.FAILED
    return {"job_status": status, "attempt": job.attempt}


def is_true_of(job: Job, event: Event) -> bool:
    """True while the record says what the e-mail would say; a deleted job has no news."""
    return not job.deleting and all(getattr(job, name) == value for name, value in facts_of(job, event).items())


def round_of(job: Job, event: Event) -> int:
    """Which time it is: the attempt that ended, or the number of the move that brought the result back."""
    return job.storage_version if event is Event.RESTORED else job.attempt


def claim(job: Job, event: Event) -> Claim | None:
    """Take the right to send this e-mail; None if somebody has or had it, or the record says something else by now."""
    wanted = Claim(job.job_id, event, round_of(job, event), ids.new_id())
    if not job.notified:
        _make_place(job.job_id)
    note = {"claimed_at": clock.now_s(), "token": wanted.token, "round": wanted.round}
    update = (
        dynamo.Update(store.TABLE, {"job_id": job.job_id})
        .set_at(f"notified.{event}", note)
        .when_absent_or_less_at(f"notified.{event}.round", wanted.round)
        .when_equal(**facts_of(job, event))
        .when_absent("deleting")
    )
    try:
        update.write()
    except ConflictError:
        # A write that succeeded although its answer was lost is recognised by the token.
        return wanted if _holds(wanted) else None
    return wanted


def _make_place(job_id: str) -> None:
    """The map that claims stand in: records of before have none, and a nested SET makes no parents."""
    update = dynamo.Update(store.TABLE, {"job_id": job_id}).set(notified={})
    try:
        update.when_absent("notified", "deleting").when_exists("job_id").write()
    except ConflictError:
        return


def _holds(wanted: Claim) -> bool:
    job = store.get(wanted.job_id)
    return job is not None and job.notified.get(wanted.event, {}).get("token") == wanted.token


def _held(held: Claim) -> dynamo.Update:
    update = dynamo.Update(store.TABLE, {"job_id": held.job_id})
    return update.when_equal_at(f"notified.{held.event}.token", held.token)


def _write(update: dynamo.Update, what: str) -> None:
    try:
        update.write()
    except ConflictError:
        # The job was buried meanwhile, or its next event has the place: nobody needs this note any more.
        log.info("mail_note_dropped", note=what)


def note_sent(held: Claim, ses_id: str) -> None:
    """SES took the e-mail; `ses_id` is its number there."""
    place = f"notified.{held.event}"
    _write(_held(held).set_at(f"{place}.sent_at", clock.now_s()).set_at(f"{place}.ses_id", ses_id), "sent")


def note_refused(held: Claim, code: str) -> None:
    """This e-mail can never be sent; `code` says why. There is no other try."""
    _write(_held(held).set_at(f"notified.{held.event}.refused", code), "refused")


def give_back(held: Claim) -> None:
    """Nothing was sent, and that is certain: whoever takes the message next may claim anew."""
    _write(_held(held).remove_at(f"notified.{held.event}"), "given_back")


def is_open(note: dict[str, Any]) -> bool:
    """True for a claim that is neither sent nor refused."""
    return "sent_at" not in note and "refused" not in note


def is_overdue(note: dict[str, Any], now: float) -> bool:
    """True for an open claim whose holder had a whole lease: its process died between claim and note."""
    return is_open(note) and float(note.get("claimed_at", 0)) < now - get_settings().lease_s


def unsent_claims(now: float) -> Iterator[OpenClaim]:
    """The claims of living jobs that are open for longer than a lease at `now` (epoch seconds): e-mails that may never
    have been sent. Reads the whole table, so it is for operators' commands, not for a loop."""
    found = dynamo.scan_all(
        store.TABLE,
        FilterExpression="attribute_exists(notified) AND attribute_not_exists(deleting)",
        ProjectionExpression="job_id, notified",
    )
    for record in found:
        for event in Event:
            note = record["notified"].get(event)
            if note and is_overdue(note, now):
                yield OpenClaim(record["job_id"], event, int(note["claimed_at"]))
