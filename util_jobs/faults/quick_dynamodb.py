"""Hands DynamoDB's calls to moto without HTTP between: signing, writing and parsing took most of a schedule's time.

moto's own code reads every expression, checks every condition and keeps the tables. A call that it refuses goes the
long way once more, so that the exception is botocore's own (but for a condition that does not hold); and so does the
first update of each form, because only there moto looks whether every name and value is used, as DynamoDB does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import ServiceException
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.parsing import tokens
from moto.dynamodb.responses import DynamoHandler
from werkzeug.exceptions import HTTPException

from pipeline import aws
from util_jobs.faults.errors import client_error
from util_jobs.faults.patches import Patches

OPERATIONS = frozenset(
    {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "TransactWriteItems"}
)
Perform = Callable[[], Any]


def plain(value: Any) -> Any:
    """A copy of a value of DynamoDB with nothing of moto's own classes in it."""
    if isinstance(value, DynamoType):
        return {value.type: plain(value.value)}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def _condition_failed(operation: str) -> ClientError:
    code = "ConditionalCheckFailedException"
    kind: type[ClientError] = getattr(aws.client("dynamodb").exceptions, code)
    return client_error(code, 400, operation, "The conditional request failed", kind)


class QuickDynamoDb:
    """DynamoDB of one account and region, for as long as moto is started."""

    def __init__(self, backend: Callable[[], DynamoDBBackend]) -> None:
        self._backend = backend
        self._forms: set[tuple[Any, ...]] = set()
        self._tokens: dict[str, list[tokens.Token]] = {}

    def hurry(self, patches: Patches) -> None:
        """Let moto cut each expression into its tokens once."""
        cut = tokens.ExpressionTokenizer.make_list.__func__  # type: ignore[attr-defined]

        def remembered(cls: type[tokens.ExpressionTokenizer], expression: str) -> list[tokens.Token]:
            if expression not in self._tokens:
                self._tokens[expression] = cut(cls, expression)
            return list(self._tokens[expression])

        patches.set(tokens.ExpressionTokenizer, "make_list", classmethod(remembered))

    def answer(self, operation: str, params: dict[str, Any], long_way: Perform) -> Any:
        """What DynamoDB answers; `long_way` makes the call through botocore."""
        if operation not in OPERATIONS or (operation == "UpdateItem" and self._is_new_form(params)):
            return long_way()
        try:
            return self._update(params) if operation == "UpdateItem" else self._handle(operation, params)
        except ConditionalCheckFailed as refused:
            raise _condition_failed(operation) from refused
        except (ServiceException, HTTPException):
            return long_way()

    def _handle(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        handler = DynamoHandler()
        handler.body = handler.params = plain(params)
        backend = self._backend()
        handler.current_account, handler.region = backend.account_id, backend.region_name
        result = getattr(handler, camelcase_to_underscores(operation))().result
        return {**result, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        item = self._backend().update_item(
            params["TableName"],
            plain(params["Key"]),
            update_expression=params["UpdateExpression"],
            expression_attribute_names=dict(params.get("ExpressionAttributeNames", {})),
            expression_attribute_values=plain(params.get("ExpressionAttributeValues", {})),
            condition_expression=params.get("ConditionExpression"),
        )
        answer = {"Attributes": plain(dict(item.attrs))} if params.get("ReturnValues") == "ALL_NEW" else {}
        return {**answer, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}

    def _is_new_form(self, params: dict[str, Any]) -> bool:
        """Whether no update with these expressions, names and values went through yet."""
        if params.get("ReturnValues", "NONE") not in ("NONE", "ALL_NEW"):
            return True
        form = (
            params["TableName"],
            params["UpdateExpression"],
            params.get("ConditionExpression"),
            *sorted(params.get("ExpressionAttributeNames", {}).items()),
            *sorted(params.get("ExpressionAttributeValues", {})),
        )
        known = form in self._forms
        self._forms.add(form)
        return not known
