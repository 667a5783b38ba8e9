"""What surrounds a schedule: quick DynamoDB that answers as the slow one, indexes that lag, clocks that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, clock, dynamo
from util_jobs.faults.crashes import Fate
from util_jobs.faults.processes import Process, Task
from util_jobs.faults.quick_dynamodb import QuickDynamoDb
from util_jobs.faults.simulation import Simulation, simulating
from util_jobs.faults.world import World

READS = ("GetItem", "Query", "BatchGetItem", "Scan")


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    with simulating() as ready:
        ready.world.begin(1)
        yield ready


@pytest.fixture
def world(simulation: Simulation) -> World:
    return simulation.world


def _in_a_process(work: Callable[[], None], *, skew_s: float = 0.0) -> list[BaseException]:
    """Run it as a simulated process to its end; what it ended with."""
    errors: list[BaseException] = []
    task = Task(Process("somebody", skew_s), "somebody", work, errors.append)
    while not task.ended:
        task.resume()
    return errors


def _put(**values: Any) -> None:
    assert dynamo.put_new("jobs", {"job_id": "j1", "user_id": "u1", "submit_time": 1, **values}, "job_id")


def _jobs_of_user() -> list[dict[str, Any]]:
    found = dynamo.query_all(
        "jobs",
        index="user_id-submit_time-index",
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": "u1"}},
    )
    return list(found)


def test_quick_dynamodb_answers_as_botocore_does(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, compared = QuickDynamoDb.answer, 0

    def both(self: QuickDynamoDb, operation: str, params: dict[str, Any], long_way: Callable[[], Any]) -> Any:
        nonlocal compared
        answer = quick(self, operation, params, long_way)
        if operation in READS:
            wanted = long_way()
            compared += 1
            assert {**answer, "ResponseMetadata": {}} == {**wanted, "ResponseMetadata": {}}
        return answer

    monkeypatch.setattr(QuickDynamoDb, "answer", both)
    assert simulation.run(2).violations == []
    assert compared > 10


def test_quick_dynamodb_refuses_as_botocore_does(world: World) -> None:
    _put()
    update = dynamo.Update("jobs", {"job_id": "j1"}).set(a=1).when_absent("user_id").request()
    for _ in range(2):  # the first of a form goes the long way, the second the quick one
        with pytest.raises(ClientError) as refused:
            aws.client("dynamodb").update_item(**update)
        assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
        assert type(refused.value).__name__ == "ConditionalCheckFailedException"
    unused = update | {"ExpressionAttributeNames": {**update["ExpressionAttributeNames"], "#none": "none"}}
    with pytest.raises(ClientError, match="unused"):
        aws.client("dynamodb").update_item(**unused)


def test_index_shows_a_write_late_and_the_table_at_once(world: World) -> None:
    world.calls.indexes.most_s = 10.0
    _put()
    assert _jobs_of_user() == []
    assert dynamo.get("jobs", {"job_id": "j1"}) is not None
    world.clock.advance(10)
    assert [job["job_id"] for job in _jobs_of_user()] == ["j1"]
    dynamo.Update("jobs", {"job_id": "j1"}).set(note="new").write()
    dynamo.Update("jobs", {"job_id": "j1"}).set(note="newer").write()
    assert [job.get("note") for job in _jobs_of_user()] == [None]
    world.clock.advance(10)
    assert [job.get("note") for job in _jobs_of_user()] == ["newer"]


def test_index_without_lag_shows_a_write_at_once(world: World) -> None:
    _put()
    assert [job["job_id"] for job in _jobs_of_user()] == ["j1"]


def test_process_has_its_own_clock_and_aws_has_another(world: World) -> None:
    seen: list[float] = []

    def look() -> None:
        seen.append(clock.now())
        with world.clock.at_aws():
            seen.append(clock.now())

    assert _in_a_process(look, skew_s=3.0) == []
    assert seen == [world.clock.time + 3.0, world.clock.time]


def test_what_ends_a_task_is_told() -> None:
    def fall() -> None:
        raise KeyError("nobody catches this")

    assert [type(error) for error in _in_a_process(fall)] == [KeyError]


def test_files_of_several_parts_come_through(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = World.begin

    def in_parts(world: World, seed: int) -> None:
        begin(world, seed)
        world.cut_files()

    monkeypatch.setattr(World, "begin", in_parts)
    outcomes = [simulation.run(seed) for seed in (8, 12)]
    assert [outcome.violations for outcome in outcomes] == [[], []]
    assert any(":UploadPart" in line for outcome in outcomes for line in outcome.trace)


@pytest.mark.parametrize("as_file", [False, True])
def test_what_the_library_does_twice_it_sends_whole_both_times(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, as_file: bool
) -> None:
    monkeypatch.setattr(world.misfortune, "fate_of", lambda *about: Fate.DONE_TWICE)
    path = tmp_path / "body"
    path.write_bytes(b"whole")
    where = {"Bucket": aws.bucket("results"), "Key": "twice"}

    def put() -> None:
        with path.open("rb") as opened:
            aws.client("s3").put_object(**where, Body=opened if as_file else b"whole")

    assert _in_a_process(put) == []
    assert aws.client("s3").get_object(**where)["Body"].read() == b"whole"
