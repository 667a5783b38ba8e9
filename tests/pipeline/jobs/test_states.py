"""The table of legal transitions is complete, and the store refuses what is not in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import clock
from pipeline.accounts import store as accounts
from pipeline.errors import ConflictError, GasError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import WORK_TRANSITIONS, JobStatus
from pipeline.jobs.submit import resubmit
from pipeline.settings import Settings
from tests.builders import make_job, make_user, write_job

# What each function of the store does to the state of the work.
MOVES = {
    "claim": (lambda job: store.claim(job.job_id, "w"), JobStatus.RUNNING),
    "complete": (lambda job: store.complete(job, results={}), JobStatus.COMPLETED),
    "fail": (lambda job: store.fail(job, {"code": "c", "message": "m"}, []), JobStatus.FAILED),
    "hand_back": (lambda job: store.hand_back(job, failed=False), JobStatus.PENDING),
    "cancel": (store.cancel, JobStatus.CANCELLED),
    "release_expired": (store.release_expired, JobStatus.PENDING),
}


def job_in(status: JobStatus) -> Job:
    job = make_job(make_user())
    return write_job(replace(job, job_status=status, attempt=1, lease_expires_at=clock.now_s() - 1))


def test_every_state_has_its_row() -> None:
    assert set(WORK_TRANSITIONS) == set(JobStatus)


@pytest.mark.parametrize("status", list(JobStatus))
@pytest.mark.parametrize("move", MOVES)
def test_move_is_written_only_from_a_legal_state_C15(moto_aws: Settings, move: str, status: JobStatus) -> None:
    function, target = MOVES[move]
    job = job_in(status)
    legal = target in WORK_TRANSITIONS[status] and (move not in ("hand_back", "release_expired") or status == "RUNNING")
    if legal:
        assert function(job).job_status == target
    else:
        with pytest.raises(GasError):
            function(job)
        after = store.get(job.job_id)
        assert after is not None and after.job_status == status


@pytest.mark.parametrize("move", MOVES)
def test_nothing_moves_a_deleted_job_C34(moto_aws: Settings, move: str) -> None:
    status = JobStatus.PENDING if move == "claim" else JobStatus.RUNNING
    job = write_job(replace(job_in(status), deleting=clock.now_s()))
    with pytest.raises(GasError):
        MOVES[move][0](job)


def test_completed_job_is_never_set_back_C02(moto_aws: Settings) -> None:
    job = job_in(JobStatus.COMPLETED)
    owner = accounts.get_user(job.user_id)
    assert owner is not None
    with pytest.raises(ConflictError):
        resubmit(owner, job)
    with pytest.raises(ConflictError):
        store.claim(job.job_id, "w")


def test_failed_job_starts_again_with_a_clean_slate(moto_aws: Settings) -> None:
    job = job_in(JobStatus.FAILED)
    owner = accounts.get_user(job.user_id)
    assert owner is not None
    again = resubmit(owner, job)
    assert (again.job_status, again.failures, again.error, again.complete_time) == (JobStatus.PENDING, 0, None, None)


def test_second_click_on_start_again_gives_the_job_that_the_first_one_started_C02(moto_aws: Settings) -> None:
    job = job_in(JobStatus.FAILED)
    owner = accounts.get_user(job.user_id)
    assert owner is not None
    first, second = resubmit(owner, job), resubmit(owner, job)
    assert (first.job_id, second.job_status) == (second.job_id, JobStatus.PENDING)
