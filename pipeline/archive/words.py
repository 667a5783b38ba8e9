"""What the owner of a result is told while it comes back from the archive: never a time that has passed."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline import clock
from pipeline.jobs.model import Job
from pipeline.settings import get_settings

BACK = "Your result is being brought back from the archive."
HOUR_S = 3600
# AWS's figures: how long a retrieval of a tier usually takes, and the longest of it in seconds.
FLEXIBLE = {
    "Expedited": ("1 to 5 minutes", 5 * 60),
    "Standard": ("3 to 5 hours", 5 * HOUR_S),
    "Bulk": ("5 to 12 hours", 12 * HOUR_S),
}
DEEP = {"Standard": ("up to 12 hours", 12 * HOUR_S), "Bulk": ("up to 48 hours", 48 * HOUR_S)}  # it has no Expedited


@dataclass(frozen=True)
class Told:
    """A sentence, and when to expect the result (epoch seconds, UTC); None: nobody knows."""

    message: str
    expected_at: int | None


def of_tier(tier: str) -> Told:
    """For a retrieval of this tier that is asked for now."""
    usual, seconds = _usually(tier)
    return Told(f"{BACK} This usually takes {usual}.", clock.now_s() + seconds)


def when_late(job: Job) -> Told | None:
    """For a result that is not back although its time has come; None if it has not.

    Expedited may have been refused by an answer that nobody heard, and then Standard is on its way: its time is next.
    """
    if job.restore_expected_at is None or job.restore_expected_at > clock.now():
        return None
    usual, seconds = _usually("Standard")
    expected = (job.restore_requested_at or clock.now_s()) + seconds
    if job.restore_tier == "Expedited" and expected > clock.now():
        return Told(f"{BACK} It could not be had at once, so it usually takes {usual} in all.", expected)
    return Told(f"{BACK} It takes longer than usual. Nothing is lost: it comes back by itself.", None)


def _usually(tier: str) -> tuple[str, int]:
    settings = get_settings()
    deep = settings.archive_store == "s3" and settings.archive_storage_class == "DEEP_ARCHIVE"
    return DEEP.get(tier, DEEP["Standard"]) if deep else FLEXIBLE[tier]
