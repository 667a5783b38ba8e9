"""What an e-mail says, and what a hostile file name cannot make it say."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from pipeline import clock
from pipeline.accounts.store import User
from pipeline.errors import ConfigurationError
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.notify import mail
from pipeline.notify.claims import Event
from tests.conftest import forget_settings
from tests.pipeline.notify.letters import body

OWNER = User("u1", "ada@example.org", "Ada", "free_user", 0, 0)
JOB = Job(
    job_id="job1",
    user_id="u1",
    input_file_name="tiny.vcf",
    s3_inputs_bucket="b",
    s3_key_input_file="k",
    submit_time=0,
    job_status=JobStatus.COMPLETED,
    result_storage=StorageState.HOT,
    error={"code": "bad_line", "message": "Line 7 holds MT 3243 A>G and sample NA12878.", "line": 7},
    notes=["A note about rs199474657."],
)


@pytest.fixture(autouse=True)
def address_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_PORTAL_URL", "https://gas.example.org")
    forget_settings()


def compose(event: Event = Event.COMPLETED, job: Job = JOB) -> EmailMessage:
    to = mail.recipient_of(OWNER)
    assert to is not None
    return mail.compose(job, event, to)


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (Event.COMPLETED, "tiny.vcf is annotated"),
        (Event.FAILED, "tiny.vcf could not be annotated"),
        (Event.RESTORED, "tiny.vcf is back from the archive"),
    ],
)
def test_each_event_has_its_words_a_link_and_a_way_out(event: Event, subject: str) -> None:
    message = compose(event)
    assert message["Subject"] == subject and message["To"] == "ada@example.org"
    assert message["List-Unsubscribe"] == "<https://gas.example.org/account#emails>"
    for kind in ("plain", "html"):
        text = body(message, kind)
        assert "https://gas.example.org/jobs/job1" in text and "tiny.vcf" in text
        assert "https://gas.example.org/account" in text


@pytest.mark.parametrize("event", list(Event))
def test_nothing_that_stood_in_the_file_is_in_the_e_mail_C10(event: Event) -> None:
    written = compose(event).as_string()
    for secret in ("3243", "NA12878", "rs199474657", "Line 7"):
        assert secret not in written


def test_a_free_result_says_until_when_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: 1_794_999_000.0)
    message = compose(job=replace(JOB, archive_after=1_795_000_000))
    for kind in ("plain", "html"):
        assert "18 November 2026, 11:06 UTC" in body(message, kind)
    assert "archive" not in body(compose(), "plain")


def test_a_time_that_has_passed_is_not_promised() -> None:
    message = compose(job=replace(JOB, archive_after=1))
    for kind in ("plain", "html"):
        assert "archive" not in body(message, kind)


def test_a_result_that_is_in_the_archive_already_is_not_offered() -> None:
    message = compose(job=replace(JOB, result_storage=StorageState.ARCHIVED, archive_after=1))
    for kind in ("plain", "html"):
        assert "in the archive already" in body(message, kind) and "xplore" not in body(message, kind)


@pytest.mark.parametrize(
    "name",
    [
        "x.vcf\r\nBcc: everybody@example.org",
        "x.vcf\nSubject: other",
        "x.vcf\r\n\r\n<h1>body</h1>",
        "x\u2028.vcf\u0085Bcc: a@example.org",
        "x\x00.vcf\x1b[31m",
    ],
)
def test_a_file_name_cannot_add_a_header_C09(name: str) -> None:
    plain = compose(job=replace(JOB, input_file_name="x.vcf"))
    message = compose(job=replace(JOB, input_file_name=name))
    assert message.keys() == plain.keys()
    assert "\n" not in message["Subject"] and "\r" not in message["Subject"]
    raw_headers = message.as_bytes().split(b"\r\n\r\n")[0]
    assert not [line for line in raw_headers.split(b"\r\n") if line.lower().startswith(b"bcc")]
    assert message["To"] == "ada@example.org"


def test_a_file_name_is_text_in_html_never_an_element_C09() -> None:
    message = compose(job=replace(JOB, input_file_name="<img src=x onerror=alert(1)>&\"'.vcf"))
    html = body(message, "html")
    assert "<img" not in html and "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<img src=x onerror=alert(1)>&\"'.vcf" in body(message, "plain")


def test_a_template_in_a_file_name_is_not_carried_out_C09() -> None:
    message = compose(job=replace(JOB, input_file_name="{{ 7 * 7 }}{name}%s.vcf"))
    assert "{{ 7 * 7 }}{name}%s.vcf" in body(message, "plain")
    assert message["Subject"] == "{{ 7 * 7 }}{name}%s.vcf is annotated"


def test_a_file_name_that_turns_the_reading_direction_round_is_straightened_C09() -> None:
    assert mail.shown_name("invoice\u202efcv.exe") == "invoice fcv.exe"
    assert mail.shown_name(" \u200b\n ") == "Your file"


def test_letters_of_all_scripts_stay_readable() -> None:
    name = "Échantillon 患者 ё.vcf"
    message = compose(job=replace(JOB, input_file_name=name))
    assert message["Subject"] == f"{name} is annotated"
    assert name in body(message, "plain") and name in body(message, "html")
    assert message.as_bytes().isascii()


def test_a_long_name_is_cut_and_says_so() -> None:
    shown = mail.shown_name("x" * 500 + ".vcf")
    assert len(shown) == 80 and shown.endswith("…")
    assert mail.shown_name("x" * 80) == "x" * 80


def test_every_line_of_the_e_mail_is_as_short_as_smtp_asks() -> None:
    message = compose(job=replace(JOB, input_file_name="y" * 80, archive_after=1_795_000_000))
    assert max(len(line) for line in message.as_bytes().split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("адa@example.org", None),
        ("(deleted)", None),
        ("", None),
    ],
)
def test_addresses_that_ses_cannot_reach_are_known_before(address: str, reached: str | None) -> None:
    to = mail.recipient_of(replace(OWNER, email=address))
    assert (to.addr_spec if to else None) == reached


def test_production_needs_a_sender_and_the_address_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    monkeypatch.delenv("GAS_PORTAL_URL")
    forget_settings()
    with pytest.raises(ConfigurationError, match="GAS_MAIL_SENDER"):
        mail.sender()
    with pytest.raises(ConfigurationError, match="GAS_PORTAL_URL"):
        mail.portal_address()
    monkeypatch.setenv("GAS_MAIL_SENDER", "Genomics <gas@example.org>")
    forget_settings()
    assert mail.sender() == "Genomics <gas@example.org>"


def test_on_one_machine_links_lead_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GAS_PORTAL_URL")
    monkeypatch.setenv("GAS_WEB_PORT", "8123")
    forget_settings()
    assert "http://127.0.0.1:8123/jobs/job1" in body(compose(), "plain")
