"""Each answer of SES, each failure of the network: sent, refused, certainly not sent, or unknown; asked once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipeline import aws
from pipeline.notify import mail, send
from pipeline.notify.claims import Event
from pipeline.notify.send import MailRefusedError, NotSentError, UnknownOutcomeError
from pipeline.settings import Settings
from tests.conftest import forget_settings
from tests.emulator_process import free_port
from tests.pipeline.notify.letters import body, sent, verify_sender
from tests.pipeline.notify.test_mail import JOB, OWNER


def letter(name: str = "tiny.vcf") -> mail.EmailMessage:
    to = mail.recipient_of(OWNER)
    assert to is not None
    return mail.compose(mail.Job(**(vars(JOB) | {"input_file_name": name})), Event.COMPLETED, to)


@pytest.fixture
def ses_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Points boto3 at another address."""

    def point(url: str) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        forget_settings()

    return point


class _Answers(BaseHTTPRequestHandler):
    """SES as a test wants it: a status with an error code, or a connection that just ends."""

    status: int | None
    code: str
    asked: list[str]

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.status is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.status)
        self.send_header("x-amzn-ErrorType", self.code)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Tests read no log of it."""


@pytest.fixture
def ses_that(ses_at: Callable[[str], None]) -> Iterator[Callable[[int | None, str], list[str]]]:
    """Starts such an SES; the list fills with what it was asked."""
    servers: list[HTTPServer] = []

    def answers(status: int | None, code: str = "") -> list[str]:
        asked: list[str] = []
        server = HTTPServer(
            ("127.0.0.1", 0), type("Ses", (_Answers,), {"status": status, "code": code, "asked": asked})
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        ses_at(f"http://127.0.0.1:{server.server_port}")
        return asked

    yield answers
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_e_mail_reaches_ses_whole(moto_aws: Settings) -> None:
    verify_sender()
    assert send.send(letter("Ünïque.vcf"))
    (arrived,) = sent()
    assert arrived["To"] == "ada@example.org" and arrived["Subject"] == "Ünïque.vcf is annotated"
    assert "Ünïque.vcf" in body(arrived, "plain") and "Ünïque.vcf" in body(arrived, "html")
    assert arrived["List-Unsubscribe"].endswith("/account#emails>")


def test_a_sender_that_ses_does_not_know_is_refused_for_good(moto_aws: Settings) -> None:
    with pytest.raises(MailRefusedError) as refused:
        send.send(letter())
    assert refused.value.code == "MessageRejected" and sent() == []


def test_the_local_sender_is_prepared_more_than_once_without_harm(moto_aws: Settings) -> None:
    verify_sender()
    verify_sender()
    assert send.send(letter())


def test_in_production_nobody_verifies_a_sender_by_itself(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    forget_settings()
    send.prepare_local_sender("gas@example.org")
    assert aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, "TooManyRequestsException", NotSentError),
        (400, "LimitExceededException", NotSentError),
        (400, "SendingPausedException", NotSentError),
        (403, "AccessDeniedException", NotSentError),
        (400, "MessageRejected", MailRefusedError),
        (400, "BadRequestException", MailRefusedError),
        (404, "NotFoundException", MailRefusedError),
        (500, "InternalFailure", UnknownOutcomeError),
        (503, "ServiceUnavailable", UnknownOutcomeError),
        (None, "", UnknownOutcomeError),
    ],
)
def test_ses_is_asked_once_and_its_answer_is_sorted_C14(
    ses_that: Callable[[int | None, str], list[str]], status: int | None, code: str, expected: type[Exception]
) -> None:
    asked = ses_that(status, code)
    with pytest.raises(expected):
        send.send(letter())
    assert asked == ["/v2/email/outbound-emails"]


def test_an_ses_that_nobody_reaches_has_sent_nothing(ses_at: Callable[[str], None]) -> None:
    ses_at(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotSentError):
        send.send(letter())


@pytest.mark.emulator
def test_the_embedded_ses_takes_it_too(ministack_aws: Settings) -> None:
    verify_sender()
    assert send.send(letter())
