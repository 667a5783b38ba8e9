"""The embedded AWS keeps its word: at most the last two seconds are lost, however it ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.emulator_process import EmulatorProcess, free_port

pytestmark = pytest.mark.emulator
PROMISE_S = 2.0


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[EmulatorProcess]:
    """An emulator of this test's own, which it may kill."""
    process = EmulatorProcess(tmp_path / "data", free_port())
    yield process
    if process.process and process.process.poll() is None:
        process.stop(signal.SIGKILL)


def client(emulator: EmulatorProcess, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def make_table(emulator: EmulatorProcess) -> Any:
    dynamodb = client(emulator, "dynamodb")
    dynamodb.create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    return dynamodb


def things(emulator: EmulatorProcess) -> set[str]:
    pages = client(emulator, "dynamodb").get_paginator("scan").paginate(TableName="things")
    return {item["id"]["S"] for page in pages for item in page["Items"]}


def test_items_objects_and_consumed_messages_survive_a_kill(emulator: EmulatorProcess) -> None:
    emulator.start()
    dynamodb, sqs, sns, s3 = (make_table(emulator), *(client(emulator, s) for s in ("sqs", "sns", "s3")))
    queue = sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:000000000000:work",
        Attributes={"RawMessageDelivery": "true"},
    )
    s3.create_bucket(Bucket="files")
    s3.put_object(Bucket="files", Key="a/b.vcf", Body=b"##fileformat", ContentType="text/x-vcf")
    dynamodb.put_item(TableName="things", Item={"id": {"S": "kept"}})
    sqs.send_message(QueueUrl=queue, MessageBody="consumed")
    message = sqs.receive_message(QueueUrl=queue)["Messages"][0]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sns.publish(TopicArn=topic, Message="waiting")
    time.sleep(PROMISE_S + 0.5)
    emulator.stop(signal.SIGKILL)

    emulator.start()
    assert things(emulator) == {"kept"}
    received = client(emulator, "sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [m["Body"] for m in received] == ["waiting"]
    found = client(emulator, "s3").get_object(Bucket="files", Key="a/b.vcf")
    assert (found["Body"].read(), found["ContentType"]) == (b"##fileformat", "text/x-vcf")


def test_a_message_received_and_hidden_stays_hidden_after_a_kill(emulator: EmulatorProcess) -> None:
    emulator.start()
    sqs = client(emulator, "sqs")
    queue = sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="in hand")
    time.sleep(PROMISE_S + 0.5)  # saved, so that the receive alone must cause the next save
    handle = sqs.receive_message(QueueUrl=queue)["Messages"][0]["ReceiptHandle"]
    time.sleep(PROMISE_S + 0.5)
    emulator.stop(signal.SIGKILL)
    emulator.start()
    sqs = client(emulator, "sqs")
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "in hand"


def test_a_kill_amid_writes_loses_at_most_the_last_two_seconds(emulator: EmulatorProcess) -> None:
    emulator.start()
    dynamodb = make_table(emulator)
    for round_number in range(2):
        written: dict[str, float] = {}
        ends = time.monotonic() + PROMISE_S + 0.7 + 0.37 * round_number  # kills at other points of a save
        while time.monotonic() < ends:
            name = f"{round_number}-{len(written)}"
            dynamodb.put_item(TableName="things", Item={"id": {"S": name}, "text": {"S": "x" * 2000}})
            written[name] = time.monotonic()
        killed = time.monotonic()
        emulator.stop(signal.SIGKILL)
        emulator.start()
        old_enough = {name for name, when in written.items() if when < killed - PROMISE_S}
        assert old_enough
        assert old_enough <= things(emulator)
        dynamodb = client(emulator, "dynamodb")


def test_everything_is_saved_at_a_clean_stop(emulator: EmulatorProcess) -> None:
    emulator.start()
    make_table(emulator).put_item(TableName="things", Item={"id": {"S": "last moment"}})
    assert emulator.stop() == 0
    emulator.start()
    assert things(emulator) == {"last moment"}


def test_an_unreadable_snapshot_gives_way_to_the_one_before_it(emulator: EmulatorProcess) -> None:
    emulator.start()
    make_table(emulator).put_item(TableName="things", Item={"id": {"S": "first"}})
    time.sleep(PROMISE_S + 0.5)
    emulator.stop(signal.SIGKILL)
    newest = sorted((emulator.data_dir / "aws" / "state").iterdir())[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    emulator.start()
    assert things(emulator) == {"first"}
    assert "older_state_used" in emulator.log
    assert newest.with_name(f"unreadable-{newest.name}").exists()
    client(emulator, "dynamodb").put_item(TableName="things", Item={"id": {"S": "second"}})
    emulator.stop()
    emulator.start()
    assert things(emulator) == {"first", "second"}


def test_when_no_snapshot_can_be_read_it_says_so_and_does_not_start_empty(emulator: EmulatorProcess) -> None:
    state = emulator.data_dir / "aws" / "state"
    state.mkdir(parents=True)
    (state / "state-000000000007").write_bytes(b"{half a")
    emulator.launch()
    assert emulator.process is not None
    assert emulator.process.wait(30) == 1
    assert "cannot be read" in emulator.log
    assert "make reset CONFIRM=yes" in emulator.log
    assert "Traceback" not in emulator.log


def test_a_stack_moved_to_another_port_still_finds_its_queues(emulator: EmulatorProcess) -> None:
    emulator.start()
    client(emulator, "sqs").create_queue(QueueName="work")
    emulator.stop()
    emulator.port = free_port()
    emulator.start()
    sqs = client(emulator, "sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    assert f":{emulator.port}/" in url
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"


def test_no_object_is_gone_before_what_was_written_ahead_of_its_deletion_is_saved(emulator: EmulatorProcess) -> None:
    """The record first, then the object that it makes obsolete: a kill must not turn that order round (C23, C30)."""
    emulator.start()
    dynamodb, s3 = make_table(emulator), client(emulator, "s3")
    s3.create_bucket(Bucket="files")
    for name in ("one", "many"):
        s3.put_object(Bucket="files", Key=name, Body=b"obsolete soon")
    time.sleep(PROMISE_S + 0.5)  # saved, so that nothing but the deletion makes the next save come at once
    dynamodb.put_item(TableName="things", Item={"id": {"S": "one"}})
    s3.delete_object(Bucket="files", Key="one")
    dynamodb.put_item(TableName="things", Item={"id": {"S": "many"}})
    s3.delete_objects(Bucket="files", Delete={"Objects": [{"Key": "many"}]})
    emulator.stop(signal.SIGKILL)

    emulator.start()
    assert "Contents" not in client(emulator, "s3").list_objects_v2(Bucket="files")
    assert things(emulator) == {"one", "many"}
