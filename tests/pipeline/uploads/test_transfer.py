"""Starting, sending, resuming, finishing and cancelling an upload, with every limit held by the server."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import aws, dynamo, storage
from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.errors import ConflictError, InputError, LimitError, NotFoundError
from pipeline.jobs import store as jobs
from pipeline.jobs import submit as submission
from pipeline.settings import get_settings
from pipeline.uploads import multipart, store, transfer
from pipeline.uploads.store import Upload, UploadState
from tests.builders import make_user
from tests.conftest import forget_settings
from tests.pipeline.uploads.conftest import PART_BYTES, SendParts

SIZE = 3 * PART_BYTES + 1  # four parts, the last of one byte


def started(user: User, size: int = SIZE) -> Upload:
    return transfer.start(user, "mine.vcf", size)


def multipart_uploads() -> list[dict[str, Any]]:
    return aws.client("s3").list_multipart_uploads(Bucket=aws.bucket("inputs")).get("Uploads", [])


# ---- the way of a file


def test_a_file_goes_up_in_parts_and_becomes_one_object(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload)
    finished = transfer.finish(ada, upload.upload_id)
    assert finished.state == UploadState.UPLOADED
    assert storage.size_of(upload.bucket, upload.key) == SIZE
    assert multipart_uploads() == []


def test_the_server_mints_bucket_key_and_id_C01(ada: User) -> None:
    first, second = started(ada), started(ada)
    assert first.bucket == aws.bucket("inputs")
    assert first.upload_id != second.upload_id
    assert first.key == storage.input_key(ada.user_id, first.upload_id)


def test_the_same_wish_sent_twice_is_one_upload_C02(ada: User) -> None:
    first = transfer.start(ada, "a.vcf", SIZE, token="t" * 20)
    assert transfer.start(ada, "a.vcf", SIZE, token="t" * 20) == first
    assert transfer.start(ada, "b.vcf", SIZE, token="t" * 20).upload_id != first.upload_id
    assert transfer.start(make_user("bob@example.org"), "a.vcf", SIZE, token="t" * 20).upload_id != first.upload_id
    assert len(multipart_uploads()) == 3


def test_a_wish_that_was_cancelled_is_a_new_upload(ada: User) -> None:
    first = transfer.start(ada, "a.vcf", SIZE, token="t" * 20)
    transfer.cancel(ada, first.upload_id)
    assert transfer.start(ada, "a.vcf", SIZE, token="t" * 20).upload_id != first.upload_id


def test_finishing_twice_changes_nothing_C02(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload)
    assert transfer.finish(ada, upload.upload_id) == transfer.finish(ada, upload.upload_id)


def test_finishing_goes_on_where_an_answer_was_lost(ada: User, send: SendParts) -> None:
    """The store had put the parts together, but the process died before it wrote that down."""
    upload = started(ada)
    send(upload)
    parts = multipart.stored_parts(upload)
    assert parts is not None
    multipart.complete(upload, parts)
    assert transfer.resume(ada, upload.upload_id)[1] == [1, 2, 3, 4]
    assert transfer.bytes_arrived(upload) == SIZE
    assert transfer.finish(ada, upload.upload_id).state == UploadState.UPLOADED


# ---- limits


@pytest.mark.parametrize("size", [0, -1, -(10**30)])
def test_an_empty_file_is_refused_C08(ada: User, size: int) -> None:
    with pytest.raises(InputError, match="empty"):
        started(ada, size)


@pytest.mark.parametrize("over", [1, 10**6, 10**400])
def test_a_file_over_the_plan_is_refused_with_the_limit_C08(ada: User, over: int) -> None:
    with pytest.raises(LimitError, match="50 MiB"):
        started(ada, get_settings().free_max_upload_bytes + over)
    assert multipart_uploads() == []


def test_the_limit_is_that_of_the_plan_C08(ada: User) -> None:
    size = get_settings().free_max_upload_bytes + 1
    assert transfer.start(change_plan(ada.user_id, "premium_user"), "a.vcf", size).size == size


def test_parts_are_not_signed_after_a_downgrade_C08(ada: User) -> None:
    premium = change_plan(ada.user_id, "premium_user")
    upload = transfer.start(premium, "a.vcf", get_settings().free_max_upload_bytes + 1)
    with pytest.raises(LimitError):
        transfer.sign_parts(change_plan(ada.user_id, "free_user"), upload.upload_id, [1])


def test_only_so_many_unfinished_uploads_C08(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAX_OPEN_UPLOADS", "2")
    forget_settings()
    first = started(ada)
    started(ada)
    with pytest.raises(LimitError, match="2 unfinished"):
        started(ada)
    assert len(multipart_uploads()) == 2
    transfer.cancel(ada, first.upload_id)
    assert started(ada).state == UploadState.OPEN


@pytest.mark.parametrize("numbers", [[], [0], [-1], [5], [1, 5], list(range(1, 5)) * 26])
def test_only_parts_that_the_file_has_are_signed_C08(ada: User, numbers: list[int]) -> None:
    upload = started(ada)
    with pytest.raises(InputError, match="from 1 to 4"):
        transfer.sign_parts(ada, upload.upload_id, numbers)


def test_each_part_is_signed_for_its_own_length(ada: User) -> None:
    signed = transfer.sign_parts(ada, started(ada).upload_id, [1, 4])
    assert [(part["number"], part["length"]) for part in signed] == [(1, PART_BYTES), (4, 1)]
    assert all("content-length" in part["url"] for part in signed)


def test_a_finished_upload_takes_no_more_parts(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload)
    transfer.finish(ada, upload.upload_id)
    with pytest.raises(ConflictError, match="finished already"):
        transfer.sign_parts(ada, upload.upload_id, [1])


def test_a_part_of_the_wrong_length_counts_as_missing_C08(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload)
    send(upload, 2, content=b"y" * 500)
    assert transfer.resume(ada, upload.upload_id)[1] == [1, 3, 4]
    with pytest.raises(ConflictError, match="1 of 4 parts"):
        transfer.finish(ada, upload.upload_id)


def test_an_object_of_another_size_is_refused_and_removed_C08(ada: User, send: SendParts) -> None:
    upload = started(ada)
    multipart.abort(upload)
    aws.client("s3").put_object(Bucket=upload.bucket, Key=upload.key, Body=b"z" * 1000)
    with pytest.raises(InputError, match="1,000 bytes instead of 31"):
        transfer.finish(ada, upload.upload_id)
    assert storage.size_of(upload.bucket, upload.key) is None
    assert store.of_user(ada.user_id) == []


def test_many_parts_are_listed_to_the_last_page(ada: User, send: SendParts) -> None:
    upload = started(ada, 1005 * PART_BYTES)
    send(upload)
    assert transfer.resume(ada, upload.upload_id)[1] == list(range(1, 1006))
    assert transfer.finish(ada, upload.upload_id).state == UploadState.UPLOADED


def test_a_large_file_stays_within_the_stores_number_of_parts(small_parts: None) -> None:
    assert store.new("u", "a.vcf", 10**12).part_count <= store.S3_MAX_PARTS


# ---- others


def test_another_users_upload_is_like_none_C03(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload)
    bob = make_user("bob@example.org")
    for act in (
        lambda who, which: transfer.sign_parts(who, which, [1]),
        transfer.resume,
        transfer.finish,
        transfer.cancel,
        submission.submit,
    ):
        with pytest.raises(NotFoundError) as foreign:
            act(bob, upload.upload_id)
        with pytest.raises(NotFoundError) as unknown:
            act(bob, "f" * 32)
        assert foreign.value.message == unknown.value.message
    assert store.get_owned(ada.user_id, upload.upload_id).state == UploadState.OPEN


@pytest.mark.parametrize("odd", ["", "../x", "a" * 65, None, 5, "é", "a b"])
def test_an_id_that_is_none_finds_nothing_C01(ada: User, odd: object) -> None:
    with pytest.raises(NotFoundError):
        transfer.resume(ada, odd)


# ---- going on


def test_resuming_names_the_parts_that_are_here(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload, 2, 4)
    assert transfer.resume(ada, upload.upload_id) == (upload, [2, 4])
    assert transfer.bytes_arrived(upload) == PART_BYTES + 1


def test_an_upload_that_the_store_lost_begins_anew(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload, 1, 2)
    multipart.abort(upload)
    fresh, here = transfer.resume(ada, upload.upload_id)
    assert (fresh.upload_id, here) == (upload.upload_id, [])
    assert fresh.multipart_id != upload.multipart_id
    send(fresh)
    assert transfer.finish(ada, upload.upload_id).state == UploadState.UPLOADED


def test_two_tabs_that_begin_anew_go_on_with_the_same_parts(
    ada: User, send: SendParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = started(ada)
    multipart.abort(upload)
    create = multipart.create

    def create_while_the_other_tab_does_the_same(lost: Upload) -> str:
        monkeypatch.setattr(multipart, "create", create)
        other, _ = transfer.resume(ada, lost.upload_id)
        send(other, 1)
        return create(lost)

    monkeypatch.setattr(multipart, "create", create_while_the_other_tab_does_the_same)
    mine, here = transfer.resume(ada, upload.upload_id)
    assert here == [1]
    assert [u["UploadId"] for u in multipart_uploads()] == [mine.multipart_id]


# ---- removing


def test_cancelling_leaves_nothing(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload, 1)
    transfer.cancel(ada, upload.upload_id)
    assert multipart_uploads() == []
    assert store.of_user(ada.user_id) == []
    with pytest.raises(NotFoundError):
        transfer.cancel(ada, upload.upload_id)


def test_cancelling_an_uploaded_file_removes_the_object(ada: User, send: SendParts) -> None:
    upload = started(ada)
    send(upload)
    transfer.finish(ada, upload.upload_id)
    transfer.cancel(ada, upload.upload_id)
    assert storage.size_of(upload.bucket, upload.key) is None


def test_a_job_keeps_its_file_when_its_upload_is_cancelled_C02(ada: User, send: SendParts, rcrs: None) -> None:
    upload = started(ada)
    send(upload)
    transfer.finish(ada, upload.upload_id)
    submission.submit(ada, upload.upload_id)
    with pytest.raises(ConflictError, match="job already"):
        transfer.cancel(ada, upload.upload_id)
    assert storage.size_of(upload.bucket, upload.key) == SIZE


def test_of_submit_and_cancel_at_once_one_wins_whole_C02(ada: User, send: SendParts, rcrs: None) -> None:
    """Cancel read the upload before submit wrote: the file must survive."""
    upload = started(ada)
    send(upload)
    seen = transfer.finish(ada, upload.upload_id)
    submission.submit(ada, upload.upload_id)
    assert transfer.discard(seen) is False
    assert storage.size_of(upload.bucket, upload.key) == SIZE
    assert jobs.get_owned(upload.upload_id, ada.user_id).job_id == upload.upload_id


def test_submit_after_a_cancel_that_was_cut_short_makes_no_job_C02(ada: User, send: SendParts, rcrs: None) -> None:
    upload = started(ada)
    send(upload)
    seen = transfer.finish(ada, upload.upload_id)
    assert store.mark_discarded(seen) is not None  # here the process that cancels dies
    with pytest.raises(NotFoundError):
        submission.submit(ada, upload.upload_id)
    assert store.open_of_user(ada.user_id) == []
    assert [u.upload_id for u in store.due_for_sweep(2**40)] == [upload.upload_id]
    assert transfer.discard(store.due_for_sweep(2**40)[0]) is True
    assert storage.size_of(upload.bucket, upload.key) is None
    assert store.due_for_sweep(2**40) == []


def test_finishing_what_was_cancelled_meanwhile_brings_nothing_back(
    ada: User, send: SendParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = started(ada)
    send(upload)
    check = transfer._check_object

    def cancel_first(user: User, finished: Upload) -> None:
        check(user, finished)
        transfer.cancel(user, finished.upload_id)

    monkeypatch.setattr(transfer, "_check_object", cancel_first)
    with pytest.raises(NotFoundError):
        transfer.finish(ada, upload.upload_id)
    assert storage.size_of(upload.bucket, upload.key) is None


def test_a_record_with_an_unknown_attribute_is_read(ada: User) -> None:
    upload = started(ada)
    dynamo.Update(store.TABLE, upload.record_key).set(later_idea="x").write()
    assert store.get_owned(ada.user_id, upload.upload_id) == upload
