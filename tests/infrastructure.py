"""Creates the template's resources straight through boto3, once for all tests with moto: each gets a copy of its own.

moto's CloudFormation leaves out subscriptions and queue policies; tests of the template itself run against the
ministack process (fixture `ministack_aws`).
"""

from __future__ import annotations

import copy
import json
import threading
from typing import Any

from moto.backends import get_backend

from pipeline import aws
from util_jobs.template import Resource, resolve

SERVICES = ("s3", "dynamodb", "sns", "sqs")
Places = dict[tuple[str, str, str], Any]  # of a service, an account and a region what moto holds there
_made: dict[str, Places] = {}


def create_resources() -> None:
    """Every bucket, table, topic, queue and subscription that stack.yaml names is there and empty.

    Creating them takes twenty times as long as copying what moto holds when they are new.
    """
    resources = resolve()
    wanted = repr(resources)
    if wanted not in _made:
        _create(resources)
        _made[wanted] = as_it_stands()
    put_back(_made[wanted])


def as_it_stands() -> Places:
    """All that moto holds of these services now, for `put_back`."""
    backends = {service: get_backend(service) for service in SERVICES}
    held = {(service, *where): held for service, found in backends.items() for *where, held in found.iter_backends()}
    return _copies(held)


def put_back(places: Places) -> None:
    """All is as it stood then; may be done again and again."""
    for (service, account, region), held in _copies(places).items():
        get_backend(service)[account][region] = held


def _copies(places: Places) -> Places:
    """Nothing is shared with the originals; a queue's lock, which cannot be copied, is a new one."""
    queues = [queue for place, held in places.items() if place[0] == "sqs" for queue in held.queues.values()]
    return copy.deepcopy(places, {id(queue._messages_lock): threading.Condition() for queue in queues})


def _create(resources: list[Resource]) -> None:
    creators = {
        "AWS::S3::Bucket": _create_bucket,
        "AWS::DynamoDB::Table": _create_table,
        "AWS::SNS::Topic": lambda p: aws.client("sns").create_topic(Name=p["TopicName"]),
        "AWS::SQS::Queue": _create_queue,
        "AWS::SNS::Subscription": _create_subscription,
    }
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
