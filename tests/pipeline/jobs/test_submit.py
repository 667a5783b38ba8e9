"""One upload becomes one job, whatever is sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import aws, clock, messages
from pipeline.errors import ConfigurationError, ConflictError, LimitError, NotFoundError
from pipeline.jobs import delete, store, submit
from pipeline.jobs.states import JobStatus
from pipeline.settings import Settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.uploads.choices import Choices
from tests.builders import make_job, make_upload, make_user
from tests.queues import bodies


def test_submit_creates_a_pending_job_and_one_message(moto_aws: Settings) -> None:
    user = make_user()
    upload = make_upload(user)
    job = submit.submit(user, upload.upload_id)
    assert (job.job_status, job.user_id, job.job_id) == (JobStatus.PENDING, user.user_id, upload.upload_id)
    (body,) = bodies("annotate")
    assert messages.parse(body).job_id == job.job_id


def test_submitting_again_gives_the_same_job_and_no_second_message_C02(moto_aws: Settings) -> None:
    user = make_user()
    upload = make_upload(user)
    first = submit.submit(user, upload.upload_id)
    claimed = store.claim(first.job_id, "w")
    store.complete(claimed, results={})
    again = submit.submit(user, upload.upload_id)
    assert (again.job_id, again.job_status) == (first.job_id, JobStatus.COMPLETED)
    assert len(bodies("annotate")) == 1


def test_many_submits_at_once_make_one_job_C02(moto_aws: Settings) -> None:
    user = make_user()
    upload = make_upload(user)
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: submit.submit(user, upload.upload_id).job_id, range(8)))
    assert set(ids) == {upload.upload_id}
    assert len(submit.list_jobs(user.user_id)) == 1
    assert len(bodies("annotate")) == 1


def test_submit_after_the_upload_record_was_forgotten_gives_the_job_C02(moto_aws: Settings) -> None:
    user = make_user()
    job = make_job(user)
    uploads.remove(uploads.get_owned(user.user_id, job.job_id))
    assert submit.submit(user, job.job_id).job_id == job.job_id


def test_deleted_job_is_not_made_again_by_a_replayed_submit_C02(moto_aws: Settings) -> None:
    user = make_user()
    job = make_job(user)
    delete.delete(job)
    with pytest.raises(NotFoundError):
        submit.submit(user, job.job_id)
    assert submit.list_jobs(user.user_id) == []


@pytest.mark.parametrize("upload_id", ["f" * 32, "../../other/key", "", None, 7])
def test_guessed_id_gets_nothing_C01(moto_aws: Settings, upload_id: object) -> None:
    with pytest.raises(NotFoundError):
        submit.submit(make_user(), upload_id)


def test_another_users_upload_gets_nothing_C01(moto_aws: Settings) -> None:
    upload = make_upload(make_user("ada@example.org"))
    with pytest.raises(NotFoundError):
        submit.submit(make_user("eve@example.org"), upload.upload_id)


def test_unfinished_upload_is_no_job_yet(moto_aws: Settings) -> None:
    user = make_user()
    upload = transfer.start(user, "a.vcf", 100)
    with pytest.raises(ConflictError, match="not finished"):
        submit.submit(user, upload.upload_id)


def test_unknown_bundle_is_refused_before_there_is_a_job(moto_aws: Settings) -> None:
    user = make_user()
    upload = make_upload(user)
    with pytest.raises(ConfigurationError):
        submit.submit(user, upload.upload_id, Choices("no-such-bundle"))
    assert submit.list_jobs(user.user_id) == []


def test_plan_limits_the_jobs_in_flight_C08(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto_aws, "free_max_active_jobs", 1)
    user = make_user()
    make_job(user)
    with pytest.raises(LimitError, match="1 of your jobs"):
        make_job(user)


def test_job_whose_message_could_not_be_sent_stays_due_for_the_sweep_C16(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://sns")

    monkeypatch.setattr(aws.client("sns"), "publish", broken)
    job = make_job(make_user())
    grace = moto_aws.pending_grace_s
    assert list(store.due_for_sweep(clock.now() + grace + 1)) == [job.job_id]


def test_messages_of_one_user_share_a_group_for_fair_queues_C21(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict] = []
    monkeypatch.setattr(aws.client("sns"), "publish", lambda **kw: sent.append(kw))
    user = make_user()
    make_job(user)
    assert sent[0]["MessageGroupId"] == user.user_id


def test_message_holds_no_personal_data_C10(moto_aws: Settings) -> None:
    user = make_user("ada@example.org")
    make_job(user, name="Lovelace-family.vcf")
    (body,) = bodies("annotate")
    assert "ada" not in body.casefold() and "Lovelace" not in body
