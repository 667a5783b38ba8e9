"""The page Outbox, in a local stack only: the e-mails that the embedded AWS took for the reader, as they were sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.utils import parseaddr

import requests
from flask import Blueprint, abort, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from pipeline.accounts.store import User
from pipeline.logs import get_logger
from pipeline.notify.mail import recipient_of
from pipeline.settings import get_settings
from portal.auth.current import current_user

log = get_logger()
blueprint = Blueprint("outbox", __name__)
MESSAGES = "/_ministack/ses/messages"  # the embedded AWS's own address, not one of SES
SHOWN_AT_MOST = 50  # each e-mail is a document of its own in the page


class _Taken(BaseModel):
    """An e-mail as the embedded SES tells of it."""

    to: list[str] = Field(alias="To")
    subject: str = Field(alias="Subject")
    timestamp: float = Field(alias="Timestamp")
    text: str | None = Field(None, alias="BodyText")
    html: str | None = Field(None, alias="BodyHtml")


class _Answer(BaseModel):
    """All of them, by account."""

    messages: dict[str, list[_Taken]]


@dataclass(frozen=True)
class SentMail:
    """One e-mail; `sent_at` is epoch seconds, UTC."""

    subject: str
    sent_at: float
    text: str
    html: str


def endpoint() -> str | None:
    """Address of the embedded AWS; None where there is none, or in production: then there is no such page."""
    url = os.environ.get("AWS_ENDPOINT_URL", "")
    return url.rstrip("/") if url and get_settings().environment == "local" else None


def has_outbox() -> bool:
    """True where the menu should lead to the page."""
    return endpoint() is not None


@blueprint.record_once
def _tell_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["has_outbox"] = has_outbox


@blueprint.get("/outbox")
def page() -> ResponseReturnValue:
    """The reader's own e-mails, newest first."""
    user = current_user()
    url = endpoint()
    if url is None:
        abort(404)
    try:
        mails = mails_to(user, _everything(url))
    except (requests.RequestException, ValueError) as error:
        log.warning("outbox_not_read", error=type(error).__name__)
        return render_template("outbox.html", user=user, mails=None, left_out=0), 503
    left_out = max(0, len(mails) - SHOWN_AT_MOST)
    return render_template("outbox.html", user=user, mails=mails[:SHOWN_AT_MOST], left_out=left_out)


def _everything(url: str) -> list[_Taken]:
    """What the embedded SES has taken since its start, for all accounts. ValueError for an answer of another form."""
    answer = requests.get(url + MESSAGES, timeout=get_settings().outbox_timeout_s)
    answer.raise_for_status()
    by_account = _Answer.model_validate_json(answer.content).messages
    return [mail for mails in by_account.values() for mail in mails]


def mails_to(user: User, mails: list[_Taken]) -> list[SentMail]:
    """Those to the user's own address, newest first."""
    to = recipient_of(user)
    own = {user.email.casefold(), to.addr_spec.casefold() if to else user.email.casefold()}
    mine = [
        SentMail(mail.subject, mail.timestamp, mail.text or "", mail.html or "")
        for mail in mails
        if any(parseaddr(address)[1].casefold() in own for address in mail.to)
    ]
    return sorted(mine, key=lambda mail: mail.sent_at, reverse=True)
