"""Compares what exists with `stack.yaml`, property by property, through the services' own describe calls.

Works on AWS and on the embedded AWS. CloudFormation's drift detection covers fewer properties and asks a stack,
not the resources.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

from pipeline import aws
from util_jobs.buckets import lifecycle_to_api
from util_jobs.resources import READERS, or_none
from util_jobs.template import Resource, resolve


@dataclass(frozen=True)
class Difference:
    """One property that is not as the template says; `actual` is None where it is missing."""

    resource: str
    property: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        if self.property == "existence":
            return f"{self.resource} does not exist"
        actual = "missing" if self.actual is None else json.dumps(self.actual, sort_keys=True)
        expected = json.dumps(self.expected, sort_keys=True)
        return f"{self.resource}: {self.property} is {actual}, the template says {expected}"


def is_emulator() -> bool:
    """True if the AWS that is spoken to is not Amazon's."""
    host = urlparse(aws.client("cloudformation").meta.endpoint_url).hostname or ""
    return not host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def differences() -> list[Difference]:
    """Every difference, in the template's order."""
    return [difference for resource in resolve() for difference in _compare(resource)]


def complete_on_emulator() -> list[str]:
    """Set directly what the emulator's CloudFormation leaves out, and say so."""
    notes = []
    for difference in differences():
        repair = _EMULATOR_REPAIRS.get(difference.property)
        if repair:
            name = difference.resource.rpartition(" ")[2]
            repair(name, difference.expected)
            notes.append(f"set {difference.property} of {name} directly: the emulator's CloudFormation leaves it out")
    return notes


def _set_lifecycle(bucket: str, expected: dict[str, Any]) -> None:
    rules = [lifecycle_to_api(rule) for rule in expected["Rules"]]
    aws.client("s3").put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})


def _set_point_in_time_recovery(table: str, expected: dict[str, Any]) -> None:
    aws.client("dynamodb").update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=expected)


_EMULATOR_REPAIRS: dict[str, Callable[[str, dict[str, Any]], None]] = {
    "LifecycleConfiguration": _set_lifecycle,
    "PointInTimeRecoverySpecification": _set_point_in_time_recovery,
}


def _compare(resource: Resource) -> list[Difference]:
    name, expected, read = READERS[resource.type](resource.properties)
    label = f"{resource.type} {name}"
    actual = or_none(read)
    if actual is None:
        return [Difference(label, "existence", True, None)]
    return [
        Difference(label, key, value, actual.get(key))
        for key, value in expected.items()
        if _canonical(value) != _canonical(actual.get(key))
    ]


def _canonical(value: Any) -> Any:
    """Order and one-element lists mean nothing in policies, key schemas and rules."""
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        inner = [_canonical(item) for item in value]
        return inner[0] if len(inner) == 1 else sorted(inner, key=lambda item: json.dumps(item, sort_keys=True))
    return str(value).lower() if isinstance(value, bool | int) else value
