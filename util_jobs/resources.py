"""Reads each kind of resource through its service's describe calls, in the form in which the template writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote

from botocore.exceptions import ClientError

from pipeline import aws
from pipeline.settings import get_settings
from util_jobs import buckets

T = TypeVar("T")
_ABSENT_CODES = {
    "404",
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
    "NoSuchEntity",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
}
# A resource's name, the properties that the template wants, and a function that reads the actual ones.
Reading = tuple[str, dict[str, Any], Callable[[], dict[str, Any] | None]]


def or_none(read: Callable[[], T]) -> T | None:
    """What `read` returns; None if AWS answers that there is no such thing."""
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT_CODES:
            return None
        raise


def _bucket(p: dict[str, Any]) -> Reading:
    s3, name = aws.client("s3"), p["BucketName"]

    def read() -> dict[str, Any]:
        s3.head_bucket(Bucket=name)
        cors = or_none(lambda: s3.get_bucket_cors(Bucket=name)["CORSRules"])
        rules = or_none(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"])
        return {
            "PublicAccessBlockConfiguration": or_none(
                lambda: s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
            ),
            "BucketEncryption": or_none(
                lambda: buckets.encryption(
                    s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
                )
            ),
            "CorsConfiguration": cors and {"CorsRules": [buckets.cors_from_api(rule) for rule in cors]},
            "LifecycleConfiguration": rules and {"Rules": [buckets.lifecycle_from_api(rule) for rule in rules]},
            "NotificationConfiguration": buckets.notifications_from_api(
                s3.get_bucket_notification_configuration(Bucket=name)
            ),
        }

    # Events that the template does not know would go to queues that nobody reads: none is a statement, too.
    expected = {"NotificationConfiguration": None} | {k: v for k, v in p.items() if k != "BucketName"}
    return name, expected, read


def _bucket_policy(p: dict[str, Any]) -> Reading:
    s3 = aws.client("s3")
    return (
        p["Bucket"],
        {"PolicyDocument": p["PolicyDocument"]},
        lambda: {"PolicyDocument": json.loads(s3.get_bucket_policy(Bucket=p["Bucket"])["Policy"])},
    )


def _table(p: dict[str, Any]) -> Reading:
    dynamodb, name = aws.client("dynamodb"), p["TableName"]

    def read() -> dict[str, Any]:
        table = dynamodb.describe_table(TableName=name)["Table"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        status = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        return {
            "BillingMode": table.get("BillingModeSummary", {}).get("BillingMode"),
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": status == "ENABLED"},
            "AttributeDefinitions": table["AttributeDefinitions"],
            "KeySchema": table["KeySchema"],
            "GlobalSecondaryIndexes": [
                {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
                for index in table.get("GlobalSecondaryIndexes", [])
            ],
        }

    return name, {key: value for key, value in p.items() if key != "TableName"}, read


def _topic(p: dict[str, Any]) -> Reading:
    settings = get_settings()
    arn = f"arn:aws:sns:{settings.aws_region}:{settings.aws_account_id}:{p['TopicName']}"
    return p["TopicName"], {}, lambda: aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]


def _queue_attributes(name: str) -> dict[str, Any]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return dict(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])


def _queue(p: dict[str, Any]) -> Reading:
    name = p["QueueName"]

    def read() -> dict[str, Any]:
        attributes = _queue_attributes(name)
        if "RedrivePolicy" in attributes:
            attributes["RedrivePolicy"] = json.loads(attributes["RedrivePolicy"])
        return attributes

    return name, {key: value for key, value in p.items() if key != "QueueName"}, read


def _queue_policy(p: dict[str, Any]) -> Reading:
    name = p["Queues"][0]

    def read() -> dict[str, Any]:
        policy = _queue_attributes(name).get("Policy")
        return {"PolicyDocument": json.loads(policy) if policy else None}

    return name, {"PolicyDocument": p["PolicyDocument"]}, read


def _subscription(p: dict[str, Any]) -> Reading:
    sns = aws.client("sns")

    def read() -> dict[str, Any] | None:
        for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=p["TopicArn"]):
            for found in page["Subscriptions"]:
                if found["Endpoint"] == p["Endpoint"]:
                    return dict(sns.get_subscription_attributes(SubscriptionArn=found["SubscriptionArn"])["Attributes"])
        return None

    name = f"{p['TopicArn'].rpartition(':')[2]} → {p['Endpoint'].rpartition(':')[2]}"
    return name, {"RawMessageDelivery": p["RawMessageDelivery"]}, read


def _policy(document: Any) -> Any:
    return json.loads(unquote(document)) if isinstance(document, str) else document


def _role(p: dict[str, Any]) -> Reading:
    iam, name = aws.client("iam"), p["RoleName"]
    policies = {policy["PolicyName"]: policy["PolicyDocument"] for policy in p["Policies"]}

    def read() -> dict[str, Any]:
        role = iam.get_role(RoleName=name)["Role"]
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return {
            "AssumeRolePolicyDocument": _policy(role["AssumeRolePolicyDocument"]),
            "Policies": {n: _policy(iam.get_role_policy(RoleName=name, PolicyName=n)["PolicyDocument"]) for n in names},
            "AttachedPolicies": [policy["PolicyArn"] for policy in attached],
        }

    expected = {"AssumeRolePolicyDocument": p["AssumeRolePolicyDocument"], "Policies": policies, "AttachedPolicies": []}
    return name, expected, read


def _instance_profile(p: dict[str, Any]) -> Reading:
    iam, name = aws.client("iam"), p["InstanceProfileName"]

    def read() -> dict[str, Any]:
        profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        return {"Roles": [role["RoleName"] for role in profile["Roles"]]}

    return name, {"Roles": p["Roles"]}, read


READERS: dict[str, Callable[[dict[str, Any]], Reading]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::DynamoDB::Table": _table,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::SNS::Subscription": _subscription,
    "AWS::IAM::Role": _role,
    "AWS::IAM::InstanceProfile": _instance_profile,
}
