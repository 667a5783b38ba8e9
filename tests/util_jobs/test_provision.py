"""`provision` brings the infrastructure to the template and names each difference from it."""

from __future__ import annotations

import json
import re
import time

import pytest
from botocore.config import Config
from click.testing import CliRunner

from pipeline import aws, storage, sweep_index
from pipeline.archive import restore_events
from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from pipeline.workers.queue import Queue
from tests.conftest import forget_settings
from util_jobs import drift, provision, template

pytestmark = pytest.mark.emulator


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(provision.command, list(arguments))
    return result.exit_code, result.output


def test_what_was_deployed_is_exactly_what_the_template_says(ministack_aws: Settings) -> None:
    assert drift.differences() == []
    code, output = run("--check")
    assert (code, f"(stack {ministack_aws.stack_name})" in output) == (0, True)


def test_doing_it_again_changes_nothing(ministack_aws: Settings) -> None:
    code, output = run()
    assert (code, output.strip()) == (0, f"Stack {ministack_aws.stack_name}: unchanged.")


def test_what_the_emulators_cloudformation_leaves_out_is_set_directly_and_named(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_STACK_NAME", f"{ministack_aws.stack_name}b")
    forget_settings()
    code, output = run()
    assert code == 0
    assert "created." in output
    assert "add JobsTable (AWS::DynamoDB::Table)" in output
    assert f"set LifecycleConfiguration of {aws.bucket('inputs')} directly" in output
    rules = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=aws.bucket("inputs"))["Rules"]
    assert rules[0]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_a_changed_parameter_updates_the_stack(ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_VISIBILITY_TIMEOUT_S", "90")
    forget_settings()
    assert {str(difference) for difference in drift.differences()} == {
        f'AWS::SQS::Queue {aws.queue_name(name)}: VisibilityTimeout is "60", the template says "90"'
        for name in aws.QUEUES
    }
    code, output = run("--json")
    done = json.loads(output)
    assert (code, done["action"]) == (0, "updated")
    assert "modify AnnotateQueue (AWS::SQS::Queue)" in done["changes"]
    assert drift.differences() == []


def test_each_difference_is_named_one_by_one(ministack_aws: Settings) -> None:
    s3, sqs, iam, sns = (aws.client(name) for name in ("s3", "sqs", "iam", "sns"))
    s3.delete_bucket_policy(Bucket=aws.bucket("results"))
    s3.delete_bucket_cors(Bucket=aws.bucket("inputs"))
    s3.put_bucket_notification_configuration(Bucket=aws.bucket("results"), NotificationConfiguration={})
    aws.client("dynamodb").delete_table(TableName=aws.table_name("uploads"))
    aws.client("dynamodb").update_table(
        TableName=aws.table_name("users"),
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": sweep_index.INDEX}}],
    )
    sqs.set_queue_attributes(
        QueueUrl=aws.queue_url(aws.queue_name("annotate")), Attributes={"ReceiveMessageWaitTimeSeconds": "0"}
    )
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=aws.topic_arn("job-requests"))["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    role = f"{ministack_aws.stack_name}-us-east-1-web"
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")

    code, output = run("--check", "--json")
    answer = json.loads(output)
    found = {(d["resource"].partition(" ")[2], d["property"]) for d in answer["differences"]}
    assert (code, answer["in_sync"]) == (1, False)
    assert found == {
        (aws.bucket("results"), "existence"),  # of its policy
        (aws.bucket("inputs"), "CorsConfiguration"),
        (aws.bucket("results"), "NotificationConfiguration"),
        (aws.table_name("uploads"), "existence"),
        (aws.table_name("users"), "GlobalSecondaryIndexes"),
        (aws.table_name("users"), "AttributeDefinitions"),
        (aws.queue_name("annotate"), "ReceiveMessageWaitTimeSeconds"),
        (f"{ministack_aws.stack_name}-job-requests → {aws.queue_name('annotate')}", "existence"),
        (role, "AttachedPolicies"),
    }


def test_events_that_nobody_asked_for_are_a_difference(ministack_aws: Settings) -> None:
    thaw = f"arn:aws:sqs:us-east-1:000000000000:{aws.queue_name('thaw')}"
    aws.client("s3").put_bucket_notification_configuration(
        Bucket=aws.bucket("inputs"),
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": thaw, "Events": ["s3:ObjectCreated:*"]}]},
    )
    (difference,) = drift.differences()
    assert (difference.property, difference.expected) == ("NotificationConfiguration", None)
    assert difference.actual["QueueConfigurations"][0]["Event"] == "s3:ObjectCreated:*"


def test_a_stack_of_before_gets_the_users_index_and_the_events_and_keeps_what_it_holds(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update in place: the index joins a table with items, the events a bucket with objects."""
    monkeypatch.setenv("GAS_STACK_NAME", f"{ministack_aws.stack_name}o")
    forget_settings()
    older = older_template()
    with monkeypatch.context() as before:
        before.setattr(template, "template_text", lambda: older)
        assert provision.deploy().action == "created"
    aws.client("dynamodb").put_item(TableName=aws.table_name("users"), Item={"user_id": {"S": "u1"}})
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key="results/u1/j1/1/x", Body=b"x")
    assert {d.property for d in drift.differences()} == {
        "NotificationConfiguration",
        "AttributeDefinitions",
        "GlobalSecondaryIndexes",
    }
    done = provision.deploy()
    assert {change.partition(" (")[0] for change in done.changes} >= {"modify UsersTable", "modify ResultsBucket"}
    assert drift.differences() == []
    assert aws.client("dynamodb").scan(TableName=aws.table_name("users"))["Count"] == 1
    assert aws.client("s3").head_object(Bucket=aws.bucket("results"), Key="results/u1/j1/1/x")["ContentLength"] == 1


def older_template() -> str:
    """Today's template without the index of users and without the bucket's events."""
    text = template.template_text()
    notifications = re.search(r"      NotificationConfiguration:\n(        .*\n)+", text)
    users = text.index("  UsersTable:")
    index = re.search(r"      GlobalSecondaryIndexes:\n(        .*\n)+", text[users:])
    attributes = re.search(r"(        - \{ AttributeName: sweep_(bucket|at), .*\n){2}", text[users:])
    assert notifications and index and attributes
    older = text[:users] + text[users:].replace(index.group(), "", 1).replace(attributes.group(), "", 1)
    return older.replace(notifications.group(), "", 1)


def test_a_restored_object_of_the_archive_reaches_the_thaw_worker_C29(ministack_aws: Settings) -> None:
    s3, results = aws.client("s3"), aws.bucket("results")
    for key in (storage.archive_key("u1", "j1", 1, "vcf"), "results/u1/j1/1/not-of-the-archive"):
        s3.put_object(Bucket=results, Key=key, Body=b"x", StorageClass="GLACIER")
        s3.restore_object(Bucket=results, Key=key, RestoreRequest={"Days": 1})
    found = []
    queue = Queue("thaw")
    deadline = time.monotonic() + 30
    while len(found) < 1 and time.monotonic() < deadline:
        received = queue.receive()
        if received and (message := restore_events.message_of(received.body)):  # the first is S3's test event
            found.append((message.type, message.user_id, message.job_id))
    assert found == [("restore-ready", "u1", "j1")]


def test_nothing_there_yet_is_a_list_of_what_is_missing(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_STACK_NAME", f"{ministack_aws.stack_name}x")
    forget_settings()
    code, output = run("--check")
    assert code == 1
    assert f"AWS::DynamoDB::Table {aws.table_name('jobs')} does not exist" in output
    assert f"AWS::SQS::Queue {aws.queue_name('thaw')} does not exist" in output
    assert f"{len(template.resolve())} differences from stack.yaml" in output


def test_credentials_of_another_account_are_refused_before_anything_is_made(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_AWS_ACCOUNT_ID", "999999999999")
    forget_settings()
    code, output = run()
    assert code == 2
    assert "belong to the account 000000000000, but GAS_AWS_ACCOUNT_ID is 999999999999" in output


@pytest.mark.parametrize("name", ["Gas", "1gas", "gas_2", "a" * 21])
def test_a_stack_name_that_no_bucket_could_have_is_refused(
    ministack_aws: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("GAS_STACK_NAME", name)
    forget_settings()
    with pytest.raises(ConfigurationError, match="lower-case letters"):
        provision.deploy()


def test_no_connection_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(variable, value)
    config, one_try = aws._config, Config(retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr(aws, "_config", lambda: config().merge(one_try))
    forget_settings()
    code, output = run("--check", "--json")
    assert code == 2
    assert json.loads(output)["error"]["code"] == "aws_error"
