"""Error answers of AWS as boto3 raises them."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError


def client_error(
    code: str, status: int, operation: str, message: str = "simulated", kind: type[ClientError] = ClientError
) -> ClientError:
    """The exception for an error answer: AWS's code, the HTTP status, the operation that was refused."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return kind(answer, operation)
