"""Asking for an export: what can be known before the work begins is checked before the work begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import messages
from pipeline.errors import ConflictError, InputError, LimitError
from pipeline.exports import store
from pipeline.exports.ask import ask, file_name
from pipeline.exports.formats import xlsx
from pipeline.exports.formats.catalogue import format_of
from pipeline.exports.model import ExportState, packed, unpacked
from pipeline.results.filters.model import Group, OneOf
from pipeline.settings import Settings
from tests.conftest import forget_settings
from tests.pipeline.exports.asked import asked, fresh, stored_job
from tests.queues import count


def test_an_export_waits_and_is_announced(moto_aws: Settings) -> None:
    export = asked(stored_job(), filter={"kind": "one_of", "column": "impact", "values": ["HIGH"]})
    assert (export.state, export.total, export.announcements) == (ExportState.PENDING, 2, 1)
    assert export.file_name == "a.2-variants.tsv.gz"
    assert count("export") == (1, 0)


def test_the_same_wish_while_it_is_made_is_the_same_export_C02(moto_aws: Settings) -> None:
    job = stored_job()
    assert asked(job).export_id == asked(job).export_id != asked(job, "csv").export_id


def test_no_more_exports_at_once_than_the_setting_says(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAX_ACTIVE_EXPORTS", "2")
    forget_settings()
    job = stored_job()
    asked(job, "tsv"), asked(job, "csv")
    with pytest.raises(LimitError, match="2 of your exports"):
        asked(job, "jsonl")
    store.cancel(store.of_user(job.user_id)[0])
    assert asked(job, "jsonl")


def test_two_requests_at_once_do_not_pass_the_limit_together(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_MAX_ACTIVE_EXPORTS", "1")
    forget_settings()
    job = stored_job()
    first = asked(job)
    second = replace(first, export_id="f" * 32, created_at=first.created_at + 1)
    real, looks = store.of_user, iter([[]])
    monkeypatch.setattr(store, "of_user", lambda user: next(looks, None) or real(user))
    monkeypatch.setattr(store, "check_room", _skipping_first(store.check_room))
    with pytest.raises(LimitError):
        store.insert(second)
    assert [export.export_id for export in real(job.user_id)] == [first.export_id]


def _skipping_first(check):  # type: ignore[no-untyped-def]
    """The first look came before the other request had written."""
    calls: list[int] = []

    def later(present, more):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) > 1:
            check(present, more)

    return later


def test_kept_exports_are_bounded(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_MAX_EXPORTS", "1")
    forget_settings()
    job = stored_job()
    store.cancel(asked(job))
    with pytest.raises(LimitError, match="Delete some"):
        asked(job, "csv")


def test_more_rows_than_a_sheet_holds_are_refused_before_work(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 10)
    job = stored_job()
    with pytest.raises(LimitError, match="Excel"):
        asked(job, "xlsx")
    assert store.of_user(job.user_id) == [] and count("export") == (0, 0)


@pytest.mark.parametrize(
    ("format", "filter", "columns"),
    [
        ("exe", None, None),
        ("tsv", {"kind": "one_of", "column": "nope", "values": ["x"]}, None),
        ("tsv", {"kind": "nonsense"}, None),
        ("tsv", None, ["nope"]),
    ],
)
def test_wishes_that_make_no_sense_leave_nothing_behind(moto_aws, format, filter, columns) -> None:  # type: ignore[no-untyped-def]
    job = stored_job()
    with pytest.raises(InputError):
        ask(job, format, filter, columns)
    assert store.of_user(job.user_id) == []


def test_a_result_that_is_away_and_one_without_vcf_are_refused(moto_aws: Settings) -> None:
    job = stored_job()
    with pytest.raises(ConflictError):
        asked(job, "vcf")
    with pytest.raises(ConflictError):
        asked(replace(job, result_storage="ARCHIVED"))  # type: ignore[arg-type]


def test_a_message_that_cannot_be_sent_is_left_to_the_sweep_C16(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import EndpointConnectionError

    def unreachable(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://sns")

    monkeypatch.setattr(messages, "publish", unreachable)
    export = asked(stored_job())
    assert export.state == ExportState.PENDING and export.sweep_at is not None and export.announcements == 0


def test_a_large_filter_goes_into_the_record_and_one_that_is_too_large_is_refused() -> None:
    panel = Group(parts=(OneOf(column="gene", values=tuple(f"GENE{n}" for n in range(20_000))),))
    assert unpacked(packed(panel)) == panel and len(packed(panel)) < 200_000
    import secrets

    noise = OneOf(column="gene", values=tuple(secrets.token_hex(90) for _ in range(5_000)))
    with pytest.raises(LimitError, match="too large"):
        packed(Group(parts=(noise,)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("trio.vcf.gz", "trio.9-variants.tsv.gz"),
        ("x.bcf", "x.9-variants.tsv.gz"),
        (".vcf", "variants.9-variants.tsv.gz"),
    ],
)
def test_the_file_is_named_after_the_users_own(name: str, expected: str) -> None:
    assert file_name(name, format_of("tsv"), 9) == expected


def test_an_export_that_waits_stays_after_a_second_look(moto_aws: Settings) -> None:
    export = asked(stored_job())
    assert fresh(export) == export


def test_the_filter_in_words_tells_exports_of_one_name_apart(moto_aws: Settings) -> None:
    job = stored_job()
    high = {"kind": "group", "parts": [{"kind": "one_of", "column": "impact", "values": ["HIGH"]}]}
    long = {
        "kind": "group",
        "parts": [{"kind": "one_of", "column": "gene", "values": [f"GENE{n}" for n in range(500)]}],
    }
    assert asked(job, "tsv", filter=high).words == "Impact is high."
    assert asked(job, "csv").words == "All variants."
    told = asked(job, "jsonl", filter=long).words
    assert len(told) <= 300 and told.startswith("Gene")
