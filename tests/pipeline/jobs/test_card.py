"""A job's card: newer ones win whatever the order of the writes, and a record can be made from it (C16, C34)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from pipeline import aws, storage
from pipeline.errors import MalformedRecordError, RetryableError
from pipeline.jobs import card
from pipeline.jobs.card import PASSING, confirm_card, order_of, read_card, write_card
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings

JOB = Job("j1", "u1", "patient.vcf", "inputs", "uploads/u1/j1/input", 1_700_000_000, JobStatus.PENDING)
DONE: dict[str, Any] = {
    "job_status": JobStatus.COMPLETED,
    "result_storage": StorageState.HOT,
    "attempt": 1,
    "outputs": {"vcf": {"key": "k", "size": 3, "sha256": "00", "name": "patient.vcf.gz"}},
    "counts": {"read": 3, "ti_tv": 2.25, "unknown": float("nan")},
    "steps": [{"name": "fetch", "seconds": 0.5}],
    "lease_owner": "w1",
    "progress": {"fraction": 0.5},
}


def _stored() -> Job:
    found = read_card("u1", "j1")
    assert found is not None
    return found.job


def test_a_card_gives_the_job_back_without_what_passes(moto_aws: Settings) -> None:
    assert write_card(JOB, **DONE)
    job = _stored()
    wanted = replace(JOB, **DONE | {"counts": {"read": 3, "ti_tv": 2.25, "unknown": None}})
    for name in {f.name for f in fields(Job)} - PASSING:
        assert getattr(job, name) == getattr(wanted, name), name
    assert job.lease_owner is None and job.progress == {}


def test_no_card_is_no_error_and_a_foreign_one_is(moto_aws: Settings) -> None:
    assert read_card("u1", "j1") is None
    write_card(replace(JOB, job_id="j2"))
    s3, bucket = aws.client("s3"), aws.bucket("results")
    source = {"Bucket": bucket, "Key": storage.card_key("u1", "j2")}
    s3.copy_object(Bucket=bucket, Key=storage.card_key("u1", "j1"), CopySource=source)
    with pytest.raises(MalformedRecordError):
        read_card("u1", "j1")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"schema_version": 2, "confirmed": false, "job": {}}'])
def test_a_card_that_cannot_be_read_says_so(moto_aws: Settings, body: bytes) -> None:
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=storage.card_key("u1", "j1"), Body=body)
    with pytest.raises(MalformedRecordError):
        read_card("u1", "j1")


LIFE: list[dict[str, Any]] = [
    {"job_status": JobStatus.PENDING},
    {"job_status": JobStatus.RUNNING, "attempt": 1},
    {"job_status": JobStatus.COMPLETED, "attempt": 2, "result_storage": StorageState.HOT},
    {"job_status": JobStatus.COMPLETED, "attempt": 2, "result_storage": StorageState.ARCHIVING, "storage_version": 1},
    {"job_status": JobStatus.COMPLETED, "attempt": 2, "result_storage": StorageState.ARCHIVED, "storage_version": 1},
    {"job_status": JobStatus.COMPLETED, "attempt": 2, "result_storage": StorageState.RESTORING, "storage_version": 2},
    {"job_status": JobStatus.COMPLETED, "attempt": 2, "result_storage": StorageState.HOT, "storage_version": 2},
    {"job_status": JobStatus.COMPLETED, "attempt": 2, "result_storage": StorageState.HOT, "deleting": 1},
]


def test_order_grows_through_the_life_of_a_job() -> None:
    orders = [order_of(replace(JOB, **changes)) for changes in LIFE]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("late", range(len(LIFE) - 1))
def test_a_late_write_never_overwrites_a_newer_card_C14(moto_aws: Settings, late: int) -> None:
    write_card(JOB, **LIFE[late + 1])
    newer = read_card("u1", "j1")
    assert not write_card(JOB, **LIFE[late])
    assert read_card("u1", "j1") == newer


def test_nothing_brings_a_deleted_job_back_and_its_card_names_nobody_C34(moto_aws: Settings) -> None:
    write_card(JOB, **DONE)
    write_card(JOB, **DONE, deleting=5)
    assert not write_card(JOB, **DONE | {"attempt": 9})
    assert _stored().deleting == 5
    body = aws.client("s3").get_object(Bucket=aws.bucket("results"), Key=storage.card_key("u1", "j1"))["Body"].read()
    assert b"patient" not in body and b"ti_tv" not in body


@pytest.mark.parametrize("end", [JobStatus.CANCELLED, JobStatus.FAILED])
@pytest.mark.parametrize("refused_first", [True, False])
def test_a_confirmed_end_wins_over_a_completion_that_was_refused_C13(
    moto_aws: Settings, end: JobStatus, refused_first: bool
) -> None:
    ended = replace(JOB, job_status=end, attempt=1)
    if refused_first:
        write_card(JOB, **DONE)
        assert confirm_card(ended)
    else:
        confirm_card(ended)
        assert not write_card(JOB, **DONE)
    assert _stored().job_status == end
    assert write_card(JOB, **DONE | {"attempt": 2})  # started again later
    assert _stored().job_status == JobStatus.COMPLETED


def _count_puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    s3 = aws.client("s3")
    for name in ("put_object", "get_object"):
        real = getattr(s3, name)
        monkeypatch.setattr(s3, name, lambda real=real, name=name, **a: (calls.append(name), real(**a))[1])
    return calls


def test_the_first_card_is_one_put_and_a_repeated_one_writes_nothing(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _count_puts(monkeypatch)
    assert write_card(JOB)
    assert calls == ["put_object"]
    write_card(JOB, **DONE)
    assert calls[1:] == ["get_object", "put_object"]
    assert write_card(JOB, **DONE)
    assert calls[3:] == ["get_object"]


def _write_between_read_and_put(monkeypatch: pytest.MonkeyPatch, changes: list[dict[str, Any]]) -> None:
    """Somebody else writes a card each time that one was read."""
    read = card.read_card
    others = iter(changes)

    def read_then_other(user_id: str, job_id: str) -> card.Card | None:
        found = read(user_id, job_id)
        other = next(others, None)
        if other is not None:
            write_card_of_other(replace(JOB, **other), found)
        return found

    def write_card_of_other(job: Job, seen: card.Card | None) -> None:
        assert card._put(job, card._body(job, False), seen)

    monkeypatch.setattr(card, "read_card", read_then_other)


def _check_races(monkeypatch: pytest.MonkeyPatch) -> None:
    write_card(JOB)
    with monkeypatch.context() as racing:
        _write_between_read_and_put(racing, [LIFE[4]])
        assert not write_card(JOB, **LIFE[2])  # a newer one came between
    assert _stored().result_storage == StorageState.ARCHIVED
    with monkeypatch.context() as racing:
        _write_between_read_and_put(racing, [LIFE[5]])
        assert write_card(JOB, **LIFE[6])  # an older one came between
    assert (_stored().result_storage, _stored().storage_version) == (StorageState.HOT, 2)


def test_of_two_writes_at_once_the_newer_card_stays_C14(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    _check_races(monkeypatch)


def test_the_emulator_process_takes_conditional_writes_too_C14(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check_races(monkeypatch)


def test_a_card_that_others_write_all_the_time_is_tried_again_later(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_card(JOB, attempt=1)
    others = [{"attempt": 1, "submit_time": number} for number in range(20)]
    _write_between_read_and_put(monkeypatch, others)
    with pytest.raises(RetryableError):
        write_card(JOB, **DONE)


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("results/u1/j1/job.json", True),
        ("results/u1/j1/1/job.json", False),
        ("results/u1/j1/1/manifest.json", False),
        ("results/u1/job.json", False),
    ],
)
def test_card_keys_are_told_apart(key: str, is_one: bool) -> None:
    assert card.is_card_key(key) == is_one
