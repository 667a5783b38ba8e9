"""What every archive store promises, whichever it is: the life of one file in it."""

from __future__ import annotations

import pytest

from pipeline import aws
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores.base import ArchiveStore, Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.archive.stores.vaults import VaultStore
from pipeline.errors import RetryableError
from tests.pipeline.archive.conftest import MovedClock
from tests.pipeline.archive.stores.conftest import TARGET, HotFile, read
from util_jobs.faults.aws_as_it_is import AwsAsItIs

EXPEDITED_S = 180
EXPIRED_S = 9 * 86400  # longer than a temporary copy is kept in either
BACK = "results/user/job/thawed-2/x"


@pytest.fixture(params=[S3ClassStore, VaultStore], ids=["s3", "vault"])
def store(request: pytest.FixtureRequest, as_it_is: AwsAsItIs) -> ArchiveStore:
    """One store after the other."""
    made: ArchiveStore = request.param()
    return made


@pytest.fixture
def ready(store: ArchiveStore, hot: HotFile, moved_clock: MovedClock) -> ArchivedFile:
    """A file that can be brought back now."""
    file = hot.archive(store)
    store.request(file, "Expedited")
    moved_clock.time += EXPEDITED_S
    return file


def test_the_whole_circle_and_again_C30(
    store: ArchiveStore, as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    for version in (1, 2):
        file = hot.archive(store, f"archive/user/job/{version}/vcf")
        aws.client("s3").delete_object(Bucket=hot.bucket, Key=hot.key)
        assert store.retrieval(file) == Retrieval.NONE
        assert store.request(file, "Expedited") == "Expedited"
        assert store.retrieval(file) == Retrieval.RUNNING
        with pytest.raises(RetryableError) as refused:
            store.bring_back(file, hot.bucket, hot.key)
        assert refused.value.code == "not_retrieved"
        moved_clock.time += EXPEDITED_S
        assert store.retrieval(file) == Retrieval.READY
        store.bring_back(file, hot.bucket, hot.key)
        store.remove(file)
        store.remove(file)
        assert read(hot.bucket, hot.key) == hot.content
        stored = aws.client("s3").head_object(Bucket=hot.bucket, Key=hot.key)
        assert "StorageClass" not in stored
        assert stored["Metadata"] == {"sha256": hot.sha256}
    assert as_it_is.vaults.archives == {}
    assert [paid.needless for paid in as_it_is.paid] == [False, False]


@pytest.mark.parametrize("wrong", [{"sha256": "00" * 32}, {"size": 3}])
def test_a_hot_file_that_is_not_what_the_record_says_is_refused_C23(
    store: ArchiveStore, hot: HotFile, wrong: dict[str, object]
) -> None:
    stated = {"role": "vcf", "size": len(hot.content), "sha256": hot.sha256} | wrong
    with pytest.raises(RetryableError) as refused:
        store.put(hot.bucket, hot.key, TARGET, **stated)  # type: ignore[arg-type]
    assert refused.value.code == "checksum_mismatch"


def test_an_expired_copy_is_asked_for_again_C29(
    store: ArchiveStore, as_it_is: AwsAsItIs, ready: ArchivedFile, hot: HotFile, moved_clock: MovedClock
) -> None:
    moved_clock.time += EXPIRED_S
    assert store.retrieval(ready) == Retrieval.NONE
    with pytest.raises(RetryableError):
        store.bring_back(ready, hot.bucket, BACK)
    assert store.request(ready, "Expedited") == "Expedited"
    moved_clock.time += EXPEDITED_S
    store.bring_back(ready, hot.bucket, BACK)
    assert read(hot.bucket, BACK) == hot.content
    assert as_it_is.needless == []


def test_bringing_back_twice_costs_once_even_after_the_archived_copy_went_C30(
    store: ArchiveStore, ready: ArchivedFile, hot: HotFile, moved_clock: MovedClock
) -> None:
    store.bring_back(ready, hot.bucket, BACK)
    store.remove(ready)
    moved_clock.time += EXPIRED_S
    store.bring_back(ready, hot.bucket, BACK)
    assert read(hot.bucket, BACK) == hot.content


def test_what_lies_in_the_way_is_replaced_C23(store: ArchiveStore, ready: ArchivedFile, hot: HotFile) -> None:
    aws.client("s3").put_object(Bucket=hot.bucket, Key=BACK, Body=b"other")
    store.bring_back(ready, hot.bucket, BACK)
    assert read(hot.bucket, BACK) == hot.content


def test_two_equal_results_are_two_archives_C35(store: ArchiveStore, hot: HotFile, moved_clock: MovedClock) -> None:
    one, two = hot.archive(store), hot.archive(store, "archive/user/other/1/vcf")
    assert one.archive_id != two.archive_id
    store.remove(one)
    assert store.retrieval(two) == Retrieval.NONE
    store.request(two, "Expedited")
    moved_clock.time += EXPEDITED_S
    store.bring_back(two, hot.bucket, BACK)
    assert read(hot.bucket, BACK) == hot.content
