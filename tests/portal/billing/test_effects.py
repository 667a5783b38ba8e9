"""What a change of plan does to each result, in words and numbers (C32)."""

from __future__ import annotations

import pytest

from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from portal.billing import effects

STATES = [StorageState.HOT, StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING]


def job(name: str, state: StorageState, status: JobStatus = JobStatus.COMPLETED) -> Job:
    return Job(name, "u", name, "b", "k", 1, status, result_storage=state)


def many(state: StorageState, count: int) -> list[Job]:
    return [job(f"{n}.vcf", state) for n in range(count)]


def test_an_upgrade_names_what_comes_back_and_what_stays() -> None:
    jobs = [*many(StorageState.ARCHIVED, 3), *many(StorageState.HOT, 2)]
    told = effects.of_upgrade(jobs)
    assert [(effect.sentence, effect.names) for effect in told] == [
        ("3 results come back from the archive", ["0.vcf", "1.vcf", "2.vcf"]),
        ("2 results stay as they are", ["0.vcf", "1.vcf"]),
    ]


def test_one_result_is_told_in_the_singular() -> None:
    assert effects.of_upgrade(many(StorageState.ARCHIVED, 1))[0].sentence == "1 result comes back from the archive"


def test_a_long_list_is_named_up_to_a_bound_and_then_counted_C44() -> None:
    (told,) = effects.of_upgrade(many(StorageState.ARCHIVED, 1234))
    assert (len(told.names), told.more) == (effects.MAX_NAMES, 1234 - effects.MAX_NAMES)
    assert told.sentence.startswith("1,234 results")


@pytest.mark.parametrize("of", [effects.of_upgrade, effects.of_downgrade])
def test_every_result_and_every_unfinished_job_stands_in_exactly_one_sentence_C25_C32(of: object) -> None:
    jobs = [job(f"{state}.vcf", state) for state in STATES]
    jobs += [
        job("waits.vcf", StorageState.NONE, JobStatus.PENDING),
        job("runs.vcf", StorageState.NONE, JobStatus.RUNNING),
    ]
    neither = [
        job("failed.vcf", StorageState.NONE, JobStatus.FAILED),
        job("c.vcf", StorageState.NONE, JobStatus.CANCELLED),
    ]
    named = [name for effect in of([*jobs, *neither]) for name in effect.names]  # type: ignore[operator]
    assert sorted(named) == sorted(each.input_file_name for each in jobs)


def test_a_downgrade_counts_the_retention_from_the_change_on_C32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_RETENTION_S", "7200")
    told = effects.of_downgrade([*many(StorageState.HOT, 2), *many(StorageState.RESTORING, 1)])
    assert told[0].sentence == "2 results can be explored for 2 hours from the change on, then they move to the archive"
    assert "that is finished, then the same holds for it" in told[1].sentence


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (300, "5 minutes"),
        (3600, "1 hour"),
        (86400, "1 day"),
        (90 * 86400, "90 days"),
        (90, "90 seconds"),
        (0, "0 seconds"),
    ],
)
def test_a_retention_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert effects.span(seconds) == words
