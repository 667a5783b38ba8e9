"""Results that were completed before there was an archive follow the plan of their owner once the operator says so."""

from __future__ import annotations

import pytest

from pipeline import clock
from pipeline.archive import settlement
from pipeline.errors import RetryableError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.settings import get_settings
from tests.builders import make_user
from tests.pipeline.archive.results_with_files import whole_result

pytestmark = pytest.mark.usefixtures("moto_aws")
OLD = {"archive_after": None, "sweep_bucket": None, "sweep_at": None}


def due_of(job: Job) -> int | None:
    found = store.get(job.job_id)
    assert found is not None
    return found.archive_after


def test_old_results_of_free_users_get_a_date_and_nothing_else_changes() -> None:
    free, premium = make_user(), make_user("eve@example.org", "premium_user")
    old = [whole_result(free.user_id, **OLD) for _ in range(3)]
    theirs, nobodys = whole_result(premium.user_id, **OLD), whole_result("nobody", **OLD)
    dated = whole_result(free.user_id)
    before = due_of(dated)
    assert settlement.settle_old_results(dry_run=True) == 3
    assert [due_of(job) for job in old] == [None] * 3
    assert settlement.settle_old_results() == 3
    for job in old:
        assert abs((due_of(job) or 0) - clock.now() - get_settings().retention_s) < 60
    assert set(store.due_for_sweep(clock.now() + get_settings().retention_s + 60)) >= {job.job_id for job in old}
    assert (due_of(theirs), due_of(nobodys), due_of(dated)) == (None, None, before)
    assert settlement.settle_old_results() == 0, "typed again, it goes on where it stopped"


def test_one_odd_result_keeps_no_other_one_C25(monkeypatch: pytest.MonkeyPatch) -> None:
    free = make_user()
    odd, good = (whole_result(free.user_id, **OLD) for _ in range(2))
    real = settlement.settle

    def settle(job_id: str) -> str:
        if job_id == odd.job_id:
            raise RetryableError("odd")
        return real(job_id)

    monkeypatch.setattr(settlement, "settle", settle)
    assert settlement.settle_old_results() == 1
    assert due_of(odd) is None and due_of(good) is not None
