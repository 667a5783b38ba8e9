"""The life of a result, step by step: nothing is lost, nothing obsolete stays, whoever comes in between."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, clock, storage
from pipeline.accounts import plans
from pipeline.accounts import store as accounts
from pipeline.accounts.store import Plan, User
from pipeline.archive import moves, restoring, steps, words
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.errors import ConflictError, RetryableError
from pipeline.jobs import delete
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings, get_settings
from pipeline.workers import sweep
from tests.builders import make_user, now_of, write_job
from tests.pipeline.results.finished import finished_job

pytestmark = pytest.mark.usefixtures("moto_aws")
NOW = 1_700_000_000.0


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The clock stands still; the fixture moves it on."""
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def pass_by(seconds: float) -> None:
        moment[0] += seconds

    return pass_by


@pytest.fixture
def user() -> User:
    return make_user()


def result_of(user: User, **changes: Any) -> Job:
    """A result that is due, announced, as its worker left it."""
    job = finished_job(user.user_id)
    now = clock.now_s()
    due: dict[str, Any] = {"archive_after": now - 1, "announced_at": now, "sweep_bucket": "active", "sweep_at": now - 1}
    return write_job(replace(job, **(due | changes)))


def contents() -> dict[str, str]:
    """SHA-256 of every file in the results bucket, whatever its class; a job's card is none."""
    bucket = aws.bucket("results")
    keys = [key for key in storage.keys_under(bucket, "") if not key.endswith("/job.json")]
    s3 = aws.client("s3")
    found = {}
    for key in keys:
        if s3.head_object(Bucket=bucket, Key=key).get("StorageClass", "STANDARD") == "STANDARD":
            found[key] = hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest()
        else:
            found[key] = "cold"
    return found


def hot_bytes_are_right(job: Job) -> bool:
    there = contents()
    return all(there.get(entry["key"]) == entry["sha256"] for entry in job.outputs.values())


def give(user: User, plan: Plan) -> None:
    plans.change_plan(user.user_id, plan)


def test_a_due_result_goes_to_the_archive_and_its_hot_copy_goes_last_C23_C26(user: User) -> None:
    job = result_of(user)
    assert steps.archive_result(job.job_id) == "archived"
    after = now_of(job)
    assert (after.result_storage, after.cleanup, after.archive_after) == (StorageState.ARCHIVED, None, None)
    assert set(after.archived) == {"variants"}
    there = contents()
    assert there[after.archived["variants"]["archive_id"]] == "cold"
    assert job.outputs["variants"]["key"] not in there
    assert there[job.outputs["log"]["key"]] == job.outputs["log"]["sha256"]
    assert (after.sweep_bucket, after.sweep_at) == (None, None)


def test_what_is_not_due_or_belongs_to_a_premium_user_stays_C31(user: User) -> None:
    waiting = result_of(user, archive_after=clock.now_s() + 100)
    assert steps.archive_result(waiting.job_id) == "waiting"
    mine = result_of(make_user("eve@example.org", "premium_user"))
    assert steps.archive_result(mine.job_id) == "stays"
    assert now_of(mine).archive_after is None
    assert now_of(waiting).result_storage == now_of(mine).result_storage == StorageState.HOT


def test_a_small_file_stays_hot(user: User, monkeypatch: pytest.MonkeyPatch, moto_aws: Settings) -> None:
    monkeypatch.setattr(moto_aws, "archive_min_bytes", 10**9)
    job = result_of(user)
    assert steps.archive_result(job.job_id) == "stays"
    assert hot_bytes_are_right(now_of(job))


