"""What an e-mail says, as plain text and as HTML: the file's name, how its job stands, a link; nothing from the file.

A file name is hostile text (C09): it loses what could end a header line or turn the reading direction round, is cut,
and is escaped where it stands in HTML. An error's sentence may quote the file, so it stays on the job's page.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pipeline import clock
from pipeline.accounts.store import User
from pipeline.errors import ConfigurationError
from pipeline.jobs.model import Job
from pipeline.notify.claims import Event
from pipeline.settings import get_settings

PRODUCT = "Genomics Annotation Service"
LOCAL_SENDER = f"{PRODUCT} <no-reply@gas.example>"
SUBJECTS = {
    Event.COMPLETED: "{name} is annotated",
    Event.FAILED: "{name} could not be annotated",
    Event.RESTORED: "{name} is back from the archive",
}
# Unicode's categories of what has no shape of its own: control, format (reading direction), line and paragraph ends.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def recipient_of(owner: User) -> Address | None:
    """Where a user's e-mails go; None for an address that SES cannot reach.

    SES takes 7-bit addresses only: a domain in other letters has a form in these (RFC 5891), the part before has not.
    """
    try:
        checked = validate_email(owner.email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return Address(addr_spec=checked.ascii_email) if checked.ascii_email else None


def compose(job: Job, event: Event, to: Address) -> EmailMessage:
    """The e-mail to a job's owner. Raises ConfigurationError where a setting that it needs is missing."""
    name = shown_name(job.input_file_name)
    address = portal_address()
    facts = {
        "name": name,
        "job_url": f"{address}/jobs/{job.job_id}",
        "account_url": f"{address}/account",
        "archived": not job.has_results,
        "keeps_until": _time(job.archive_after) if job.archive_after and job.archive_after > clock.now() else None,
    }
    message = written(to, SUBJECTS[event].format(name=name), event, facts)
    message["List-Unsubscribe"] = f"<{address}/account#emails>"
    return message


def written(to: Address, subject: str, template: str, facts: dict[str, Any]) -> EmailMessage:
    """An e-mail as plain text and as HTML, from the two templates of this name."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender()
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(clock.now_s(), UTC))
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to this
    facts = {"product": PRODUCT, "subject": str(message["Subject"])} | facts
    message.set_content(_templates.get_template(f"{template}.txt").render(facts), cte="quoted-printable")
    html = _templates.get_template(f"{template}.html").render(facts)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def shown_name(file_name: str) -> str:
    """The file's name as an e-mail shows it: one line, no invisible letters, cut at `mail_name_letters`."""
    visible = "".join(" " if unicodedata.category(letter) in _INVISIBLE else letter for letter in file_name)
    name = " ".join(visible.split()) or "Your file"
    longest = get_settings().mail_name_letters
    return name if len(name) <= longest else name[: longest - 1] + "…"


def portal_address() -> str:
    """Where links lead: `portal_url`, or this machine in a local stack."""
    settings = get_settings()
    if settings.portal_url:
        return settings.portal_url.rstrip("/")
    if settings.environment == "production":
        raise ConfigurationError("GAS_PORTAL_URL is not set, and the links in e-mails need it.")
    return f"http://{settings.web_bind_host}:{settings.web_port}"


def sender() -> str:
    """The `From` of every e-mail."""
    settings = get_settings()
    text = settings.mail_sender or ("" if settings.environment == "production" else LOCAL_SENDER)
    if "@" not in parseaddr(text)[1]:
        raise ConfigurationError("GAS_MAIL_SENDER has to name an address that SES has verified for this account.")
    return text


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y, %H:%M UTC")
