"""At most one holder for each event; only the holder gives a claim back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ConnectionClosedError

from pipeline import aws, clock, dynamo
from pipeline.accounts.store import User
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.notify import claims
from pipeline.notify.claims import Event
from pipeline.settings import Settings, get_settings
from tests.builders import make_user, write_job
from tests.pipeline.notify.letters import ended_job


@pytest.fixture
def user(moto_aws: Settings) -> User:
    return make_user()


def note(job: Job, event: Event) -> dict[str, object]:
    current = store.get(job.job_id)
    assert current is not None
    return current.notified[event]


def overdue() -> list[claims.OpenClaim]:
    return list(claims.unsent_claims(clock.now() + get_settings().lease_s + 2))


def test_one_event_has_one_holder_C14(user: User) -> None:
    job = ended_job(user)
    held = claims.claim(job, Event.COMPLETED)
    assert held is not None
    assert claims.claim(job, Event.COMPLETED) is None
    assert note(job, Event.COMPLETED)["token"] == held.token


def test_a_record_without_the_map_can_be_claimed(user: User) -> None:
    job = ended_job(user)
    dynamo.Update("jobs", {"job_id": job.job_id}).remove("notified").write()
    assert claims.claim(job, Event.COMPLETED) is not None
    assert claims.claim(job, Event.COMPLETED) is None


def test_two_workers_that_both_find_no_map_are_told_apart_C14(user: User) -> None:
    job = ended_job(user)
    dynamo.Update("jobs", {"job_id": job.job_id}).remove("notified").write()
    read_before = store.get(job.job_id)
    assert read_before is not None and read_before.notified == {}
    holders = [claims.claim(read_before, Event.COMPLETED), claims.claim(read_before, Event.COMPLETED)]
    assert [held is None for held in holders] == [False, True]


def test_a_job_that_fails_again_after_another_try_is_news_again_and_only_once_C14(user: User) -> None:
    job = ended_job(user, JobStatus.FAILED)
    assert claims.claim(job, Event.FAILED) is not None
    again = write_job(replace(job, attempt=2, notified={Event.FAILED: note(job, Event.FAILED)}))
    assert claims.claim(again, Event.FAILED) is not None
    assert claims.claim(again, Event.FAILED) is None
    assert claims.claim(job, Event.FAILED) is None  # a message of the first time that comes late


def test_a_result_that_comes_back_a_second_time_is_news_again_C14(user: User) -> None:
    job = ended_job(user, storage_version=2)
    assert claims.claim(job, Event.RESTORED) is not None
    assert claims.claim(job, Event.RESTORED) is None
    again = write_job(replace(job, storage_version=4, notified={Event.RESTORED: note(job, Event.RESTORED)}))
    assert claims.claim(again, Event.RESTORED) is not None


def test_nobody_claims_what_is_not_true_any_more_C14(user: User) -> None:
    job = ended_job(user, JobStatus.FAILED)
    write_job(replace(job, job_status=JobStatus.PENDING))
    assert claims.claim(job, Event.FAILED) is None
    back = ended_job(user, storage_version=2)
    write_job(replace(back, result_storage=StorageState.ARCHIVING, storage_version=3))
    assert claims.claim(back, Event.RESTORED) is None


def test_a_deleted_or_vanished_job_is_not_claimed_nor_made_anew_C34(user: User) -> None:
    job = ended_job(user)
    write_job(replace(job, deleting=clock.now_s()))
    assert claims.claim(job, Event.COMPLETED) is None
    aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key=dynamo.to_item({"job_id": job.job_id}))
    assert claims.claim(job, Event.COMPLETED) is None
    assert store.get(job.job_id) is None


def test_a_claim_whose_answer_was_lost_is_recognised(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ended_job(user, notified={Event.FAILED: {"round": 0}})
    write = dynamo.Update.write
    asked: list[str] = []

    def write_twice(update: dynamo.Update) -> dict[str, object]:
        """As boto3 does: it asks again when the first answer does not come."""
        asked.append(update.table)
        write(update)
        return write(update)

    monkeypatch.setattr(dynamo.Update, "write", write_twice)
    assert claims.claim(job, Event.COMPLETED) is not None
    assert asked


def test_only_the_holder_gives_back_and_then_anybody_may_claim_C14(user: User) -> None:
    job = ended_job(user)
    held = claims.claim(job, Event.COMPLETED)
    assert held is not None
    claims.give_back(replace(held, token="somebody-else"))
    assert claims.claim(job, Event.COMPLETED) is None
    claims.give_back(held)
    assert claims.claim(job, Event.COMPLETED) is not None


def test_what_was_sent_or_refused_stays_so_C14(user: User) -> None:
    first, second = ended_job(user), ended_job(user, JobStatus.FAILED)
    sent, refused = claims.claim(first, Event.COMPLETED), claims.claim(second, Event.FAILED)
    assert sent and refused
    claims.note_sent(sent, "ses-1")
    claims.note_refused(refused, "MessageRejected")
    assert claims.claim(first, Event.COMPLETED) is None and claims.claim(second, Event.FAILED) is None
    assert note(first, Event.COMPLETED)["ses_id"] == "ses-1"
    assert note(second, Event.FAILED)["refused"] == "MessageRejected"
    assert overdue() == []


def test_a_note_for_a_job_that_was_buried_meanwhile_is_dropped(user: User) -> None:
    job = ended_job(user)
    held = claims.claim(job, Event.COMPLETED)
    assert held is not None
    dynamo.Update("jobs", {"job_id": job.job_id}).remove("notified").write()
    claims.note_sent(held, "ses-1")
    current = store.get(job.job_id)
    assert current is not None and current.notified == {}


def test_claims_that_nobody_finished_are_counted_after_a_lease_C14(user: User) -> None:
    job, other, deleted = ended_job(user), ended_job(user, JobStatus.FAILED), ended_job(user)
    assert claims.claim(job, Event.COMPLETED) and claims.claim(other, Event.FAILED)
    assert claims.claim(deleted, Event.COMPLETED)
    dynamo.Update("jobs", {"job_id": deleted.job_id}).set(deleting=1).write()
    assert list(claims.unsent_claims(clock.now())) == []
    found = {(claim.job_id, claim.event) for claim in overdue()}
    assert found == {(job.job_id, Event.COMPLETED), (other.job_id, Event.FAILED)}


def test_a_claim_that_could_not_be_written_is_no_claim(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ended_job(user)

    def fail(update: dynamo.Update) -> dict[str, object]:
        raise ConnectionClosedError(endpoint_url="dynamodb")

    with monkeypatch.context() as broken:
        broken.setattr(dynamo.Update, "write", fail)
        with pytest.raises(ConnectionClosedError):
            claims.claim(job, Event.COMPLETED)
    assert claims.claim(job, Event.COMPLETED) is not None
