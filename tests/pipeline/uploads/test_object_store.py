"""What the real protocol does with presigned parts, against the embedded AWS: signatures, lengths, races."""

from __future__ import annotations

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline import aws, storage
from pipeline.accounts.store import User
from pipeline.jobs import store as jobs
from pipeline.jobs import submit as submission
from pipeline.uploads import multipart, transfer
from pipeline.uploads.store import UploadState
from tests.builders import make_user
from tests.conftest import forget_settings
from tests.queues import received

pytestmark = pytest.mark.emulator
PART = 1000
CONTENT = bytes(range(256)) * 10  # three parts, the last of 560 bytes


@pytest.fixture
def ada(ministack_aws: object, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("GAS_UPLOAD_PART_BYTES", str(PART))
    forget_settings()
    return make_user()


def put(url: str, body: bytes) -> int:
    request = urllib.request.Request(url, data=body, method="PUT", headers={"Content-Type": ""})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def part_of(number: int) -> bytes:
    return CONTENT[(number - 1) * PART : number * PART]


def send_all(user: User) -> str:
    upload = transfer.start(user, "mine.vcf", len(CONTENT))
    for part in transfer.sign_parts(user, upload.upload_id, [1, 2, 3]):
        assert put(part["url"], part_of(part["number"])) == 200
    return upload.upload_id


def test_the_bytes_that_went_up_are_the_object(ada: User) -> None:
    upload = transfer.finish(ada, send_all(ada))
    stored = aws.client("s3").get_object(Bucket=upload.bucket, Key=upload.key)["Body"].read()
    assert stored == CONTENT


@pytest.mark.parametrize("length", [PART + 1, PART - 1, 0, 100 * PART])
def test_a_part_of_another_length_is_refused_by_its_signature_C08(ada: User, length: int) -> None:
    upload = transfer.start(ada, "mine.vcf", len(CONTENT))
    part = transfer.sign_parts(ada, upload.upload_id, [1])[0]
    assert put(part["url"], b"x" * length) == 403
    assert transfer.resume(ada, upload.upload_id)[1] == []


def test_an_address_is_good_for_its_own_part_only_C01(ada: User) -> None:
    upload = transfer.start(ada, "mine.vcf", len(CONTENT))
    url = transfer.sign_parts(ada, upload.upload_id, [1])[0]["url"]
    assert put(url.replace("partNumber=1", "partNumber=2"), part_of(2)) == 403
    assert put(url.replace(upload.upload_id, "f" * 32), part_of(1)) == 403
    assert put(url.replace(upload.user_id, "f" * 32), part_of(1)) == 403


def test_an_address_ends(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_UPLOAD_URL_TTL_S", "0")
    forget_settings()
    upload = transfer.start(ada, "mine.vcf", len(CONTENT))
    url = transfer.sign_parts(ada, upload.upload_id, [1])[0]["url"]
    assert put(url, part_of(1)) == 403


def test_after_completion_nothing_can_be_put_in_its_place_C08(ada: User) -> None:
    upload = transfer.start(ada, "mine.vcf", len(CONTENT))
    signed = transfer.sign_parts(ada, upload.upload_id, [1, 2, 3])
    for part in signed:
        put(part["url"], part_of(part["number"]))
    finished = transfer.finish(ada, upload.upload_id)
    assert put(signed[0]["url"], b"y" * PART) == 404
    assert storage.size_of(finished.bucket, finished.key) == len(CONTENT)
    assert aws.client("s3").get_object(Bucket=finished.bucket, Key=finished.key)["Body"].read() == CONTENT


def test_two_tabs_that_finish_and_submit_at_once_make_one_job_C02(ada: User) -> None:
    upload_id = send_all(ada)

    def finish_and_submit(_: int) -> str:
        assert transfer.finish(ada, upload_id).state in {UploadState.UPLOADED, UploadState.SUBMITTED}
        return submission.submit(ada, upload_id).job_id

    with ThreadPoolExecutor(8) as tabs:
        ids = set(tabs.map(finish_and_submit, range(16)))
    assert ids == {upload_id}
    assert [job.job_id for job in submission.list_jobs(ada.user_id)] == [upload_id]
    assert len(received("annotate")) == 1
    assert jobs.get_owned(upload_id, ada.user_id).input_size == len(CONTENT)


def test_an_upload_lost_by_the_store_begins_anew_and_ends_right(ada: User) -> None:
    upload_id = send_all(ada)
    lost = transfer.resume(ada, upload_id)[0]
    multipart.abort(lost)
    assert transfer.bytes_arrived(lost) == 0
    fresh, here = transfer.resume(ada, upload_id)
    assert (here, fresh.upload_id) == ([], upload_id)
    for part in transfer.sign_parts(ada, upload_id, [1, 2, 3]):
        assert put(part["url"], part_of(part["number"])) == 200
    assert transfer.finish(ada, upload_id).state == UploadState.UPLOADED
