"""What becomes of a finished job's files, as its record says it (C26): when they move to the archive, that they are
there, that they come back.

No state is ever told from a clock: a result that is due is hot until its record says otherwise. The countdown
(`assets/countdown.js`) tells when the record is expected to change, and asks for news then.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from pipeline import clock
from pipeline.accounts.store import User
from pipeline.archive.files import MOVING_ROLES
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings
from portal.components.words import time

AWAY = frozenset({StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING})
STATE_NAMES = {
    StorageState.ARCHIVING: ("Archiving", "archived"),
    StorageState.ARCHIVED: ("Archived", "archived"),
    StorageState.RESTORING: ("Coming back", "restoring"),
}
SENTENCES = {
    StorageState.ARCHIVING: "This file is moving to the archive. It can be downloaded again when it has come back.",
    StorageState.ARCHIVED: "This file is in the archive. Premium brings it back; then it can be downloaded.",
    StorageState.RESTORING: "This file is on its way back from the archive. It can be downloaded when it has arrived.",
}
STAYS = (
    "Nothing is lost. The summary, the plots of counts and how it was made stay here; the table of variants and the "
    "downloads come back with Premium."
)

STAYS_OF_ORIGINAL = "Nothing is lost. Premium brings the files back; then they can be downloaded."


def is_away(job: Job) -> bool:
    """True while the large files of a finished job are in the archive or on their way there or back."""
    return job.job_status == JobStatus.COMPLETED and job.result_storage in AWAY


def may_be_explored(job: Job) -> bool:
    """True while the explorer can read the job's tables."""
    return job.has_results and job.has_tables


def away_sentence(job: Job, role: str) -> str | None:
    """Why a file of the result cannot be fetched now; None for one that can."""
    if not is_away(job) or role not in MOVING_ROLES:
        return None
    in_place = job.result_storage != StorageState.ARCHIVING and job.archived and role not in job.archived
    return None if in_place else SENTENCES[job.result_storage]


def news_interval_ms(job: Job, plan: str) -> int | None:
    """How often a page should ask for news of this job; None while nothing can change by itself."""
    settings = get_settings()
    if job.is_active:
        return settings.poll_active_ms
    return settings.poll_storage_ms if _may_move(job, plan) else None


def _may_move(job: Job, plan: str) -> bool:
    if job.job_status != JobStatus.COMPLETED:
        return False
    if job.result_storage == StorageState.HOT:
        due = job.archive_after
        return due is not None and due - clock.now() < get_settings().storage_watch_s
    if job.result_storage == StorageState.ARCHIVED:
        return plan == "premium_user"  # what was paid for just now is about to come back
    return job.result_storage in AWAY


def storage_notice(job: Job, user: User) -> Component | None:
    """The line (hot) or the card (away) that says what becomes of the result; nothing where nothing will."""
    if job.job_status != JobStatus.COMPLETED:
        return None
    if job.result_storage == StorageState.HOT:
        # Who has just got Premium is not told to hurry: the record loses its date in a moment.
        return _due(job) if job.archive_after is not None and user.plan == "free_user" else None
    if job.result_storage not in AWAY:
        return None
    title, parts = _words(job, user)
    return html.Section(
        [html.H2(title, className="gas-subtitle"), *parts],
        className=f"gas-card gas-storage gas-storage-{job.result_storage.lower()}",
        role="status",
    )


def _due(job: Job) -> html.P:
    link = html.A("What that means", href="/plans", className="gas-storage-link")
    return html.P([countdown(int(job.archive_after or 0)), " · ", link], className="gas-muted gas-storage-due")


def countdown(due: int) -> html.Span:
    """`Moves to the archive in 3:12`; who reads without scripts gets the time in UTC. `due` is in epoch seconds.

    `data-now` is our clock: the reader's may go wrong.
    """
    moment = datetime.fromtimestamp(due, UTC)
    return html.Span(
        f"Moves to the archive at {moment:%Y-%m-%d %H:%M} UTC",
        role="timer",
        className="gas-number",
        **{"data-countdown": str(due), "data-now": str(clock.now_s())},
    )


def _words(job: Job, user: User) -> tuple[str, list[Any]]:
    if job.result_storage == StorageState.ARCHIVING:
        return "This result is moving to the archive", [html.P(_stays(job))]
    if job.result_storage == StorageState.RESTORING:
        return "This result is coming back", _coming_back(job)
    if user.plan == "premium_user":
        told = job.restore_message or "You have Premium, so it comes back. This page follows by itself."
        return "This result is in the archive", [html.P(told)]
    told = [html.P(job.restore_message)] if job.restore_message else []
    button = html.A("Bring back with Premium", href="/plans", className="btn btn-primary")
    return "This result is in the archive", [*told, html.P(_stays(job)), html.P(button, className="gas-storage-action")]


def _stays(job: Job) -> str:
    """What can be seen meanwhile: of a result of the original systems there are neither plots nor a table."""
    return STAYS if job.has_tables else STAYS_OF_ORIGINAL


def _coming_back(job: Job) -> list[Any]:
    said = html.P(job.restore_message or "It is being brought back from the archive.")
    follows = "This page follows by itself."
    if job.restore_expected_at is None:
        return [said, html.P(follows, className="gas-muted")]
    if job.restore_expected_at <= clock.now():  # the next look of a worker says what is true now
        return [said, html.P(f"It takes longer than expected. {follows}", className="gas-muted")]
    when = time(job.restore_expected_at)
    return [said, html.P(["Expected by ", when, f". {follows}"], className="gas-muted")]
