"""The life of exports under interruptions at any call to AWS (C12, C16, C18, C34).

A ready export's file is there until it expires; nothing of a removed export, job or account is left; none is stuck.
`GAS_TEST_EXPORT_LIVES` is the number of random lives, of which the seeds ascend from 0.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from pipeline import aws, clock, ids
from pipeline.accounts.delete import delete_account
from pipeline.accounts.removal import remove_account
from pipeline.accounts.store import get_user
from pipeline.errors import ConflictError, GasError
from pipeline.exports import removal, store
from pipeline.exports.ask import ask
from pipeline.exports.model import Export, ExportState
from pipeline.jobs import delete, submit
from pipeline.jobs.model import Job
from pipeline.settings import Settings
from pipeline.workers import sweep
from tests.builders import make_user, write_job
from tests.pipeline.exports.interrupted import Interruptions, die, interruptions
from tests.pipeline.results.finished import finished_job
from tests.pipeline.workers.fake_work import run_one
from tests.pipeline.workers.test_annotate import visible_again
from tests.pipeline.workers.test_export import runner

LIVES = int(os.environ.get("GAS_TEST_EXPORT_LIVES", "4"))
STEPS = 14
ROUNDS = 5  # of the sweep, a lease apart, until everything is settled
MOST_CALLS = 30  # more than any one piece of work makes


@dataclass
class Life:
    """Two jobs of one user, the exports asked for, and a clock that goes when it is told to."""

    settings: Settings
    interrupted: Interruptions
    dice: random.Random
    now: float = field(default_factory=clock.now)

    def __post_init__(self) -> None:
        self.user = make_user(f"{ids.new_id()}@example.org")
        self.jobs: list[Job] = [write_job(finished_job(self.user.user_id)) for _ in range(2)]
        self.account_goes = False
        self.deleted: set[str] = set()  # jobs

    def exports(self) -> list[Export]:
        return store.of_user(self.user.user_id)

    def ask(self) -> None:
        job = self.dice.choice(self.jobs)
        if job.job_id in self.deleted or self.account_goes:
            return
        try:
            ask(job, self.dice.choice(("tsv", "csv", "jsonl")), None, None)
        except GasError:
            return  # as many as there may be are being made

    def work(self) -> None:
        visible_again("export")
        run_one(runner())

    def sweep(self) -> None:
        sweep.sweep_exports()
        sweep.sweep_jobs()

    def cancel(self) -> None:
        for export in self.some_export():
            try:
                store.cancel(export)
            except ConflictError:
                return  # it has ended

    def remove(self) -> None:
        for export in self.some_export():
            removal.remove(export)

    def delete_job(self) -> None:
        job = self.dice.choice(self.jobs)
        self.deleted.add(job.job_id)
        delete.delete(job)

    def delete_account(self) -> None:
        self.account_goes = True
        self.deleted |= {job.job_id for job in self.jobs}
        user = get_user(self.user.user_id)
        if user and not user.deleting:
            delete_account(user)
        remove_account(self.user.user_id)

    def wait(self) -> None:
        lease = self.settings.lease_s
        self.now += self.dice.choice((5, self.settings.pending_grace_s, lease + 1, 2 * lease + 1, 86400))

    def some_export(self) -> list[Export]:
        found = self.exports()
        return [self.dice.choice(found)] if found else []

    def step(self) -> None:
        """One thing happens; now and then something else happens meanwhile, or it dies, or both."""
        mine = (self.ask, self.ask, self.work, self.work, self.work, self.sweep, self.cancel, self.remove, self.wait)
        planned: dict[tuple[int, bool], Callable[[], None]] = {}
        if self.dice.random() < 0.4:
            others = (self.cancel, self.remove, self.remove, self.delete_job, self.sweep, self.wait)
            planned[self.moment()] = self.dice.choice(others)
        if self.dice.random() < 0.5:
            planned[self.moment()] = die
        work = (
            self.dice.choice(mine)
            if self.dice.random() < 0.94
            else self.dice.choice((self.delete_job, self.delete_account))
        )
        self.interrupted.during(work, planned)

    def moment(self) -> tuple[int, bool]:
        return self.dice.randint(1, MOST_CALLS), self.dice.random() < 0.5

    def settle(self) -> None:
        """Whoever died is started again, time passes, and all that is left to do is done."""
        for _ in range(ROUNDS):
            while self.settled_work():
                pass
            self.now += self.settings.lease_s + 1
            self.sweep()
            if self.account_goes:
                self.delete_account()
            else:
                for job in self.jobs:
                    if job.job_id in self.deleted and self.is_there(job):
                        delete.delete(job)  # its owner asks again, where the first time came to nothing
        self.judge()

    def settled_work(self) -> bool:
        visible_again("export")
        return run_one(runner())

    def is_there(self, job: Job) -> bool:
        return any(found.job_id == job.job_id for found in submit.list_jobs(self.user.user_id))

    def judge(self) -> None:
        """What holds at every moment at which nobody is at work."""
        stored = self.stored()
        for export in self.exports():
            if export.state == ExportState.READY and (export.expires_at or 0) > self.now:
                assert {file["key"]: file["size"] for file in export.files.values()}.items() <= stored.items(), export

    def stored(self) -> dict[str, int]:
        found = aws.client("s3").list_objects_v2(Bucket=aws.bucket("results"), Prefix="exports/")
        return {each["Key"]: each["Size"] for each in found.get("Contents", [])}

    def judge_end(self) -> None:
        """What holds once everything is settled: nothing is stuck, and nothing lies about that no record names."""
        left = self.exports()
        assert [export for export in left if export.is_active] == []
        assert [export for export in left if export.job_id in self.deleted] == []
        named = {file["key"] for export in left for file in export.files.values()}
        assert set(self.stored()) <= named
        self.now += self.settings.export_ttl_s + 1
        self.sweep()
        assert self.exports() == [] and self.stored() == {}


@pytest.fixture
def life_of(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Life]]:
    """Begins a life with these dice."""
    with interruptions() as interrupted:

        def begin(seed: int) -> Life:
            life = Life(moto_aws, interrupted, random.Random(seed))
            monkeypatch.setattr(clock, "now", lambda: life.now)
            return life

        yield begin


@pytest.mark.parametrize("seed", range(LIVES))
def test_whatever_happens_files_are_there_while_they_should_be_and_gone_when_they_should(
    life_of: Callable[[int], Life], seed: int
) -> None:
    life = life_of(seed)
    life.ask()
    for _ in range(STEPS):
        life.step()
        life.judge()
    life.settle()
    life.judge_end()


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_at_any_of_its_calls_leaves_an_export_that_ends_ready(
    life_of: Callable[[int], Life], after: bool
) -> None:
    life = life_of(1)
    place = 0
    while True:
        place += 1
        export = ask(life.jobs[0], "tsv", None, None)
        calls = life.interrupted.during(life.work, {(place, after): die})
        life.settle()
        done = store.get(export.user_id, export.export_id)
        assert done is not None and done.state == ExportState.READY, place
        assert list(life.stored()) == [done.files["file"]["key"]]
        removal.remove(done)
        assert life.stored() == {} and life.exports() == []
        if calls < place:
            assert place > 8  # claim, job, notes, progress, file, its confirmation, ready, message
            return


@pytest.mark.parametrize("happening", ["remove", "delete_job", "delete_account"])
def test_what_is_removed_while_a_worker_stores_it_is_gone_although_the_worker_dies(
    life_of: Callable[[int], Life], happening: str
) -> None:
    """At each call of the worker something is removed, and the worker dies at its next one."""
    for place in range(1, 10) if happening == "remove" else (5, 7, 9):
        life = life_of(place)
        life.jobs = life.jobs[:1]
        export = ask(life.jobs[0], "tsv", None, None)
        life.interrupted.during(life.work, {(place, True): getattr(life, happening), (place + 2, True): die})
        life.settle()
        assert store.get(export.user_id, export.export_id) is None, place
        assert not [key for key in life.stored() if export.export_id in key], place
