"""Creates the template's resources straight through boto3: what tests with moto need, in a tenth of a second.

moto's CloudFormation leaves out subscriptions and queue policies; tests of the template itself run against the
ministack process (fixture `ministack_aws`).
"""

from __future__ import annotations

import json
from typing import Any

from pipeline import aws
from util_jobs.template import Resource, resolve


def create_resources() -> None:
    """Create every bucket, table, topic, queue and subscription that stack.yaml names."""
    creators = {
        "AWS::S3::Bucket": _create_bucket,
        "AWS::DynamoDB::Table": _create_table,
        "AWS::SNS::Topic": lambda p: aws.client("sns").create_topic(Name=p["TopicName"]),
        "AWS::SQS::Queue": _create_queue,
        "AWS::SNS::Subscription": _create_subscription,
    }
    resources: list[Resource] = resolve()
    for type_name, create in creators.items():
        for resource in resources:
            if resource.type == type_name:
                create(resource.properties)


def _create_bucket(properties: dict[str, Any]) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=properties["BucketName"])
    s3.put_bucket_cors(
        Bucket=properties["BucketName"],
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": rule["AllowedOrigins"],
                    "AllowedMethods": rule["AllowedMethods"],
                    "AllowedHeaders": rule["AllowedHeaders"],
                    "ExposeHeaders": rule["ExposedHeaders"],
                    "MaxAgeSeconds": rule["MaxAge"],
                }
                for rule in properties["CorsConfiguration"]["CorsRules"]
            ]
        },
    )


def _create_table(properties: dict[str, Any]) -> None:
    known = ("TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    aws.client("dynamodb").create_table(**{key: properties[key] for key in known if key in properties})


def _create_queue(properties: dict[str, Any]) -> None:
    attributes = {
        key: json.dumps(value) if isinstance(value, dict) else str(value).lower()
        for key, value in properties.items()
        if key not in {"QueueName", "ReceiveMessageWaitTimeSeconds"}  # tests never wait for a message
    }
    aws.client("sqs").create_queue(QueueName=properties["QueueName"], Attributes=attributes)


def _create_subscription(properties: dict[str, Any]) -> None:
    aws.client("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes={"RawMessageDelivery": str(properties["RawMessageDelivery"]).lower()},
    )
