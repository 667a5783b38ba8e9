"""What a bucket's properties look like in the template, and in S3's own calls."""

from __future__ import annotations

from typing import Any


def encryption(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Rules of GetBucketEncryption as `BucketEncryption`."""
    return {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": r["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]}}
            for r in rules
        ]
    }


def cors_from_api(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of GetBucketCors as `CorsConfiguration` has it."""
    renamed = {"ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge"}
    return {renamed.get(key, key): value for key, value in rule.items() if key != "ID"}


def lifecycle_from_api(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of GetBucketLifecycleConfiguration as `LifecycleConfiguration` has it."""
    told = {("Id" if key == "ID" else key): value for key, value in rule.items() if key not in _SAID_OTHERWISE}
    prefix = (rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix")
    days = (rule.get("Expiration") or {}).get("Days")
    return told | ({"Prefix": prefix} if prefix else {}) | ({"ExpirationInDays": int(days)} if days else {})


def lifecycle_to_api(rule: dict[str, Any]) -> dict[str, Any]:
    """A lifecycle rule of the template as PutBucketLifecycleConfiguration takes it."""
    told = {("ID" if key == "Id" else key): value for key, value in rule.items() if key not in _SAID_OTHERWISE}
    days = rule.get("ExpirationInDays")
    expiration = {"Expiration": {"Days": int(days)}} if days else {}
    return told | expiration | {"Filter": {"Prefix": rule.get("Prefix", "")}}


# Where the template and S3's API have other words.
_SAID_OTHERWISE = frozenset({"Filter", "Prefix", "Expiration", "ExpirationInDays"})


def notifications_from_api(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The answer of GetBucketNotificationConfiguration as `NotificationConfiguration`; None if nobody is told."""
    queues = [
        {"Event": event, "Queue": entry["QueueArn"]} | _key_filter(entry.get("Filter"))
        for entry in answer.get("QueueConfigurations", [])
        for event in entry["Events"]
    ]
    others = {key: answer[key] for key in _OTHER_TARGETS if key in answer}
    found = ({"QueueConfigurations": queues} if queues else {}) | others
    return found or None


# The template has none of these, so that each of them is a difference, told as S3 tells it.
_OTHER_TARGETS = ("TopicConfigurations", "LambdaFunctionConfigurations", "EventBridgeConfiguration")


def _key_filter(found: dict[str, Any] | None) -> dict[str, Any]:
    """S3 answers `Prefix` where the template says `prefix`."""
    rules = [
        {"Name": rule["Name"].lower(), "Value": rule["Value"]}
        for rule in (found or {}).get("Key", {}).get("FilterRules", [])
    ]
    return {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}
