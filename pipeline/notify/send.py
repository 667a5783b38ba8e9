"""Hands an e-mail to SES, once, and says for certain what is certain of what became of it.

SES has no token by which it would know the same e-mail again, so each call is made once (`aws.ASKED_ONCE`), and its
end is one of four: taken; refused for good; certainly not sent, because SES or the network said so before anything was
taken; or unknown, when an answer was lost or SES failed midway.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import parseaddr

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from pipeline import aws
from pipeline.errors import GasError, PermanentError, RetryableError
from pipeline.settings import get_settings

SERVICE = "sesv2"
# Answers after which the same e-mail may go later: too fast, too many today, paused, or the operator's to repair.
_LATER = frozenset(
    {
        "TooManyRequestsException",
        "LimitExceededException",
        "Throttling",
        "ThrottlingException",
        "SendingPausedException",
        "AccountSuspendedException",
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "ExpiredToken",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "RequestExpired",
    }
)
_NEVER_LEFT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, PartialCredentialsError)


class NotSentError(RetryableError):
    """Nothing was sent, and that is certain; the same e-mail may be sent later."""

    default_code = "mail_not_sent"


class MailRefusedError(PermanentError):
    """SES does not take this e-mail, now or later; `code` is SES's own."""

    default_code = "mail_refused"


class UnknownOutcomeError(GasError):
    """Nobody can tell whether it was sent, so it is not sent again."""

    default_code = "mail_outcome_unknown"


def send(message: EmailMessage) -> str:
    """Hand the e-mail over; SES's number of it. Raises NotSentError, MailRefusedError or UnknownOutcomeError."""
    try:
        answer = aws.client(SERVICE).send_email(
            FromEmailAddress=str(message["From"]),
            Destination={"ToAddresses": [parseaddr(str(message["To"]))[1]]},
            Content={"Raw": {"Data": message.as_bytes()}},
        )
    except ClientError as error:
        raise _told(error) from error
    except _NEVER_LEFT as error:
        raise NotSentError("SES cannot be reached.") from error
    except ParamValidationError as error:
        raise MailRefusedError("This is no e-mail that SES could take.", code="not_valid") from error
    except BotoCoreError as error:
        raise UnknownOutcomeError("The answer of SES was lost.") from error
    return str(answer["MessageId"])


def _told(error: ClientError) -> GasError:
    """What an error answer of SES proves."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    if code in _LATER or status == 429:
        return NotSentError(f"SES does not take e-mails just now ({code}).")
    if status < 500:
        return MailRefusedError("SES does not take this e-mail.", code=code or None)
    return UnknownOutcomeError("SES failed midway.")


def prepare_local_sender(address: str) -> None:
    """In a local stack the embedded SES, too, wants to know the sender; there nobody has to click on a link first."""
    if get_settings().environment != "local":
        return
    try:
        aws.client(SERVICE).create_email_identity(EmailIdentity=parseaddr(address)[1])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "AlreadyExistsException":
            raise
