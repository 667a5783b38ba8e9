"""stack.yaml is valid, agrees with the names in pipeline/aws.py, and gives each process no more than it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import aws, storage, sweep_index
from pipeline.accounts import plans
from pipeline.errors import ConfigurationError
from pipeline.jobs import store as jobs
from pipeline.settings import Settings, get_settings
from pipeline.uploads import store as uploads
from pipeline.workers.__main__ import WORKERS
from tests.conftest import forget_settings
from util_jobs import template

PROCESS_ROLES = ("web", "annotate", "notify", "archive", "restore", "thaw", "export", "sweep")
# Queue → the topic that feeds it; thaw is fed by the bucket of the results.
FED_BY = {
    "annotate": "job-requests",
    "notify": "job-results",
    "archive": "job-results",
    "restore": "plan-changes",
    "export": "exports",
}
VAULT = "arn:aws:glacier:us-east-1:000000000000:vaults/gas"
RESULTS_ENDINGS = (
    "-results/*",
    "-results/results/*",
    "-results/archive/*",
    "-results/exports/*",
    "-results/results/*/job.json",
    "-results/archive/*.in-vault/*",
)


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
    assert len(template.template_body().encode()) <= 51_200  # CloudFormation's limit for TemplateBody


def test_every_name_is_the_one_that_the_pipeline_uses() -> None:
    assert {p["BucketName"] for p in by_type("AWS::S3::Bucket")} == {aws.bucket("inputs"), aws.bucket("results")}
    tables = ("jobs", "uploads", "users", "identities", "notes", "saved-filters", "exports")
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
        f"arn:aws:sns:eu-west-1:123456789012:lab-{topic}" for topic in FED_BY.values()
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


@pytest.mark.parametrize("name", aws.QUEUES)
def test_every_queue_buries_late_in_its_own_dead_letters_C17(name: str) -> None:
    queue = next(p for p in by_type("AWS::SQS::Queue") if p["QueueName"] == aws.queue_name(name))
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{aws.dead_letter_queue_name(name)}",
        "maxReceiveCount": "20",
    }
    dead = next(p for p in by_type("AWS::SQS::Queue") if p["QueueName"] == aws.dead_letter_queue_name(name))
    assert "RedrivePolicy" not in dead  # a look at dead letters may never count them out
    assert dead["MessageRetentionPeriod"] == 14 * 86400


def test_every_queue_hears_its_own_source_and_nobody_else() -> None:
    policies = {p["Queues"][0]: p["PolicyDocument"]["Statement"] for p in by_type("AWS::SQS::QueuePolicy")}
    assert set(policies) == {aws.queue_name(q) for q in aws.QUEUES}
    for queue, topic in FED_BY.items():
        (statement,) = policies[aws.queue_name(queue)]
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": aws.topic_arn(topic)}}
    fed = {(p["TopicArn"], p["Endpoint"].rpartition(":")[2]) for p in by_type("AWS::SNS::Subscription")}
    assert fed == {(aws.topic_arn(topic), aws.queue_name(queue)) for queue, topic in FED_BY.items()}
    assert {p["RawMessageDelivery"] for p in by_type("AWS::SNS::Subscription")} == {True}
    (statement,) = policies[aws.queue_name("thaw")]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{aws.bucket('results')}"},
        "StringEquals": {"aws:SourceAccount": "000000000000"},
    }


def test_the_object_store_tells_the_thaw_queue_of_what_came_back_from_the_archive_C29() -> None:
    inputs, results = by_type("AWS::S3::Bucket")
    assert "NotificationConfiguration" not in inputs
    (entry,) = results["NotificationConfiguration"]["QueueConfigurations"]
    assert entry["Event"] == "s3:ObjectRestore:Completed"
    assert entry["Queue"].endswith(f":{aws.queue_name('thaw')}")
    (rule,) = entry["Filter"]["S3Key"]["Rules"]
    assert rule["Name"] == "prefix"
    assert storage.archive_key("u", "j", 1, "vcf").startswith(rule["Value"])
    assert not storage.results_prefix("u", "j").startswith(rule["Value"])


def test_the_sweep_finds_users_jobs_and_uploads_by_an_index() -> None:
    tables = {p["TableName"]: p for p in by_type("AWS::DynamoDB::Table")}
    for table in (jobs.TABLE, uploads.TABLE, plans.TABLE):
        indexes = {i["IndexName"] for i in tables[aws.table_name(table)]["GlobalSecondaryIndexes"]}
        assert sweep_index.INDEX in indexes


@pytest.mark.parametrize("name", PROCESS_ROLES)
def test_no_process_may_touch_everything_or_another_stack(name: str) -> None:
    endings = (*RESULTS_ENDINGS, "-inputs/*", "-inputs/uploads/*")
    for action, resources in allowed(name).items():
        assert "*" not in action
        if action.startswith("ses:"):
            continue  # bounded by its condition, see below
        for resource in resources:
            assert re.search(r"[:/]gas(-|$)", resource)
            assert "*" not in resource or resource.endswith(endings)


def test_the_portal_can_neither_receive_messages_nor_write_results_beside_their_card() -> None:
    web = allowed("web")
    assert not [action for action in web if action.startswith("sqs:")]
    assert web["s3:PutObject"] == {
        f"arn:aws:s3:::{aws.bucket('inputs')}/uploads/*",
        f"arn:aws:s3:::{aws.bucket('results')}/results/*/job.json",
    }
    assert web["sns:Publish"] == {aws.topic_arn(topic) for topic in ("job-requests", "plan-changes", "exports")}


def tables_of(name: str) -> dict[str, set[str]]:
    """Table (or its index) → what the role may do there."""
    found: dict[str, set[str]] = {}
    for action, resources in allowed(name).items():
        if action.startswith("dynamodb:"):
            for resource in resources:
                found.setdefault(resource.partition(":table/gas-")[2], set()).add(action.partition(":")[2])
    return found


def test_the_annotate_worker_reads_no_more_of_accounts_than_their_plan_and_touches_no_inputs() -> None:
    annotate = allowed("annotate")
    assert tables_of("annotate") == {"jobs": {"GetItem", "UpdateItem"}, "users": {"GetItem"}}
    assert annotate["s3:DeleteObject"] == annotate["s3:PutObject"] == {f"arn:aws:s3:::{aws.bucket('results')}/*"}
    assert annotate["sns:Publish"] == {aws.topic_arn("job-results")}


def test_no_worker_of_the_archive_sees_inputs_or_changes_accounts() -> None:
    for name in ("notify", "archive", "thaw"):
        touched = {r for action, rs in allowed(name).items() if action.startswith("s3:") for r in rs}
        assert not [resource for resource in touched if aws.bucket("inputs") in resource]
        assert "identities" not in tables_of(name)
    assert tables_of("archive")["users"] == tables_of("thaw")["users"] == tables_of("notify")["users"] == {"GetItem"}


def test_the_restore_worker_removes_accounts_and_reads_no_input_C34() -> None:
    may = allowed("restore")
    inputs = {action for action, resources in may.items() for r in resources if f"{aws.bucket('inputs')}" in r}
    assert inputs == {"s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListBucket"}
    assert tables_of("restore")["users"] == {"GetItem", "UpdateItem", "PutItem"}
    assert tables_of("restore")["identities"] == {"DeleteItem"}
    assert "identities" not in tables_of("sweep") and "PutItem" not in tables_of("sweep")["users"]


def test_the_notify_worker_reads_no_files_and_sends_from_one_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [action for action in allowed("notify") if action.startswith(("s3:", "sns:", "ses:", "glacier:"))]
    monkeypatch.setenv("GAS_MAIL_SENDER", "Annotation <gas@example.org>")
    forget_settings()
    assert allowed("notify")["ses:SendRawEmail"] == {"arn:aws:ses:us-east-1:000000000000:identity/*"}
    for name in ("notify", "web"):
        (mail,) = (s for s in role(name)["Policies"][0]["PolicyDocument"]["Statement"] if s["Sid"] == "SendMail")
        assert mail["Condition"] == {"StringEquals": {"ses:FromAddress": "gas@example.org"}}


def test_only_the_archive_worker_writes_to_the_archive_and_only_restore_and_thaw_read_from_it() -> None:
    archive = f"arn:aws:s3:::{aws.bucket('results')}/archive/*"
    writers = {n for n in PROCESS_ROLES if archive in allowed(n).get("s3:PutObject", ())}
    askers = {n for n in PROCESS_ROLES if "s3:RestoreObject" in allowed(n)}
    assert (writers, askers) == ({"archive"}, {"restore", "thaw"})
    assert {n for n in PROCESS_ROLES if "glacier:UploadArchive" in allowed(n)} == writers
    # The sweep asks for the vault's inventory; IAM knows one action for that and for retrievals.
    assert {n for n in PROCESS_ROLES if "glacier:InitiateJob" in allowed(n)} == askers | {"sweep"}
    removers = {n for n in PROCESS_ROLES if allowed(n).get("glacier:DeleteArchive") == {VAULT}}
    assert removers == {"web", "archive", "restore", "thaw", "sweep"}


def test_the_vault_is_the_one_that_the_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_VAULT_NAME", "gas_vault")
    forget_settings()
    assert allowed("thaw")["glacier:ListJobs"] == {"arn:aws:glacier:us-east-1:000000000000:vaults/gas_vault"}


def test_each_worker_sends_only_to_itself_and_the_sweep_to_those_who_move_results() -> None:
    def targets(name: str) -> set[str]:
        return {resource.rpartition(":")[2] for resource in allowed(name).get("sqs:SendMessage", ())}

    dead = {name: aws.dead_letter_queue_name(name) for name in aws.QUEUES}
    for name in ("annotate", "notify", "export"):
        assert targets(name) == {dead[name]}
    for name in ("archive", "restore", "thaw"):
        assert targets(name) == {dead[name], aws.queue_name(name)}
    assert targets("sweep") == {aws.queue_name("archive"), aws.queue_name("thaw")}
    assert allowed("sweep")["sns:Publish"] == {aws.topic_arn(topic) for topic in aws.TOPICS}


def test_operators_reach_every_queue_and_its_dead_letters_C22() -> None:
    reached = {resource.rpartition(":")[2] for resource in allowed("operator")["sqs:ReceiveMessage"]}
    assert reached == {name(q) for q in aws.QUEUES for name in (aws.queue_name, aws.dead_letter_queue_name)}


def test_every_process_of_the_procfile_has_a_role_and_every_worker_a_line() -> None:
    lines = (template.TEMPLATE_PATH.parents[2] / "Procfile").read_text(encoding="utf-8").splitlines()
    processes = {line.partition(":")[0] for line in lines if line}
    assert processes == set(PROCESS_ROLES) == {"web"} | set(WORKERS)


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
