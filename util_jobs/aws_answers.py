"""How the commands answer that ask AWS: the one that the settings name, or the stack of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from pipeline.errors import ConfigurationError
from pipeline.settings import get_settings
from util_jobs import answers
from util_jobs.local.environment import enter_local_environment

START_IT = "Start the local stack with `make run`, or set GAS_ENVIRONMENT=production (and the other settings)."
CREATE_IT = "`python -m util_jobs provision` creates what is missing."
ABSENT = ("NonExistentQueue", "ResourceNotFoundException", "NoSuchBucket")


def run(
    work: Callable[[], dict[str, Any]], as_json: bool, tell: Callable[[dict[str, Any]], None], *, after: str = ""
) -> None:
    """Do work that asks AWS and say how it went. `after` says what is left of work that AWS interrupted."""

    def asked() -> dict[str, Any]:
        if get_settings().environment == "local" and not os.environ.get("AWS_ENDPOINT_URL"):
            enter_local_environment()
        try:
            return work()
        except (BotoCoreError, ClientError) as error:
            hint = ""
            if isinstance(error, EndpointConnectionError):
                hint = START_IT
            elif any(word in str(error) for word in ABSENT):
                hint = CREATE_IT
            sentence = " ".join(part for part in (f"AWS answered: {error}", hint, after) if part)
            raise ConfigurationError(sentence, code="aws_error") from error

    answers.run(asked, as_json, tell)
