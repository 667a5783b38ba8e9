"""moto writes DynamoDB's values by walking AWS's service model once for every value: most of the time of a schedule.

The values are JSON already; written as they are, the answers are the same, byte for byte.
"""

from __future__ import annotations

from typing import Any

from moto.core import serialize
from moto.dynamodb.models.dynamo_type import DynamoType

from util_jobs.faults.patches import Patches


def hurry(patches: Patches) -> None:
    """Let moto write DynamoDB's values as they are."""
    walk = serialize.BaseJSONSerializer._serialize_type_structure

    def write(self: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue":
            serialized[key] = plain(value)
        else:
            walk(self, serialized, value, shape, key)

    patches.set(serialize.BaseJSONSerializer, "_serialize_type_structure", write)


def plain(value: Any) -> Any:
    """A value of DynamoDB with nothing of moto's own classes in it."""
    if isinstance(value, DynamoType):
        return {value.type: plain(value.value)}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value
