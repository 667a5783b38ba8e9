"""Reads `cloudformation/stack.yaml` and resolves its references, so that what exists can be compared with it.

Only the functions that the template uses are known (Ref, Sub, GetAtt, If, Not, Equals); another one raises
`ConfigurationError` rather than being passed over.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings, get_settings

TEMPLATE_PATH = Path(__file__).resolve().parent / "cloudformation" / "stack.yaml"
PARTITION = "aws"
_NO_VALUE = object()
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")

# CloudFormation type → (property that holds the physical name, service of its ARN, path in front of the name)
NAMED_TYPES = {
    "AWS::S3::Bucket": ("BucketName", "s3", ""),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "table/"),
    "AWS::SNS::Topic": ("TopicName", "sns", ""),
    "AWS::SQS::Queue": ("QueueName", "sqs", ""),
    "AWS::IAM::Role": ("RoleName", "iam", "role/"),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", "iam", "instance-profile/"),
}


@dataclass(frozen=True)
class Resource:
    """One resource of the template with every reference replaced by its value."""

    logical_id: str
    type: str
    properties: dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags (`!Sub`, `!GetAtt`, …) as their long form."""


def _short_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)


def template_text() -> str:
    """The template as people read it."""
    return TEMPLATE_PATH.read_text(encoding="utf-8")


def template_body() -> str:
    """The same as it is sent to CloudFormation, which takes 51,200 bytes: as JSON without remarks and blanks."""
    return json.dumps(_parse(template_text()), separators=(",", ":"))


def parameters(settings: Settings | None = None) -> dict[str, str]:
    """The template's parameters for these settings."""
    s = settings or get_settings()
    origins = portal_origins(s)
    return {
        "PortalOrigin": origins[0],
        "SecondPortalOrigin": origins[1] if len(origins) > 1 else "",
        "VisibilityTimeoutSeconds": str(s.visibility_timeout_s),
        "MaxReceiveCount": str(s.max_receive_count),
        "MailFromAddress": parseaddr(s.mail_sender or "")[1],
        "VaultName": s.vault_name or s.stack_name,
    }


def portal_origins(settings: Settings) -> list[str]:
    """Origins of the portal's pages: the public address, or on one machine both names of this computer."""
    if settings.portal_url:
        return [settings.portal_url.rstrip("/")]
    return [f"http://127.0.0.1:{settings.web_port}", f"http://localhost:{settings.web_port}"]


def fingerprint(settings: Settings | None = None) -> str:
    """Changes when the template, its parameters or the names change."""
    s = settings or get_settings()
    text = "\n".join([template_text(), s.stack_name, s.aws_region, repr(sorted(parameters(s).items()))])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def resolve(settings: Settings | None = None) -> list[Resource]:
    """The resources that must exist for these settings, in the template's order."""
    s = settings or get_settings()
    return _Resolver(_parse(template_text()), s).resources()


@lru_cache(maxsize=1)
def _parse(text: str) -> dict[str, Any]:
    """The template as a document, parsed once (nobody changes it)."""
    return dict(yaml.load(text, Loader=_Loader))  # noqa: S506 - _Loader is a SafeLoader


class _Resolver:
    def __init__(self, document: dict[str, Any], settings: Settings) -> None:
        self._resources: dict[str, Any] = document["Resources"]
        self._conditions: dict[str, Any] = document.get("Conditions", {})
        self._values: dict[str, Any] = {
            "AWS::StackName": settings.stack_name,
            "AWS::AccountId": settings.aws_account_id,
            "AWS::Region": settings.aws_region,
            "AWS::Partition": PARTITION,
            "AWS::NoValue": _NO_VALUE,
        }
        self._values |= {name: p.get("Default", "") for name, p in document.get("Parameters", {}).items()}
        self._values |= parameters(settings)

    def resources(self) -> list[Resource]:
        return [
            Resource(name, body["Type"], self._value(body.get("Properties", {})))
            for name, body in self._resources.items()
        ]

    def _value(self, node: Any) -> Any:
        if isinstance(node, dict):
            if len(node) == 1 and ("Ref" in node or next(iter(node)).startswith("Fn::")):
                return self._function(*next(iter(node.items())))
            resolved = {key: self._value(value) for key, value in node.items()}
            return {key: value for key, value in resolved.items() if value is not _NO_VALUE}
        if isinstance(node, list):
            return [v for v in (self._value(item) for item in node) if v is not _NO_VALUE]
        return node

    def _function(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._reference(argument)
        if name == "Fn::Sub":
            return _VARIABLE.sub(lambda m: str(self._variable(m.group(1))), argument)
        if name == "Fn::GetAtt" and argument[1] == "Arn":
            return self._arn(argument[0])
        if name == "Fn::If":
            condition, yes, no = argument
            return self._value(yes if self._value(self._conditions[condition]) else no)
        if name == "Fn::Not":
            return not self._value(argument[0])
        if name == "Fn::Equals":
            return self._value(argument[0]) == self._value(argument[1])
        raise ConfigurationError(f"stack.yaml uses {name} {argument!r}, which util_jobs/template.py does not know.")

    def _variable(self, name: str) -> Any:
        if name.endswith(".Arn"):
            return self._arn(name.removesuffix(".Arn"))
        return self._reference(name)

    def _reference(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        return self._arn(name) if self._resources[name]["Type"] == "AWS::SNS::Topic" else self._physical_name(name)

    def _physical_name(self, logical_id: str) -> str:
        body = self._resources[logical_id]
        return str(self._value(body["Properties"][NAMED_TYPES[body["Type"]][0]]))

    def _arn(self, logical_id: str) -> str:
        _, service, path = NAMED_TYPES[self._resources[logical_id]["Type"]]
        region = "" if service in {"s3", "iam"} else self._values["AWS::Region"]
        account = "" if service == "s3" else self._values["AWS::AccountId"]
        return f"arn:{PARTITION}:{service}:{region}:{account}:{path}{self._physical_name(logical_id)}"
