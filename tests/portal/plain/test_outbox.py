"""The page Outbox: only in a local stack, only to the reader, and nothing in an e-mail acts on the portal's page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.notify.send import send
from pipeline.settings import Settings
from portal.plain import outbox
from tests.builders import make_user
from tests.conftest import forget_settings
from tests.emulator_process import free_port
from tests.pipeline.notify.letters import verify_sender
from tests.pipeline.notify.test_send import letter


def message(
    to: str, subject: str = "tiny.vcf is annotated", at: float = 1_795_000_000.5, **more: Any
) -> dict[str, Any]:
    return {"To": [to], "Subject": subject, "Timestamp": at, "BodyText": "Look here", "BodyHtml": "<p>Look</p>"} | more


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """An embedded AWS that has taken these e-mails, or answers with this body."""
    servers: list[HTTPServer] = []

    def start(*mails: dict[str, Any], body: str | None = None) -> None:
        answer = (body or json.dumps({"messages": {"000000000000": mails}})).encode()

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/_ministack/ses/messages" else 404)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Tests read no log of it."""

        server = HTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        # The address only of this page: AWS_ENDPOINT_URL would lead the tests' AWS away too.
        monkeypatch.setattr(outbox, "endpoint", lambda: f"http://127.0.0.1:{server.server_port}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_readers_own_e_mails_are_shown_newest_first(
    signed_in: FlaskClient, embedded: Callable[..., None], user: User
) -> None:
    embedded(
        message(user.email, "older.vcf is annotated", 1_795_000_000),
        message(f"Ada <{user.email.upper()}>", "newer.vcf is annotated", 1_795_000_500),
    )
    page = signed_in.get("/outbox").get_data(as_text=True)
    assert 0 < page.index("newer.vcf is annotated") < page.index("older.vcf is annotated")
    assert "Look here" in page and 'datetime="2026-11-18T11:06:40Z"' in page


def test_e_mails_to_others_are_not_shown_C03(signed_in: FlaskClient, embedded: Callable[..., None]) -> None:
    embedded(message("bob@example.org", "secret.vcf is annotated"), message("xada@example.org", "other.vcf"))
    page = signed_in.get("/outbox").get_data(as_text=True)
    assert "secret.vcf" not in page and "other.vcf" not in page and "Nothing was sent to you yet" in page


def test_what_an_e_mail_holds_stays_in_its_sandbox_C09(
    signed_in: FlaskClient, embedded: Callable[..., None], user: User
) -> None:
    hostile = '"></iframe><script>alert(1)</script>'
    embedded(message(user.email, hostile, BodyText=hostile, BodyHtml=hostile))
    answer = signed_in.get("/outbox")
    page = answer.get_data(as_text=True)
    assert "<script>alert" not in page and page.count("</iframe>") == 1
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page  # neither scripts nor our origin
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy


def test_more_e_mails_than_a_page_holds_are_counted_C44(
    signed_in: FlaskClient, embedded: Callable[..., None], user: User
) -> None:
    embedded(*[message(user.email, f"{n}.vcf is annotated", n) for n in range(outbox.SHOWN_AT_MOST + 2)])
    page = signed_in.get("/outbox").get_data(as_text=True)
    assert page.count("<iframe") == outbox.SHOWN_AT_MOST and "2 older e-mails are not shown." in page


@pytest.mark.parametrize("body", ["not json", "{}", "[]", '{"messages": 7}', '{"messages": {"0": [{}]}}'])
def test_an_answer_of_another_form_is_told_not_thrown(
    signed_in: FlaskClient, embedded: Callable[..., None], body: str
) -> None:
    embedded(body=body)
    answer = signed_in.get("/outbox")
    assert answer.status_code == 503 and "cannot be read just now" in answer.get_data(as_text=True)


def test_an_embedded_aws_out_of_reach_is_told(signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "endpoint", lambda: f"http://127.0.0.1:{free_port()}")
    assert signed_in.get("/outbox").status_code == 503


def test_nobody_sees_it_without_a_sign_in_C03(client: FlaskClient, embedded: Callable[..., None]) -> None:
    embedded(message("ada@example.org"))
    assert client.get("/outbox").status_code == 302


def test_without_an_embedded_aws_there_is_no_such_page_and_no_link(signed_in: FlaskClient) -> None:
    assert signed_in.get("/outbox").status_code == 404
    assert 'href="/outbox"' not in signed_in.get("/account").get_data(as_text=True)


def test_the_account_menu_leads_to_it(signed_in: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "endpoint", lambda: "http://127.0.0.1:1")
    assert 'href="/outbox"' in signed_in.get("/account").get_data(as_text=True)


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ("local", "http://127.0.0.1:4566/", "http://127.0.0.1:4566"),
        ("local", None, None),
        ("production", "http://127.0.0.1:4566", None),
    ],
)
def test_it_exists_only_in_a_local_stack_with_an_embedded_aws(
    monkeypatch: pytest.MonkeyPatch, environment: str, url: str | None, expected: str | None
) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", environment)
    if url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    forget_settings()
    assert outbox.endpoint() == expected and outbox.has_outbox() is bool(expected)


@pytest.mark.emulator
def test_it_reads_what_the_embedded_aws_really_took(ministack_aws: Settings) -> None:
    verify_sender()
    send(letter("Ünïque <b>.vcf"))
    user = make_user("ada@example.org")
    url = outbox.endpoint()
    assert url is not None
    mails = [mail for mail in outbox.mails_to(user, outbox._everything(url)) if "Ünïque" in mail.subject]
    assert mails[0].subject == "Ünïque <b>.vcf is annotated"
    assert "Ünïque <b>.vcf" in mails[0].text and "Ünïque &lt;b&gt;.vcf" in mails[0].html
