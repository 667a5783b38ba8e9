"""What an owner reads while a result comes back: no time that has passed, whatever tier it really is (C26, C27)."""

from __future__ import annotations

import pytest

from pipeline import clock
from pipeline.accounts import plans
from pipeline.archive import restoring, steps
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.jobs.model import Job
from pipeline.settings import get_settings
from tests.builders import make_user, now_of
from tests.conftest import forget_settings
from tests.pipeline.archive.conftest import START_S, MovedClock
from tests.pipeline.archive.results_with_files import whole_result
from util_jobs.faults.aws_as_it_is import AwsAsItIs

HOUR_S = 3600


def coming_back() -> Job:
    """A result whose owner has just become premium."""
    user = make_user()
    job = whole_result(user.user_id)
    assert steps.archive_result(job.job_id) == "archived"
    plans.change_plan(user.user_id, "premium_user")
    assert steps.settle(job.job_id) == "coming_back"
    return now_of(job)


def test_a_crash_after_standard_was_accepted_is_put_right_when_expedited_would_be_over_C27(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_is.restores.expedited_available = False
    request = S3ClassStore.request

    def accepted_and_nobody_heard(*args: object) -> str:
        request(*args)  # type: ignore[arg-type]
        return "Expedited"

    monkeypatch.setattr(S3ClassStore, "request", accepted_and_nobody_heard)
    job = coming_back()
    assert job.restore_expected_at == START_S + 300 and "1 to 5 minutes" in str(job.restore_message)
    moved_clock.time += 301
    assert restoring.thaw_result(job.job_id) == "coming_back"
    after = now_of(job)
    assert "3 to 5 hours" in str(after.restore_message) and "1 to 5 minutes" not in str(after.restore_message)
    assert after.restore_expected_at == START_S + 5 * HOUR_S
    assert as_it_is.needless == []
    moved_clock.time += 5 * HOUR_S
    assert restoring.thaw_result(job.job_id) == "restored"


def test_what_takes_longer_than_any_tier_promises_no_time_C26(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = coming_back()
    monkeypatch.setattr(S3ClassStore, "retrieval", lambda *_: "RUNNING")
    for hours in (1, 6, 30):
        moved_clock.time = START_S + hours * HOUR_S
        assert restoring.thaw_result(job.job_id) == "coming_back"
        told = now_of(job)
        assert told.restore_expected_at is None or told.restore_expected_at > clock.now()
    assert told.restore_expected_at is None
    assert "longer than usual" in str(told.restore_message)


def test_what_is_asked_for_again_is_expected_anew_C29(as_it_is: AwsAsItIs, moved_clock: MovedClock) -> None:
    job = coming_back()
    moved_clock.time += 40 * 86400  # nobody looked; the temporary copies are gone
    assert restoring.thaw_result(job.job_id) == "coming_back"
    told = now_of(job)
    assert told.restore_expected_at == clock.now_s() + 300 and "1 to 5 minutes" in str(told.restore_message)
    moved_clock.time += 200
    assert restoring.thaw_result(job.job_id) == "restored"


def test_the_deepest_class_has_times_of_its_own(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORAGE_CLASS", "DEEP_ARCHIVE")
    forget_settings()
    assert get_settings().archive_storage_class == "DEEP_ARCHIVE"
    job = coming_back()
    assert (job.restore_tier, job.restore_expected_at) == ("Standard", START_S + 12 * HOUR_S)
    assert "12 hours" in str(job.restore_message)
