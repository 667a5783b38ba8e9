"""moto without what costs each of its answers time and no test needs."""

from __future__ import annotations

from typing import Any

from botocore.model import Shape
from moto.core import models
from moto.core.serialize import ResponseSerializer

_look_up = ResponseSerializer.get_value


def make_quick() -> None:
    """For the whole test run: values of DynamoDB are found by their one name, and `requests` is left alone.

    moto looks for each of the ten types that a value may have under several spellings, and before each test it
    registers a thousand addresses for calls of AWS by `requests`, which the product does not make (botocore makes
    its own). Without them such a call is refused.
    """
    ResponseSerializer.get_value = _value  # type: ignore[method-assign]
    models.RESPONSES_METHODS.clear()


def _value(self: ResponseSerializer, value: Any, key: str, shape: Shape) -> Any:
    if isinstance(value, dict) and shape.parent.name == "AttributeValue":  # type: ignore[attr-defined]
        return value.get(key)
    return _look_up(self, value, key, shape)