def test_the_whole_circle_twice_gives_the_same_bytes_and_leaves_nothing_behind_C30(
    user: User, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    before = sorted(contents().values())
    archives: set[str] = set()
    for turn in (1, 2):
        assert steps.archive_result(job.job_id) == "archived"
        stored = {file["archive_id"] for file in now_of(job).archived.values()}
        assert not stored & archives, "who still removes what an earlier move stored must not hit this one"
        archives |= stored
        give(user, "premium_user")
        assert steps.settle(job.job_id) == "coming_back"
        on_its_way = now_of(job)
        assert on_its_way.result_storage == StorageState.RESTORING
        assert on_its_way.restore_message and on_its_way.restore_expected_at == clock.now_s() + 300
        assert restoring.thaw_result(job.job_id) == "restored"
        back = now_of(job)
        assert (back.result_storage, back.archived, back.cleanup) == (StorageState.HOT, {}, None)
        assert (back.restore_message, back.results_file_archive_id, back.archive_after) == (None, None, None)
        assert hot_bytes_are_right(back)
        assert sorted(contents().values()) == before
        give(user, "free_user")
        assert steps.settle(job.job_id) == "will_be_archived"
        assert now_of(job).archive_after == clock.now_s() + 300, f"the free rule anew, turn {turn}"
        time(301)


@pytest.mark.parametrize("moment", ["while it is copied", "after the copy"])
def test_an_upgrade_while_a_result_is_being_archived_ends_hot_C24(
    user: User, moment: str, monkeypatch: pytest.MonkeyPatch, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    put, finish = S3ClassStore.put, moves.finish_archiving

    def upgrade_then_put(*args: Any, **words: Any) -> Any:
        give(user, "premium_user")
        assert steps.settle(job.job_id) == "stays"
        return put(*args, **words)

    def upgrade_then_finish(found: Job) -> Job:
        give(user, "premium_user")
        assert steps.settle(job.job_id) == "stays"
        return finish(found)

    if moment == "while it is copied":
        monkeypatch.setattr(S3ClassStore, "put", upgrade_then_put)
        assert steps.archive_result(job.job_id) == "overtaken"
    else:
        monkeypatch.setattr(moves, "finish_archiving", upgrade_then_finish)
        with pytest.raises(ConflictError):
            steps.archive_result(job.job_id)
    assert now_of(job).result_storage == StorageState.HOT and hot_bytes_are_right(now_of(job))
    time(200)
    sweep.sweep_jobs()
    assert now_of(job).cleanup is None
    assert not [key for key in contents() if key.startswith("archive/")]


def test_a_copy_that_cannot_be_proven_never_costs_the_hot_one_C23(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = result_of(user)

    def damaged(*_: Any, **__: Any) -> Any:
        raise RetryableError("differs", code="checksum_mismatch")

    monkeypatch.setattr(S3ClassStore, "put", damaged)
    with pytest.raises(RetryableError):
        steps.archive_result(job.job_id)
    assert now_of(job).result_storage == StorageState.ARCHIVING
    assert hot_bytes_are_right(now_of(job))


def test_a_move_whose_worker_died_is_carried_on_after_its_lease_C12_C14(
    user: User, monkeypatch: pytest.MonkeyPatch, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    with monkeypatch.context() as patched:
        patched.setattr(moves, "finish_archiving", _dies)
        with pytest.raises(KeyboardInterrupt):
            steps.archive_result(job.job_id)
    assert steps.archive_result(job.job_id) == "in_other_hands"
    time(61)
    assert steps.archive_result(job.job_id) == "archived"
    assert steps.archive_result(job.job_id) == "nothing"


def _dies(*_: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize("state", list(StorageState))
def test_a_plan_change_finds_results_in_every_state_C25(user: User, state: StorageState) -> None:
    job = result_of(user)
    if state in (StorageState.ARCHIVED, StorageState.RESTORING):
        steps.archive_result(job.job_id)
    if state == StorageState.RESTORING:
        moves.begin_restoring(now_of(job), "Expedited", words.of_tier("Expedited"))
    if state == StorageState.ARCHIVING:
        moves.begin_archiving(job)
    if state == StorageState.NONE:
        write_job(replace(job, job_status=JobStatus.FAILED, result_storage=StorageState.NONE))
    give(user, "premium_user")
    steps.settle(job.job_id)
    restoring.thaw_result(job.job_id)
    after = now_of(job)
    if state != StorageState.NONE:
        assert after.result_storage == StorageState.HOT
        assert after.archive_after is None and hot_bytes_are_right(after)


def test_a_downgrade_while_a_result_comes_back_lets_it_come_and_starts_the_free_rule_anew_C32(user: User) -> None:
    job = result_of(user)
    steps.archive_result(job.job_id)
    give(user, "premium_user")
    steps.settle(job.job_id)
    give(user, "free_user")
    assert steps.settle(job.job_id) == "nothing"
    assert restoring.thaw_result(job.job_id) == "restored"
    assert now_of(job).archive_after == clock.now_s() + 300


def test_a_temporary_copy_that_expired_is_asked_for_again_C29(
    user: User, monkeypatch: pytest.MonkeyPatch, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    steps.archive_result(job.job_id)
    asked: list[str] = []
    monkeypatch.setattr(S3ClassStore, "retrieval", lambda *_: Retrieval.NONE)
    monkeypatch.setattr(S3ClassStore, "request", lambda _, file, tier: asked.append(file.role) or tier)
    give(user, "premium_user")
    assert steps.settle(job.job_id) == "coming_back"
    time(90_000)
    assert restoring.thaw_result(job.job_id) == "coming_back"
    assert asked == ["variants", "variants"]
    assert now_of(job).result_storage == StorageState.RESTORING


def test_two_workers_that_look_at_once_ask_the_archive_once_C28(
    user: User, monkeypatch: pytest.MonkeyPatch, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    steps.archive_result(job.job_id)
    asked: list[str] = []

    def request(_: S3ClassStore, file: ArchivedFile, tier: str) -> str:
        with pytest.raises(ConflictError):
            restoring.thaw_result(job.job_id)  # the other worker, which saw the same
        asked.append(file.role)
        return tier

    monkeypatch.setattr(S3ClassStore, "retrieval", lambda *_: Retrieval.NONE)
    monkeypatch.setattr(S3ClassStore, "request", request)
    give(user, "premium_user")
    assert steps.settle(job.job_id) == "coming_back"
    assert asked == ["variants"]
    time(get_settings().lease_s + 1)  # had the first one died, the next one asks after its lease
    assert restoring.thaw_result(job.job_id) == "coming_back"
    assert asked == ["variants", "variants"]


def test_the_words_follow_the_tier_that_was_accepted_C27(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = result_of(user)
    steps.archive_result(job.job_id)
    monkeypatch.setattr(S3ClassStore, "retrieval", lambda *_: Retrieval.NONE)
    monkeypatch.setattr(S3ClassStore, "request", lambda *_: "Standard")
    give(user, "premium_user")
    steps.settle(job.job_id)
    after = now_of(job)
    assert after.restore_tier == "Standard" and "3 to 5 hours" in (after.restore_message or "")
    assert after.restore_expected_at == clock.now_s() + 5 * 3600


@pytest.mark.parametrize(
    "state", [StorageState.HOT, StorageState.ARCHIVING, StorageState.ARCHIVED, StorageState.RESTORING]
)
def test_deleting_removes_every_copy_in_any_state_C34(
    user: User, state: StorageState, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    if state == StorageState.ARCHIVING:
        begun = moves.begin_archiving(job)
        entry = begun.outputs["variants"]
        key = storage.archive_key(job.user_id, job.job_id, begun.storage_version, "variants")
        put = S3ClassStore().put(
            aws.bucket("results"), entry["key"], key, role="variants", size=entry["size"], sha256=entry["sha256"]
        )
        moves.note_archived(begun, put)
    if state in (StorageState.ARCHIVED, StorageState.RESTORING):
        steps.archive_result(job.job_id)
    if state == StorageState.RESTORING:
        moves.begin_restoring(now_of(job), "Expedited", words.of_tier("Expedited"))
    delete.delete(now_of(job))
    assert contents() == {}
    assert steps.archive_result(job.job_id) == restoring.thaw_result(job.job_id) == steps.settle(job.job_id) == "gone"
    time(130)
    sweep.sweep_jobs()
    time(130)
    sweep.sweep_jobs()
    assert contents() == {} and now_of(job).input_file_name == "(deleted)"


def test_a_worker_that_was_just_copying_brings_no_deleted_job_back_C34(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = result_of(user)
    put = S3ClassStore.put

    def put_and_delete(*args: Any, **words: Any) -> Any:
        file = put(*args, **words)
        delete.delete(now_of(job))
        return file

    monkeypatch.setattr(S3ClassStore, "put", put_and_delete)
    assert steps.archive_result(job.job_id) == "overtaken"
    assert contents() == {}


def test_the_sweep_finds_what_is_overdue_and_what_nobody_carries_on_C16(
    user: User, time: Callable[[float], None]
) -> None:
    overdue = result_of(user)
    assert sweep.sweep_job(overdue.job_id) == "archive_due"
    steps.archive_result(overdue.job_id)
    give(user, "premium_user")
    moves.begin_restoring(now_of(overdue), "Expedited", words.of_tier("Expedited"))
    time(61)
    assert sweep.sweep_job(overdue.job_id) == "thaw_due"
    queue = aws.queue_url(aws.queue_name("thaw"))
    assert aws.client("sqs").receive_message(QueueUrl=queue).get("Messages")


def test_a_clean_up_that_a_crash_cut_short_is_finished_by_the_sweep(
    user: User, monkeypatch: pytest.MonkeyPatch, time: Callable[[float], None]
) -> None:
    job = result_of(user)
    with monkeypatch.context() as patched:
        patched.setattr(storage, "delete_keys", _dies)
        with pytest.raises(KeyboardInterrupt):
            steps.archive_result(job.job_id)
    assert now_of(job).result_storage == StorageState.ARCHIVED
    assert job.outputs["variants"]["key"] in contents()
    time(1)
    assert sweep.sweep_job(job.job_id) == "cleaned"
    assert job.outputs["variants"]["key"] not in contents()


def test_two_results_of_equal_bytes_are_two_archives_C35(user: User) -> None:
    one, two = result_of(user), result_of(user)
    for job in (one, two):
        steps.archive_result(job.job_id)
    delete.delete(now_of(one))
    give(user, "premium_user")
    steps.settle(two.job_id)
    assert restoring.thaw_result(two.job_id) == "restored"
    assert hot_bytes_are_right(now_of(two))


def test_an_account_that_is_gone_keeps_its_results_where_they_are(user: User) -> None:
    job = result_of(replace(user, user_id="nobody"))
    assert accounts.get_user("nobody") is None
    assert steps.archive_result(job.job_id) == "stays"


def test_an_error_of_the_store_is_not_swallowed(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = result_of(user)
    steps.archive_result(job.job_id)
    give(user, "premium_user")

    def refused(*_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "RestoreObject")

    monkeypatch.setattr(S3ClassStore, "retrieval", lambda *_: Retrieval.NONE)
    monkeypatch.setattr(S3ClassStore, "request", refused)
    with pytest.raises(ClientError):
        steps.settle(job.job_id)
    assert now_of(job).result_storage == StorageState.RESTORING
