"""A table in this machine's cache is shown to nobody once its job is gone, wherever it was deleted (C03, C34)."""

from __future__ import annotations

from flask.testing import FlaskClient

from pipeline.accounts import delete as account_deletion
from pipeline.accounts.store import User
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.results import cache, cache_room
from tests.builders import make_user
from tests.portal.pages.conftest import open_page
from tests.portal.pages.test_job import fill, rows
from tests.portal.stored_jobs import stored_job

PARTS = ("job-figures", "job-variants")
MARKS = ("gas-plot", "variants-grid")  # of a part that was filled


def _cached(user: User) -> Job:
    job = stored_job(user.user_id, StorageState.HOT)
    with cache.opened(job, "variants"):
        pass
    return job


def _shown(client: FlaskClient, job: Job) -> list[str]:
    """What is shown of the cached table: its parts of the page, its rows."""
    found = [part for part in PARTS if any(mark in fill(client, part, job.job_id) for mark in MARKS)]
    return found + ["rows"] * bool(rows(client, job.job_id)["variants-grid"]["getRowsResponse"]["rowData"])


def test_the_owner_is_shown_the_table(signed_in: FlaskClient, user: User) -> None:
    """Else the tests below look at nothing."""
    assert _shown(signed_in, _cached(user)) == [*PARTS, "rows"]


def test_a_job_deleted_on_another_machine_is_not_shown_from_the_cache_C03_C34(
    signed_in: FlaskClient, user: User
) -> None:
    job, other = _cached(user), _cached(user)
    store.mark_deleting(job)
    assert (cache_room.cache_dir() / job.job_id).exists()
    assert _shown(signed_in, job) == []
    assert "There is no such job" in open_page(signed_in, f"/jobs/{job.job_id}")
    for pair in ((job, other), (other, job)):
        path = f"/api/jobs/{pair[0].job_id}/compare/{pair[1].job_id}/changes.tsv"
        assert signed_in.get(path).status_code == 404


def test_another_users_table_is_not_shown_from_the_cache_C03(signed_in: FlaskClient) -> None:
    assert _shown(signed_in, _cached(make_user("eve@example.org"))) == []


def test_an_account_that_left_on_another_machine_is_shown_nothing_C34(signed_in: FlaskClient, user: User) -> None:
    job = _cached(user)
    account_deletion.delete_account(user)
    assert signed_in.get(f"/api/jobs/{job.job_id}").status_code == 401
    assert signed_in.get(f"/jobs/{job.job_id}").location.startswith("/login")
