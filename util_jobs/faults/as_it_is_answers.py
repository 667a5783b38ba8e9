"""Answers that take the place of AWS's at botocore's event `before-call`, and the ledger of what was paid for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Answer = tuple["Http", dict[str, Any]]


@dataclass(frozen=True)
class Http:
    """What botocore looks at in the response to a call."""

    status_code: int


@dataclass(frozen=True)
class PaidRetrieval:
    """One retrieval that AWS would charge for. `needless`: one of the same file was running or could be read."""

    at: float
    store: str
    name: str
    tier: str
    needless: bool


def answer(status: int, **parsed: Any) -> Answer:
    """A success."""
    return Http(status), {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}, **parsed}


def refusal(status: int, code: str, message: str) -> Answer:
    """A failure: botocore raises the exception of this code."""
    return answer(status, Error={"Code": code, "Message": message})
