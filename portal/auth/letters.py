"""Sends the letters of an account: at once where the reader waits for it, or when the answer is on its way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from flask import Response, current_app

from pipeline.accounts import recovery
from pipeline.accounts.store import User
from pipeline.errors import GasError
from pipeline.logs import get_logger
from pipeline.notify import letters
from pipeline.notify.letters import Letter, are_sent
from pipeline.notify.mail import recipient_of
from portal.auth import links

log = get_logger()
__all__ = ["are_sent", "help_after", "send", "send_after"]


def send(letter: Letter, user: User) -> bool:
    """Send it now; False if it could not be sent, which the log tells."""
    try:
        to = recipient_of(user)
        if to is None:
            log.warning("letter_not_sent", letter=letter, user_id=user.user_id, error="address_not_usable")
            return False
        path = links.path_for(letter, user)
        letters.deliver(letters.compose(letter, to, path, max(1, links.lifetime_s(letter) // 3600)))
    except (GasError, BotoCoreError, ClientError) as error:
        log.warning("letter_not_sent", letter=letter, user_id=user.user_id, error=type(error).__name__)
        return False
    log.info("letter_sent", letter=letter, user_id=user.user_id)
    return True


def send_after(response: Response, letter: Letter, user: User) -> Response:
    """Send it when the answer has gone: nobody waits for it."""
    return _after(response, partial(send, letter, user))


def help_after(response: Response, email: str) -> Response:
    """What somebody gets who forgot the password of this address, if it has an account.

    It is looked up when the answer has gone, so that neither its words nor its time tell whether there is one. An
    address that nobody confirmed gets the letter that confirms it, and no other one.
    """
    return _after(response, partial(_help, email))


def _help(email: str) -> None:
    try:
        user = recovery.account_of(email)
    except (BotoCoreError, ClientError) as error:
        log.warning("letter_not_sent", letter="reset", error=type(error).__name__)
        return
    if user is not None:
        send("reset" if user.email_confirmed else "confirm", user)


def _after(response: Response, work: Callable[[], object]) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def late() -> None:
        with app.app_context():
            work()

    response.call_on_close(late)
    return response
