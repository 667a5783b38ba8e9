"""Messages are validated when they are read, and carry ids only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import messages
from pipeline.messages import Message, PoisonMessageError


def test_message_survives_the_way_through_a_queue() -> None:
    sent = Message(type="job-requested", job_id="j1", user_id="u1")
    assert messages.parse(sent.model_dump_json()) == sent


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"type": "make-coffee"}, "type"),
        ({"job_id": "../../etc/passwd"}, "job_id"),
        ({"job_id": None}, "job_id"),
        ({"user_id": "x" * 65}, "user_id"),
        ({"email": "ada@example.org"}, "email"),
    ],
)
def test_broken_message_is_poison_and_names_the_field_C11(change: dict, place: str) -> None:
    body = json.loads(Message(type="job-requested", job_id="j1", user_id="u1").model_dump_json()) | change
    with pytest.raises(PoisonMessageError, match=place):
        messages.parse(json.dumps(body))


@given(st.text(max_size=200))
def test_no_text_does_anything_but_parse_or_be_poison_C11(body: str) -> None:
    with pytest.raises(PoisonMessageError):
        messages.parse(body)


def test_overlong_message_is_poison_C11() -> None:
    with pytest.raises(PoisonMessageError, match="longer"):
        messages.parse("x" * (messages.MAX_MESSAGE_BYTES + 1))


def test_message_holds_ids_and_times_only_C10() -> None:
    assert set(Message.model_fields) == {
        "schema_version",
        "type",
        "message_id",
        "sent_at",
        "job_id",
        "user_id",
        "export_id",
    }
