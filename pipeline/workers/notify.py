"""The notify worker: tells a job's owner by e-mail that it ended, or that its result is back; at most once (C14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage

from pipeline import clock, logs, messages
from pipeline.accounts import store as accounts
from pipeline.accounts.store import User
from pipeline.errors import RetryableError
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.messages import Message
from pipeline.notify import claims, mail
from pipeline.notify.claims import Event
from pipeline.notify.send import MailRefusedError, NotSentError, UnknownOutcomeError, prepare_local_sender, send
from pipeline.workers.delivery import Delivery

log = logs.get_logger()


@dataclass
class NotifyHandler:
    """Handles `job-finished` and `result-restored` messages."""

    queue: str = field(default="notify", init=False)
    parse = staticmethod(messages.parse)

    def prepare(self) -> None:
        """Before the first message: refuse to start where e-mails could never be sent (ConfigurationError)."""
        mail.portal_address()
        prepare_local_sender(mail.sender())

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Send the e-mail that this message is about, unless it was sent or nobody wants it."""
        job = store.get(message.job)
        event = _event_of(message, job)
        if job is None or event is None or not claims.is_true_of(job, event):
            log.info("no_mail", reason="no_news")
            return
        owner = _who_wants_it(job)
        if owner is None:
            log.info("no_mail", reason="not_wanted", mail_event=event)
            return
        # Composed before the claim: a fault of ours in there costs a retry, not the e-mail.
        to = mail.recipient_of(owner)
        letter = mail.compose(job, event, to) if to else None
        held = claims.claim(job, event)
        if held is None:
            _look_at_the_other(job, event)
        elif letter is None:
            _refused(held, "address_not_usable")
        else:
            _hand_over(held, letter)


def _event_of(message: Message, job: Job | None) -> Event | None:
    """What the message tells of, by the record as it is now; None for messages that are not for this worker."""
    if job is None:
        return None
    if message.type == "result-restored":
        return Event.RESTORED
    if message.type == "job-finished":
        return {JobStatus.COMPLETED: Event.COMPLETED, JobStatus.FAILED: Event.FAILED}.get(job.job_status)
    return None


def _who_wants_it(job: Job) -> User | None:
    """The owner; None if the account is gone or going, its owner switched e-mails off, or nobody confirmed that the
    address is theirs."""
    owner = accounts.get_user(job.user_id)
    if owner is None or owner.deleting or not owner.emails or not owner.email_confirmed:
        return None
    return owner


def _hand_over(held: claims.Claim, letter: EmailMessage) -> None:
    """Only what is certain not to have been sent may be tried again."""
    try:
        ses_id = send(letter)
    except NotSentError:
        claims.give_back(held)
        raise
    except MailRefusedError as error:
        _refused(held, error.code)
    except UnknownOutcomeError as error:
        log.error("mail_unsent", mail_event=held.event, reason=error.code)
    else:
        claims.note_sent(held, ses_id)
        log.info("mail_sent", mail_event=held.event, ses_id=ses_id)


def _refused(held: claims.Claim, code: str) -> None:
    claims.note_refused(held, code)
    log.warning("mail_refused", mail_event=held.event, code=code)


def _look_at_the_other(job: Job, event: Event) -> None:
    """Somebody has the claim. A copy of the message waits until that one is through; a dead one's claim is counted."""
    current = store.get(job.job_id)
    note = current.notified.get(event) if current else None
    if not note or not claims.is_open(note):
        log.info("no_mail", reason="already_sent", mail_event=event)
    elif claims.is_overdue(note, clock.now()):
        log.error("mail_unsent", mail_event=event, reason="holder_died")
    else:
        raise RetryableError("Another worker is sending this e-mail.", code="mail_in_hand")
