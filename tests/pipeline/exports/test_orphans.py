"""Files of exports that no record names are found, once they are old enough not to be just being made."""

from __future__ import annotations

import pytest

from pipeline import aws, clock, storage
from pipeline.jobs import orphans
from pipeline.settings import Settings
from tests.pipeline.exports.asked import asked, stored_job


def test_files_of_unknown_exports_are_orphans_after_a_day(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    known = asked(stored_job())
    keys = [
        storage.export_key(known.user_id, known.export_id, 1, "file"),
        storage.export_key(known.user_id, "0" * 32, 1, "file"),
    ]
    for key in keys:
        aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=key, Body=b"x")
    assert orphans.find_orphans() == []
    later = clock.now() + orphans.ORPHAN_AGE_S + 60
    monkeypatch.setattr(clock, "now", lambda: later)
    assert [orphan.key for orphan in orphans.find_orphans()] == [keys[1]]
