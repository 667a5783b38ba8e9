"""stack.yaml is valid, agrees with the names in pipeline/aws.py, and gives each process no more than it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import aws
from pipeline.errors import ConfigurationError
from pipeline.settings import Settings, get_settings
from tests.conftest import forget_settings
from util_jobs import template

PROCESS_ROLES = ("web", "annotate", "sweep")


def by_type(type_name: str) -> list[dict[str, Any]]:
    return [r.properties for r in template.resolve() if r.type == type_name]


def role(name: str) -> dict[str, Any]:
    suffix = f"-{get_settings().aws_region}-{name}"
    return next(p for p in by_type("AWS::IAM::Role") if p["RoleName"].endswith(suffix))


def allowed(name: str) -> dict[str, set[str]]:
    """Action → resources, of one role."""
    found: dict[str, set[str]] = {}
    for policy in role(name)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in [actions] if isinstance(actions, str) else actions:
                found.setdefault(action, set()).update([resources] if isinstance(resources, str) else resources)
    return found


def test_cfn_lint_finds_nothing() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", template.TEMPLATE_PATH], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_cloudformation_takes_a_template_of_this_size_directly() -> None:
    assert len(template.template_text().encode()) <= 51_200  # CloudFormation's limit for TemplateBody


def test_every_name_is_the_one_that_the_pipeline_uses() -> None:
    assert {p["BucketName"] for p in by_type("AWS::S3::Bucket")} == {aws.bucket("inputs"), aws.bucket("results")}
    tables = ("jobs", "uploads", "users", "identities")
    assert {p["TableName"] for p in by_type("AWS::DynamoDB::Table")} == {aws.table_name(t) for t in tables}
    queues = {aws.queue_name(q) for q in aws.QUEUES} | {aws.dead_letter_queue_name(q) for q in aws.QUEUES}
    assert {p["QueueName"] for p in by_type("AWS::SQS::Queue")} == queues
    arns = {f"arn:aws:sns:us-east-1:000000000000:{p['TopicName']}" for p in by_type("AWS::SNS::Topic")}
    assert arns == {aws.topic_arn(t) for t in aws.TOPICS}


def test_names_follow_the_stack_the_account_and_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_STACK_NAME", "lab")
    monkeypatch.setenv("GAS_AWS_ACCOUNT_ID", "123456789012")
    monkeypatch.setenv("GAS_AWS_REGION", "eu-west-1")
    forget_settings()
    names = {p["BucketName"] for p in by_type("AWS::S3::Bucket")}
    assert names == {"lab-123456789012-eu-west-1-inputs", "lab-123456789012-eu-west-1-results"}
    assert {p["TopicArn"] for p in by_type("AWS::SNS::Subscription")} == {
        "arn:aws:sns:eu-west-1:123456789012:lab-job-requests"
    }


def test_the_buckets_let_only_the_portals_pages_in_and_expose_what_they_read() -> None:
    inputs, results = (p["CorsConfiguration"]["CorsRules"][0] for p in by_type("AWS::S3::Bucket"))
    assert inputs["AllowedOrigins"] == ["http://127.0.0.1:8050", "http://localhost:8050"]
    assert results["AllowedMethods"] == ["GET", "HEAD"]
    assert inputs["ExposedHeaders"] == results["ExposedHeaders"] == ["ETag", "Content-Range", "Content-Length"]
    public = template.parameters(Settings(portal_url="https://gas.example.org/"))
    assert (public["PortalOrigin"], public["SecondPortalOrigin"]) == ("https://gas.example.org", "")


def test_every_bucket_is_private_encrypted_and_forgets_unfinished_uploads() -> None:
    for bucket in by_type("AWS::S3::Bucket"):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]
        assert bucket["LifecycleConfiguration"]["Rules"][0]["AbortIncompleteMultipartUpload"] == {
            "DaysAfterInitiation": 7
        }
    policies = by_type("AWS::S3::BucketPolicy")
    assert {p["Bucket"] for p in policies} == {aws.bucket("inputs"), aws.bucket("results")}
    for policy in policies:
        statement = policy["PolicyDocument"]["Statement"][0]
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_queue_buries_late_and_only_its_topic_may_send_C17() -> None:
    queue = next(p for p in by_type("AWS::SQS::Queue") if p["QueueName"] == aws.queue_name("annotate"))
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{aws.dead_letter_queue_name('annotate')}",
        "maxReceiveCount": "20",
    }
    (policy,) = by_type("AWS::SQS::QueuePolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": aws.topic_arn("job-requests")}}


@pytest.mark.parametrize("name", PROCESS_ROLES)
def test_no_process_may_touch_everything_or_another_stack(name: str) -> None:
    for action, resources in allowed(name).items():
        assert "*" not in action
        for resource in resources:
            assert re.search(r"[:/]gas-", resource)
            assert resource.count("*") == 0 or resource.endswith(("-inputs/*", "-results/*", "-inputs/uploads/*"))


def test_the_portal_can_neither_receive_messages_nor_write_results() -> None:
    web = allowed("web")
    assert not [action for action in web if action.startswith("sqs:")]
    assert web["s3:PutObject"] == {f"arn:aws:s3:::{aws.bucket('inputs')}/uploads/*"}
    assert web["sns:Publish"] == {aws.topic_arn("job-requests")}


def test_the_annotate_worker_sees_no_accounts_and_touches_no_inputs() -> None:
    annotate = allowed("annotate")
    tables = {r for action, rs in annotate.items() if action.startswith("dynamodb:") for r in rs}
    assert tables == {f"arn:aws:dynamodb:us-east-1:000000000000:table/{aws.table_name('jobs')}"}
    assert annotate["s3:DeleteObject"] == annotate["s3:PutObject"] == {f"arn:aws:s3:::{aws.bucket('results')}/*"}
    assert annotate["sns:Publish"] == {aws.topic_arn("job-results")}


def test_the_machine_may_only_take_on_the_roles_of_its_processes() -> None:
    host = allowed("host")
    assert host == {
        "sts:AssumeRole": {f"arn:aws:iam::000000000000:role/gas-us-east-1-{name}" for name in PROCESS_ROLES}
    }
    for name in PROCESS_ROLES:
        (trust,) = role(name)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"]["AWS"] == "arn:aws:iam::000000000000:role/gas-us-east-1-host"


def test_a_function_that_the_reader_does_not_know_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text = template.template_text() + "\n"
    unknown = text.replace('!Sub "${AWS::StackName}-job-requests"', '!Join ["-", [gas, job-requests]]')
    assert unknown != text
    monkeypatch.setattr(template, "template_text", lambda: unknown)
    with pytest.raises(ConfigurationError, match="Fn::Join"):
        template.resolve()


def test_the_fingerprint_changes_with_the_template_and_with_what_it_is_filled_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = template.fingerprint()
    assert template.fingerprint(Settings(web_port=9999)) != before
    assert template.fingerprint(Settings(stack_name="other")) != before
    monkeypatch.setattr(template, "template_text", lambda: "Resources: {}")
    assert template.fingerprint() != before
