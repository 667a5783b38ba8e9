"""Writes down what code asks of AWS, and says which of it a role of stack.yaml would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest

from pipeline import aws
from pipeline.settings import get_settings
from util_jobs import template

Need = tuple[str, str]  # an IAM action and the ARN that it is asked for

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
S3_OBJECT_ACTIONS = {
    "HeadObject": "s3:GetObject",
    "GetObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CopyObject": "s3:PutObject",
    "UploadPartCopy": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "ListParts": "s3:ListMultipartUploadParts",
    "DeleteObject": "s3:DeleteObject",
    "RestoreObject": "s3:RestoreObject",
}
S3_BUCKET_ACTIONS = {"ListObjectsV2": "s3:ListBucket", "ListMultipartUploads": "s3:ListBucketMultipartUploads"}
# A transaction needs the permissions of its parts, and ConditionCheck one of its own.
TRANSACTION_PARTS = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
}


@contextmanager
def recorded_needs() -> Iterator[set[Need]]:
    """The permissions that every call made inside needs."""
    needs: set[Need] = set()

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        needs.update(_needs(model.service_model.service_name, model.name, params))

    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    events = boto3.DEFAULT_SESSION._session.get_component("event_emitter")
    events.register("provide-client-params.*.*", note)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(boto3, "client", boto3.DEFAULT_SESSION.client)  # not the clients that tests keep
        aws.reset_clients()  # clients made from now on know of it
        try:
            yield needs
        finally:
            events.unregister("provide-client-params.*.*", note)
            aws.reset_clients()


def refused(role: str, needs: set[Need]) -> set[Need]:
    """The needs that no statement of the process's role allows."""
    statements = _statements(role)
    return {need for need in needs if not any(_allows(statement, need) for statement in statements)}


def unused(role: str, needs: set[Need]) -> set[Need]:
    """What the process's role allows, action by pattern of ARNs, and none of the needs asks for."""
    return {
        (action, pattern)
        for statement in _statements(role)
        for action in _as_list(statement["Action"])
        for pattern in _as_list(statement["Resource"])
        if not any(action == need and fnmatchcase(resource, pattern) for need, resource in needs)
    }


def _statements(role: str) -> list[dict[str, Any]]:
    name = f"{get_settings().stack_name}-{get_settings().aws_region}-{role}"
    found = next(r.properties for r in template.resolve() if r.properties.get("RoleName") == name)
    return [s for policy in found["Policies"] for s in policy["PolicyDocument"]["Statement"]]


def _allows(statement: dict[str, Any], need: Need) -> bool:
    action, resource = need
    return action in _as_list(statement["Action"]) and any(
        fnmatchcase(resource, pattern) for pattern in _as_list(statement["Resource"])
    )


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _needs(service: str, operation: str, params: dict[str, Any]) -> set[Need]:
    if service == "s3":
        return _s3_needs(operation, params)
    if service == "dynamodb":
        return _dynamodb_needs(operation, params)
    if service == "sns":
        return {(f"sns:{operation}", params["TopicArn"])}
    if service == "sqs":
        name = params.get("QueueName") or params["QueueUrl"].rpartition("/")[2]
        return {(f"sqs:{operation}", _arn("sqs", name))}
    if service == "glacier":
        return {(f"glacier:{operation}", _arn("glacier", f"vaults/{params['vaultName']}"))}
    if service == "sesv2":
        sender = parseaddr(params["FromEmailAddress"])[1]
        # https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policies.html: raw content needs both
        return {(f"ses:{action}", _arn("ses", f"identity/{sender}")) for action in ("SendEmail", "SendRawEmail")}
    raise AssertionError(f"a process calls {service}:{operation}, which this test does not know")


def _arn(service: str, name: str) -> str:
    settings = get_settings()
    return f"arn:aws:{service}:{settings.aws_region}:{settings.aws_account_id}:{name}"


def _s3_needs(operation: str, params: dict[str, Any]) -> set[Need]:
    bucket = f"arn:aws:s3:::{params['Bucket']}"
    if operation == "DeleteObjects":
        return {("s3:DeleteObject", f"{bucket}/{entry['Key']}") for entry in params["Delete"]["Objects"]}
    if operation in S3_BUCKET_ACTIONS:
        return {(S3_BUCKET_ACTIONS[operation], bucket)}
    needs = {(S3_OBJECT_ACTIONS[operation], f"{bucket}/{params['Key']}")}
    if operation == "HeadObject":
        needs.add(("s3:ListBucket", bucket))  # else an absent key answers 403
    if "CopySource" in params:
        source = params["CopySource"]
        needs.add(("s3:GetObject", f"arn:aws:s3:::{source['Bucket']}/{source['Key']}"))
    return needs


def _dynamodb_needs(operation: str, params: dict[str, Any]) -> set[Need]:
    if operation == "TransactWriteItems":
        return {
            (f"dynamodb:{TRANSACTION_PARTS[kind]}", _arn("dynamodb", f"table/{part['TableName']}"))
            for item in params["TransactItems"]
            for kind, part in item.items()
        }
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return {(f"dynamodb:{operation}", _arn("dynamodb", f"table/{name}")) for name in params["RequestItems"]}
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    return {(f"dynamodb:{operation}", _arn("dynamodb", f"table/{params['TableName']}{index}"))}
