"""Small helpers around DynamoDB's low-level client: plain Python values in, conditional writes, all pages out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from pipeline import aws
from pipeline.errors import ConflictError

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()
BATCH_GET_LIMIT = 100  # DynamoDB: BatchGetItem takes at most 100 keys


def _to_decimal(value: Any) -> Any:
    """boto3 takes no floats: write them as Decimal, and never a NaN, which DynamoDB refuses."""
    if isinstance(value, float):
        return Decimal(str(value)) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {k: _to_decimal(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_to_decimal(v) for v in value]
    return value


def _from_decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {k: _from_decimal(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_from_decimal(v) for v in value]
    return value


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's typed form of a record; None values are left out (an absent attribute means unknown)."""
    return {k: _serializer.serialize(_to_decimal(v)) for k, v in values.items() if v is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A record as plain Python values (numbers as int or float)."""
    return {k: _from_decimal(_deserializer.deserialize(v)) for k, v in item.items()}


def put_new(table: str, values: Mapping[str, Any], key: str) -> bool:
    """Create a record; False if one with this key exists already."""
    try:
        aws.client("dynamodb").put_item(
            TableName=aws.table_name(table),
            Item=to_item(values),
            ConditionExpression="attribute_not_exists(#k)",
            ExpressionAttributeNames={"#k": key},
        )
    except ClientError as error:
        if is_condition_failure(error):
            return False
        raise
    return True


def get(table: str, key: Mapping[str, str]) -> dict[str, Any] | None:
    """A record by its key, read consistently; None if there is none."""
    answer = aws.client("dynamodb").get_item(TableName=aws.table_name(table), Key=to_item(key), ConsistentRead=True)
    return from_item(answer["Item"]) if "Item" in answer else None


def batch_get(table: str, keys: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Records by key, read consistently, in no order; unprocessed keys are asked for again."""
    found: list[dict[str, Any]] = []
    name = aws.table_name(table)
    for start in range(0, len(keys), BATCH_GET_LIMIT):
        request: dict[str, Any] = {
            name: {
                "Keys": [to_item(k) for k in keys[start : start + BATCH_GET_LIMIT]],
                "ConsistentRead": True,
            }
        }
        while request:
            answer = aws.client("dynamodb").batch_get_item(RequestItems=request)
            found += [from_item(i) for i in answer["Responses"].get(name, [])]
            request = answer.get("UnprocessedKeys") or {}
    return found


class Update:
    """Builds one conditional UpdateItem: `Update("jobs", key).set(a=1).remove("b").when("#s = :v", ...)`."""

    def __init__(self, table: str, key: Mapping[str, str]) -> None:
        self.table = table
        self.key = dict(key)
        self._sets: list[str] = []
        self._removes: list[str] = []
        self._conditions: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def _name(self, attribute: str) -> str:
        attribute_name = f"#{attribute.replace('-', '_')}"  # DynamoDB takes letters, digits and underscores only
        self._names[attribute_name] = attribute
        return attribute_name

    def _value(self, value: Any) -> str:
        value_name = f":v{len(self._values)}"
        self._values[value_name] = _serializer.serialize(_to_decimal(value))
        return value_name

    def _path(self, path: str) -> str:
        return ".".join(self._name(part) for part in path.split("."))

    def set(self, **attributes: Any) -> Update:
        """Set attributes; None removes one."""
        for attribute, value in attributes.items():
            if value is None:
                self.remove(attribute)
            else:
                self._sets.append(f"{self._name(attribute)} = {self._value(value)}")
        return self

    def set_at(self, path: str, value: Any) -> Update:
        """Set what lies inside a map (`notified.failed`), which has to exist: DynamoDB makes no parents."""
        self._sets.append(f"{self._path(path)} = {self._value(value)}")
        return self

    def add(self, attribute: str, amount: int) -> Update:
        """Add to a number (an absent one counts as 0)."""
        name, value = self._name(attribute), self._value(amount)
        zero = self._value(0)
        self._sets.append(f"{name} = if_not_exists({name}, {zero}) + {value}")
        return self

    def remove(self, *attributes: str) -> Update:
        """Remove attributes."""
        self._removes += [self._name(a) for a in attributes]
        return self

    def remove_at(self, path: str) -> Update:
        """Remove what lies inside a map; the map stays."""
        self._removes.append(self._path(path))
        return self

    def when_equal(self, **attributes: Any) -> Update:
        """Write only while each attribute has this value; None means absent."""
        for attribute, value in attributes.items():
            if value is None:
                self.when_absent(attribute)
            else:
                self._conditions.append(f"{self._name(attribute)} = {self._value(value)}")
        return self

    def when_equal_at(self, path: str, value: Any) -> Update:
        """Write only while what lies inside a map has this value."""
        self._conditions.append(f"{self._path(path)} = {self._value(value)}")
        return self

    def when_absent_or_less_at(self, path: str, value: float) -> Update:
        """Write only while inside a map there is no such number, or one below `value`."""
        name = self._path(path)
        self._conditions.append(f"(attribute_not_exists({name}) OR {name} < {self._value(value)})")
        return self

    def when_count(self, **attributes: int) -> Update:
        """Write only while each counter has this value; an absent one counts as 0, as `add` has it."""
        for attribute, value in attributes.items():
            name, value_name = self._name(attribute), self._value(value)
            absent = f"attribute_not_exists({name}) OR " if value == 0 else ""
            self._conditions.append(f"({absent}{name} = {value_name})")
        return self

    def when_present_or_fewer(self, path: str, attribute: str, count: int) -> Update:
        """Write only while what `path` names is there, or the map or set `attribute` has fewer than `count` entries."""
        present, name = f"attribute_exists({self._path(path)})", self._name(attribute)
        self._conditions.append(f"({present} OR size({name}) < {self._value(count)})")
        return self

    def when_in(self, attribute: str, values: list[Any]) -> Update:
        """Write only while the attribute has one of these values."""
        value_names = ", ".join(self._value(v) for v in values)
        self._conditions.append(f"{self._name(attribute)} IN ({value_names})")
        return self

    def when_absent(self, *attributes: str) -> Update:
        """Write only while the attributes do not exist."""
        self._conditions += [f"attribute_not_exists({self._name(a)})" for a in attributes]
        return self

    def when_exists(self, *attributes: str) -> Update:
        """Write only while the attributes exist (an update never creates a record by accident)."""
        self._conditions += [f"attribute_exists({self._name(a)})" for a in attributes]
        return self

    def when_less(self, attribute: str, value: float) -> Update:
        """Write only while the attribute is a number below `value`."""
        self._conditions.append(f"{self._name(attribute)} < {self._value(value)}")
        return self

    def request(self) -> dict[str, Any]:
        """The arguments of UpdateItem (also the `Update` of a transaction)."""
        expression = ""
        if self._sets:
            expression += "SET " + ", ".join(self._sets)
        if self._removes:
            expression += " REMOVE " + ", ".join(self._removes)
        arguments: dict[str, Any] = {
            "TableName": aws.table_name(self.table),
            "Key": to_item(self.key),
            "UpdateExpression": expression.strip(),
            "ExpressionAttributeNames": self._names,
        }
        if self._conditions:
            arguments["ConditionExpression"] = " AND ".join(self._conditions)
        if self._values:
            arguments["ExpressionAttributeValues"] = self._values
        return arguments

    def write(self) -> dict[str, Any]:
        """Write and return the whole new record; `ConflictError` if a condition does not hold."""
        try:
            answer = aws.client("dynamodb").update_item(**self.request(), ReturnValues="ALL_NEW")
        except ClientError as error:
            if is_condition_failure(error):
                raise ConflictError("The record changed meanwhile; look at it again.") from error
            raise
        return from_item(answer["Attributes"])


def query_all(table: str, *, index: str | None = None, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every record of a query, page after page until LastEvaluatedKey is empty (C36)."""
    if index:
        arguments["IndexName"] = index
    return _every_page("query", table, arguments)


def scan_all(table: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every record that a filter lets through, page after page. It reads (and costs) the whole table: for operators."""
    return _every_page("scan", table, arguments)


def _every_page(operation: str, table: str, arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    pages = aws.client("dynamodb").get_paginator(operation).paginate(TableName=aws.table_name(table), **arguments)
    for page in pages:
        yield from (from_item(item) for item in page["Items"])


def is_condition_failure(error: ClientError) -> bool:
    """True for a failed condition of a single write or of a transaction."""
    code = error.response.get("Error", {}).get("Code")
    if code == "ConditionalCheckFailedException":
        return True
    reasons = error.response.get("CancellationReasons") or []
    return code == "TransactionCanceledException" and any(r.get("Code") == "ConditionalCheckFailed" for r in reasons)
