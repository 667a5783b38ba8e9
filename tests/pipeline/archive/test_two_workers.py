"""Two workers on one move: one was silent for a lease, another one went on, and the first one wakes up (C14)."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import aws
from pipeline.accounts import plans
from pipeline.archive import moves, steps
from pipeline.archive.files import MOVING_ROLES
from pipeline.archive.stores import store_named
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.archive.stores.vault_markers import noted_under
from pipeline.archive.stores.vaults import VaultStore
from pipeline.errors import ConflictError
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.settings import Settings
from tests.builders import make_user, now_of
from tests.conftest import forget_settings
from tests.pipeline.archive.conftest import MovedClock
from tests.pipeline.archive.results_with_files import whole_result
from util_jobs.faults.aws_as_it_is import AwsAsItIs


def _killed(*_: Any) -> Any:
    raise KeyboardInterrupt


pytestmark = pytest.mark.usefixtures("as_it_is")


@pytest.fixture(params=["s3", "vault"])
def archive(request: pytest.FixtureRequest, moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The store into which results go."""
    monkeypatch.setenv("GAS_ARCHIVE_STORE", request.param)
    forget_settings()
    return str(request.param)


def test_a_worker_that_wakes_up_takes_no_file_from_the_one_that_went_on_C14(
    archive: str, monkeypatch: pytest.MonkeyPatch, as_it_is: AwsAsItIs, moved_clock: MovedClock
) -> None:
    job = whole_result(make_user().user_id)
    kind = S3ClassStore if archive == "s3" else VaultStore
    put = kind.put

    def put_then_sleep(*args: Any, **words: Any) -> Any:
        file = put(*args, **words)
        moved_clock.time += 61
        with monkeypatch.context() as other, pytest.raises(KeyboardInterrupt):
            other.setattr(kind, "put", put)
            other.setattr(moves, "finish_archiving", _killed)
            steps.archive_result(job.job_id)  # another worker has put all files, and is about to finish
        return file

    monkeypatch.setattr(kind, "put", put_then_sleep)
    assert steps.archive_result(job.job_id) == "overtaken"
    noted = now_of(job)
    assert set(noted.archived) == set(MOVING_ROLES)
    assert now_of(moves.finish_archiving(noted)).result_storage == StorageState.ARCHIVED
    if archive == "vault":
        assert set(as_it_is.vaults.archives) == {file["archive_id"] for file in noted.archived.values()}
        assert {archive_id for _, archive_id in noted_under("archive/").values()} == set(as_it_is.vaults.archives)
    for role in MOVING_ROLES:
        assert aws.client("s3").head_object(Bucket=job.s3_results_bucket, Key=job.outputs[role]["key"])


def test_a_move_ends_only_with_the_files_that_its_worker_knows_of_C24(archive: str) -> None:
    job = whole_result(make_user().user_id)
    stale = moves.begin_archiving(job)
    entry = job.outputs["vcf"]
    file = store_named(archive).put(
        str(job.s3_results_bucket), entry["key"], "archive/u/j/1/vcf", role="vcf", size=entry["size"],
        sha256=entry["sha256"],
    )  # fmt: skip
    moves.note_archived(stale, file)
    for end in (moves.finish_archiving, lambda seen: moves.give_up_archiving(seen, None)):
        with pytest.raises(ConflictError):
            end(stale)
    assert now_of(job).result_storage == StorageState.ARCHIVING
    plans.change_plan(job.user_id, "premium_user")
    assert steps.settle(job.job_id) == "stays"
    assert now_of(job).result_storage == StorageState.HOT


def test_an_archive_of_a_worker_that_died_before_its_note_goes_when_the_move_ends_C34(
    monkeypatch: pytest.MonkeyPatch, moto_aws: Settings, as_it_is: AwsAsItIs, moved_clock: MovedClock
) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORE", "vault")
    forget_settings()
    job = whole_result(make_user().user_id)
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(moves, "note_archived", _killed)
        steps.archive_result(job.job_id)
    assert len(as_it_is.vaults.archives) == 1
    moved_clock.time += 61
    assert steps.archive_result(job.job_id) == "archived"
    named = {file["archive_id"] for file in now_of(job).archived.values()}
    assert set(as_it_is.vaults.archives) == named
    assert {archive_id for _, archive_id in noted_under("archive/").values()} == named
    assert now_of(job).cleanup is None


def test_a_note_whose_answer_was_lost_is_a_note_C14(archive: str) -> None:
    job = moves.begin_archiving(whole_result(make_user().user_id))
    entry = job.outputs["vcf"]
    file = store_named(archive).put(
        str(job.s3_results_bucket), entry["key"], "archive/u/j/1/vcf", role="vcf", size=entry["size"],
        sha256=entry["sha256"],
    )  # fmt: skip
    first = moves.note_archived(job, file)
    assert moves.note_archived(job, file).archived == first.archived == {"vcf": file.as_dict()}


def test_who_takes_a_whole_lease_to_take_the_right_to_ask_has_it_no_more_C28(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    job = whole_result(make_user().user_id, result_storage=StorageState.RESTORING, archive_after=None)
    write = moves._written

    def slowly(update: Any) -> Job:
        moved_clock.time += moto_aws.lease_s + 1
        return write(update)

    with monkeypatch.context() as slow, pytest.raises(ConflictError, match="took so long"):
        slow.setattr(moves, "_written", slowly)
        moves.ask_alone(job, held=False)
    assert moves.ask_alone(job, held=False).asking_until == int(moved_clock.time + moto_aws.lease_s)
