"""Removing an export holds whichever attempt is at it at that moment (C15, C18)."""

from __future__ import annotations

import pytest

from pipeline.exports import removal, store
from pipeline.exports.model import Export, ExportState
from pipeline.settings import Settings
from tests.pipeline.exports.asked import asked, fresh, stored_job, write


@pytest.mark.parametrize("begun", [1, 2, 3])
def test_attempts_that_begin_meanwhile_do_not_keep_an_export(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch, begun: int
) -> None:
    export = asked(stored_job())
    withdraw, left = store.withdraw, [begun]

    def withdraw_late(known: Export) -> Export:
        if left[0]:  # just before the write another worker takes the export over
            left[0] -= 1
            now = fresh(export)
            write(now, state=ExportState.RUNNING, attempt=now.attempt + 1, lease_owner="another")
        return withdraw(known)

    monkeypatch.setattr(store, "withdraw", withdraw_late)
    removal.remove(export)
    assert fresh(export).state == ExportState.CANCELLED


def test_an_export_that_is_gone_meanwhile_is_no_fault(moto_aws: Settings) -> None:
    export = asked(stored_job())
    store.remove(export)
    removal.remove(export)
    assert store.get(export.user_id, export.export_id) is None
