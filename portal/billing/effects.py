"""What a change of plan does to a user's own results, by name and number: said before the user confirms (C32)."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings
from portal.components.words import counted

MAX_NAMES = 20
DAY_S, HOUR_S, MINUTE_S = 86400, 3600, 60
HOT, ARCHIVING = StorageState.HOT, StorageState.ARCHIVING
ARCHIVED, RESTORING = StorageState.ARCHIVED, StorageState.RESTORING


@dataclass(frozen=True)
class Effect:
    """What happens to some of the user's results: the first `MAX_NAMES` of them by name, and how many more."""

    sentence: str
    names: list[str]
    more: int


def of_upgrade(jobs: list[Job]) -> list[Effect]:
    """What Premium does to each result; a job that waits, runs or has a result stands in exactly one of them."""
    return _told(
        (_in(jobs, ARCHIVED), "1 result comes back from the archive", "{n} results come back from the archive"),
        (
            _in(jobs, ARCHIVING),
            "1 result is moving to the archive at this moment; it comes back",
            "{n} results are moving to the archive at this moment; they come back",
        ),
        (_in(jobs, RESTORING), "1 result is on its way back already", "{n} results are on their way back already"),
        (_in(jobs, HOT), "1 result stays as it is", "{n} results stay as they are"),
        (_active(jobs), "1 job is not done yet; its result stays", "{n} jobs are not done yet; their results stay"),
    )


def of_downgrade(jobs: list[Job]) -> list[Effect]:
    """What the Free plan does to each result, from the moment of the change."""
    kept = span(get_settings().retention_s)
    return _told(
        (
            _in(jobs, HOT),
            f"1 result can be explored for {kept} from the change on, then it moves to the archive",
            f"{{n}} results can be explored for {kept} from the change on, then they move to the archive",
        ),
        (
            _in(jobs, RESTORING),
            "1 result is coming back; that is finished, then the same holds for it",
            "{n} results are coming back; that is finished, then the same holds for them",
        ),
        (
            _in(jobs, ARCHIVED, ARCHIVING),
            "1 result is in the archive and stays there",
            "{n} results are in the archive and stay there",
        ),
        (
            _active(jobs),
            f"1 job is not done yet; its result can be explored for {kept} after that",
            f"{{n}} jobs are not done yet; their results can be explored for {kept} after that",
        ),
    )


def span(seconds: int) -> str:
    """A retention as people say it: `5 minutes`, `1 hour`, `90 days`."""
    for unit, length in (("day", DAY_S), ("hour", HOUR_S), ("minute", MINUTE_S)):
        if seconds and seconds % length == 0:
            return counted(seconds // length, unit)
    return counted(seconds, "second")


def _in(jobs: list[Job], *states: StorageState) -> list[Job]:
    return [job for job in jobs if job.job_status == JobStatus.COMPLETED and job.result_storage in states]


def _active(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if job.is_active]


def _told(*found: tuple[list[Job], str, str]) -> list[Effect]:
    effects = []
    for jobs, one, several in found:
        names = [job.input_file_name for job in jobs]
        sentence = one if len(names) == 1 else several.replace("{n}", f"{len(names):,}")
        if names:
            effects.append(Effect(sentence, names[:MAX_NAMES], len(names[MAX_NAMES:])))
    return effects
