"""Reads the JSON body of a request into a declared model; whatever does not fit is refused with a sentence (C08)."""

from __future__ import annotations

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from pipeline.errors import InputError, LimitError
from pipeline.settings import get_settings

SHOWN_PROBLEMS = 5


class Body(BaseModel):
    """Base of every request body: no conversion of types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


BodyT = TypeVar("BodyT", bound=Body)


def limit_body() -> None:
    """Before every request of the JSON routes: a body over the limit is refused before it is read."""
    limit = get_settings().api_max_body_bytes
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise _too_large(limit)


def read_body(model: type[BodyT]) -> BodyT:
    """The body as `model`; `InputError` names the fields that do not fit, `LimitError` a body that is too long."""
    if not request.is_json:
        raise InputError("Send the request as JSON (Content-Type: application/json).", code="not_json")
    try:
        return model.model_validate_json(request.get_data(cache=False))
    except RequestEntityTooLarge as error:
        raise _too_large(get_settings().api_max_body_bytes) from error
    except ValidationError as error:
        raise InputError(f"The request is not as expected. {_sentence(error)}", code="bad_request") from error


def _too_large(limit: int) -> LimitError:
    return LimitError(f"The request is longer than {limit // 1024:,} KiB.", code="request_too_large")


def _sentence(error: ValidationError) -> str:
    """Which fields, and why; what was sent is not repeated."""
    problems = error.errors(include_input=False, include_context=False, include_url=False)
    parts = [f"{'.'.join(str(p) for p in problem['loc']) or 'body'}: {problem['msg']}" for problem in problems]
    more = len(parts) - SHOWN_PROBLEMS
    return "; ".join(parts[:SHOWN_PROBLEMS]) + (f"; and {more} more." if more > 0 else ".")
