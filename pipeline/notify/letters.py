"""Letters about an account, not about a job: the link that confirms an address, the link for a forgotten password."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from typing import Literal

from pipeline.notify import mail
from pipeline.notify.send import prepare_local_sender, send
from pipeline.settings import get_settings

Letter = Literal["confirm", "reset"]
SUBJECTS: dict[Letter, str] = {"confirm": "Confirm your e-mail address", "reset": "Choose a new password"}


def are_sent() -> bool:
    """Whether this service can send letters: it has a sender, or is a local stack that shows them."""
    settings = get_settings()
    return settings.mail_sender is not None or settings.environment == "local"


def compose(letter: Letter, to: Address, path: str, hours: int) -> EmailMessage:
    """A letter with one link, to a `path` of the portal; it works for so many hours."""
    facts = {"url": mail.portal_address() + path, "hours": hours}
    return mail.written(to, SUBJECTS[letter], letter, facts)


def deliver(letter: EmailMessage) -> None:
    """Hand it to SES. Raises as `send` does."""
    prepare_local_sender(mail.sender())
    send(letter)
