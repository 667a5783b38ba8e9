"""`queues` shows what waits where and who holds what; `peek` and `redrive` treat dead letters with care (C22)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from pipeline import aws, clock, messages
from pipeline.jobs import store
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.workers.queue import Queue
from tests.builders import make_job, make_user, write_job
from tests.conftest import forget_settings
from tests.emulator_process import free_port
from tests.queues import bodies, count, dead_letters
from util_jobs.queues import command as queues_command
from util_jobs.queues.dead_letters import HOLD_S
from util_jobs.queues.report import duration

ROOT = Path(__file__).resolve().parents[2]
UNREADABLE = '{"schema_version": 99}'
RESTORED_EVENT = json.dumps({"Records": [{"s3": {"object": {"key": "archive/u1/j1/1/vcf"}}}]})


@pytest.fixture
def cloud(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """AWS in memory, looked at as in production (else the command goes to the stack of this machine)."""
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    forget_settings()
    return moto_aws


def run(*arguments: str) -> str:
    result = CliRunner().invoke(queues_command.command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def run_json(*arguments: str) -> dict[str, Any]:
    (line,) = run(*arguments, "--json").splitlines()
    return dict(json.loads(line))


def a_message(job: str = "j1", user: str = "u1") -> Message:
    return Message(type="job-requested", job_id=job, user_id=user)


def bury(queue_name: str, body: str, reason: str | None = None) -> None:
    """A dead letter as a worker makes it (with a reason) or as SQS does (without)."""
    attributes = {"reason": {"DataType": "String", "StringValue": reason}} if reason else {}
    aws.client("sqs").send_message(
        QueueUrl=aws.queue_url(aws.dead_letter_queue_name(queue_name)),
        MessageBody=body,
        MessageAttributes=attributes,
        MessageGroupId="u1",
    )


def dead_now(queue_name: str) -> tuple[int, int]:
    return count(f"{queue_name}-dead-letters")


def figures(queue_name: str) -> dict[str, Any]:
    return next(q for q in run_json()["queues"] if q["queue"] == queue_name)


def test_each_queue_tells_what_waits_what_is_held_and_what_died_C22(cloud: Settings) -> None:
    messages.send("archive", a_message())
    messages.send("archive", a_message())
    messages.send("archive", a_message(), delay_s=600)
    assert Queue("archive").receive()
    bury("archive", "x", "no reason")
    assert figures("archive") == {
        "queue": "archive",
        "waiting": 1,
        "in_flight": 1,
        "delayed": 1,
        "oldest_s": None,
        "dead_letters": 1,
    }
    assert [q["queue"] for q in run_json()["queues"]] == list(aws.QUEUES)
    line = next(line for line in run().splitlines() if line.startswith("archive"))
    assert line.split() == ["archive", "1", "1", "1", "n/a", "1"]


def test_the_age_of_the_oldest_message_is_what_cloudwatch_says(cloud: Settings) -> None:
    for minutes, age in ((3, 250.0), (2, 310.0)):
        aws.client("cloudwatch").put_metric_data(
            Namespace="AWS/SQS",
            MetricData=[
                {
                    "MetricName": "ApproximateAgeOfOldestMessage",
                    "Dimensions": [{"Name": "QueueName", "Value": aws.queue_name("thaw")}],
                    "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes),
                    "Value": age,
                }
            ],
        )
    assert figures("thaw")["oldest_s"] == 310
    assert figures("notify")["oldest_s"] is None
    assert "5 min" in next(line for line in run().splitlines() if line.startswith("thaw"))


def test_a_cloudwatch_that_refuses_costs_only_the_ages(cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetMetricData")

    monkeypatch.setattr(aws.client("cloudwatch"), "get_metric_data", refuse)
    document = run_json()
    assert document["cloudwatch_answered"] is False
    assert {q["oldest_s"] for q in document["queues"]} == {None}
    result = CliRunner().invoke(queues_command.command, [])
    assert (result.exit_code, "the ages are not known" in result.stderr) == (0, True)


def test_running_jobs_are_shown_with_their_worker_and_what_is_left_of_the_lease_C22(cloud: Settings) -> None:
    user = make_user()
    quick, dead, waiting = (make_job(user) for _ in range(3))
    store.claim(quick.job_id, "annotator-1-17-ab")
    lost = store.claim(dead.job_id, "annotator-2-18-cd")
    overdue = clock.now_s() - 100
    write_job(replace(lost, lease_expires_at=overdue, sweep_at=overdue))
    held = run_json()["held_jobs"]
    assert [(h["job_id"], h["worker"]) for h in held] == [
        (dead.job_id, "annotator-2-18-cd"),
        (quick.job_id, "annotator-1-17-ab"),
    ]
    assert -110 <= held[0]["lease_left_s"] <= -100
    assert 50 <= held[1]["lease_left_s"] <= 60
    assert waiting.job_id not in run()
    assert "jobs in work: 2" in run()
    assert "over since" in run()


def test_results_on_their_way_are_counted(cloud: Settings) -> None:
    user = make_user()
    for state in (StorageState.ARCHIVING, StorageState.RESTORING, StorageState.RESTORING, StorageState.HOT):
        moving = replace(make_job(user), job_status=JobStatus.COMPLETED, result_storage=state)
        write_job(replace(moving, sweep_bucket=store.SWEEP_BUCKET, sweep_at=clock.now_s() + 30))
    assert run_json()["moving_results"] == {"ARCHIVING": 1, "RESTORING": 2}
    assert "results on their way: 1 to the archive, 2 back" in run()


def test_emails_that_may_not_have_been_sent_are_looked_for_when_asked(cloud: Settings) -> None:
    job = replace(make_job(make_user()), job_status=JobStatus.COMPLETED)
    write_job(replace(job, notified={"completed": {"claimed_at": clock.now_s() - 3600, "token": "t", "round": 1}}))
    assert "unsent_mails" not in run_json()
    (claim,) = run_json("--mail")["unsent_mails"]
    assert (claim["job_id"], claim["event"]) == (job.job_id, "completed")
    assert 3600 <= claim["age_s"] < 3700
    assert "e-mails that may not have been sent: 1" in run("--mail")


def test_a_look_at_dead_letters_tells_what_they_are_and_leaves_them_C22(cloud: Settings) -> None:
    readable = a_message("job-7", "user-7")
    bury("annotate", readable.model_dump_json(), "disk_full: the work failed 3 times")
    bury("annotate", UNREADABLE)
    document = run_json("peek", "annotate")
    by_type = {letter["type"]: letter for letter in document["messages"]}
    assert document["dead_letters"] == 2
    first, second = by_type["job-requested"], by_type[None]
    assert (first["job_id"], first["user_id"], first["message_id"]) == ("job-7", "user-7", readable.message_id)
    assert first["reason"] == "disk_full: the work failed 3 times"
    assert (first["problem"], first["receives"]) == (None, 1)
    assert 0 <= first["age_s"] < 60
    assert second["reason"] is None
    assert "breaks schema 1" in second["problem"]
    assert second["body"] == UNREADABLE
    assert dead_now("annotate") == (2, 0)  # given back at once, nothing deleted
    text = run("peek", "annotate")
    assert "received too often" in text
    assert "unreadable" in text


def test_what_an_unreadable_message_holds_cannot_steer_the_terminal(cloud: Settings) -> None:
    bury("annotate", "\\u001b[31m \N{RIGHT-TO-LEFT OVERRIDE}\ttab" + "x" * 500)
    text = run("peek", "annotate")
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert "\t" not in text
    assert "x" * 201 not in text


def test_a_look_stops_at_its_limit_and_more_than_ten_can_be_seen(cloud: Settings) -> None:
    for number in range(23):
        bury("annotate", a_message(f"j{number}").model_dump_json())
    assert len(run_json("peek", "annotate")["messages"]) == 10
    document = run_json("peek", "annotate", "--limit", "100")
    assert len({letter["job_id"] for letter in document["messages"]}) == 23
    assert dead_now("annotate") == (23, 0)


def test_dead_letters_go_back_as_they_were_and_unreadable_ones_stay_C22(cloud: Settings) -> None:
    sent = [a_message(f"j{number}").model_dump_json() for number in range(12)]
    for body in sent:
        bury("annotate", body, "disk_full")
    bury("annotate", UNREADABLE, "poison")
    document = run_json("redrive", "annotate")
    assert document == {
        "queue": "annotate",
        "dry_run": False,
        "readable": 12,
        "sent": 12,
        "unreadable": 1,
        "left": 1,
    }
    assert sorted(bodies("annotate")) == sorted(sent)
    assert [letter["Body"] for letter in dead_letters("annotate")] == [UNREADABLE]


def test_the_owner_stays_the_group_of_a_message_that_goes_back_C21(cloud: Settings) -> None:
    bury("annotate", a_message().model_dump_json())
    run("redrive", "annotate")
    received = Queue("annotate").receive()
    assert received and received.group_id == "u1"


def test_a_dry_run_changes_nothing(cloud: Settings) -> None:
    bury("annotate", a_message().model_dump_json())
    bury("annotate", UNREADABLE)
    document = run_json("redrive", "annotate", "--dry-run")
    assert (document["readable"], document["sent"], document["unreadable"], document["left"]) == (1, 0, 1, 2)
    assert dead_now("annotate") == (2, 0)
    assert count("annotate") == (0, 0)
    assert "1 message would go back to annotate; nothing was changed." in run("redrive", "annotate", "--dry-run")


def test_a_limit_bounds_how_many_go_back(cloud: Settings) -> None:
    for number in range(5):
        bury("annotate", a_message(f"j{number}").model_dump_json())
    assert run_json("redrive", "annotate", "--limit", "2")["sent"] == 2
    assert (count("annotate"), dead_now("annotate")) == ((2, 0), (3, 0))


def test_one_that_dies_again_at_once_is_not_sent_round_and_round(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bury("annotate", a_message().model_dump_json())
    sqs = aws.client("sqs")
    delete: Callable[..., Any] = sqs.delete_message

    def delete_and_die_again(**arguments: Any) -> Any:
        answer = delete(**arguments)
        bury("annotate", a_message().model_dump_json(), "again")
        return answer

    monkeypatch.setattr(sqs, "delete_message", delete_and_die_again)
    document = run_json("redrive", "annotate")
    assert (document["sent"], document["left"]) == (1, 1)


def test_an_event_of_the_object_store_goes_back_to_the_thaw_queue_but_to_no_other_C29(cloud: Settings) -> None:
    bury("thaw", RESTORED_EVENT)
    (letter,) = run_json("peek", "thaw")["messages"]
    assert (letter["type"], letter["job_id"], letter["problem"]) == ("restore-ready", "j1", None)
    assert run_json("redrive", "thaw")["sent"] == 1
    assert bodies("thaw") == [RESTORED_EVENT]
    bury("archive", RESTORED_EVENT)
    assert run_json("redrive", "archive")["unreadable"] == 1


def test_a_crash_between_send_and_delete_loses_nothing_C14(cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    body = a_message().model_dump_json()
    bury("annotate", body)

    def crash(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalError", "Message": "gone"}}, "DeleteMessage")

    with monkeypatch.context() as broken:
        broken.setattr(aws.client("sqs"), "delete_message", crash)
        result = CliRunner().invoke(queues_command.command, ["redrive", "annotate", "--json"])
    (line,) = result.stdout.splitlines()
    assert (result.exit_code, json.loads(line)["error"]["code"]) == (2, "aws_error")
    assert (count("annotate"), dead_now("annotate")) == ((1, 0), (1, 0))
    assert run_json("redrive", "annotate")["sent"] == 1
    assert bodies("annotate") == [body, body]  # twice, which handlers bear
    assert dead_now("annotate") == (0, 0)


def test_an_interrupted_look_gives_back_what_it_held(cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    bury("annotate", a_message().model_dump_json())

    def interrupt(_body: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(messages, "parse", interrupt)
    result = CliRunner().invoke(queues_command.command, ["peek", "annotate", "--json"])
    assert (result.exit_code, json.loads(result.stdout)["error"]["code"]) == (2, "cancelled")
    assert dead_now("annotate") == (1, 0)


def test_a_message_that_is_looked_at_is_hidden_for_a_short_time_only(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bury("annotate", a_message().model_dump_json())
    sqs, asked = aws.client("sqs"), []
    receive = sqs.receive_message
    monkeypatch.setattr(sqs, "receive_message", lambda **arguments: asked.append(arguments) or receive(**arguments))
    run("peek", "annotate")
    assert {request["VisibilityTimeout"] for request in asked} == {HOLD_S}
    assert HOLD_S <= 60


def test_queues_that_do_not_exist_are_a_sentence(cloud: Settings) -> None:
    sqs = aws.client("sqs")
    sqs.delete_queue(QueueUrl=aws.queue_url(aws.queue_name("restore")))
    forget_settings()
    result = CliRunner().invoke(queues_command.command, ["--json"])
    (line,) = result.stdout.splitlines()
    assert result.exit_code == 2
    assert "util_jobs provision" in json.loads(line)["error"]["message"]


def test_options_before_a_subcommand_are_refused_rather_than_passed_over() -> None:
    result = CliRunner().invoke(queues_command.command, ["--json", "peek", "annotate"])
    assert (result.exit_code, "after `peek`" in result.output) == (2, True)
    unknown = CliRunner().invoke(queues_command.command, ["peek", "annotate-dead-letters"])
    assert unknown.exit_code == 2


def test_without_a_running_stack_the_command_says_how_to_start_one(tmp_path: Path) -> None:
    own = {k: v for k, v in os.environ.items() if not k.startswith(("GAS_", "AWS_"))}
    asked = subprocess.run(
        [sys.executable, "-m", "util_jobs", "queues", "--json"],
        cwd=ROOT,
        env=own | {"GAS_DATA_DIR": str(tmp_path), "GAS_EMULATOR_PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = asked.stdout.splitlines()
    assert asked.returncode == 2
    assert "make run" in json.loads(line)["error"]["message"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "n/a"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2.0 h"), (5 * 86400, "5.0 days")],
)
def test_durations_are_readable(seconds: int | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.emulator
def test_the_whole_way_on_the_embedded_aws_C22(ministack_aws: Settings) -> None:
    sent = [a_message(f"j{number}").model_dump_json() for number in range(11)]
    for body in sent:
        bury("restore", body, "why")
    bury("restore", UNREADABLE, "poison")
    assert figures("restore")["dead_letters"] == 12
    assert figures("restore")["oldest_s"] is None
    assert len(run_json("peek", "restore", "--limit", "50")["messages"]) == 12
    assert run_json("redrive", "restore", "--dry-run")["readable"] == 11
    assert dead_now("restore") == (12, 0)
    document = run_json("redrive", "restore")
    assert (document["sent"], document["unreadable"], document["left"]) == (11, 1, 1)
    assert count("restore") == (11, 0)
