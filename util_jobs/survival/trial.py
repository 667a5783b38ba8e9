"""One trial: a stack of its own, users with many small jobs, workers that are killed again and again, the reckoning."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.jobs.states import JobStatus, StorageState
from util_jobs.local.environment import ROOT
from util_jobs.local.private_stack import PrivateStack, private_stack
from util_jobs.survival import picture, rules, stored_rules
from util_jobs.survival.living import events, live
from util_jobs.survival.people import People
from util_jobs.survival.picture import Records
from util_jobs.survival.promises import Promises
from util_jobs.survival.settling import settle, summary
from util_jobs.survival.workers import Killer, files_left, strays, write_procfile

Progress = Callable[[str], None]
# Waiting times as short as a machine bears that is busy with starting processes: what takes minutes in service takes
# seconds here. Written down in docs/reliability.md.
SETTINGS = {
    "GAS_RETENTION_S": "15",
    "GAS_LEASE_S": "10",
    "GAS_VISIBILITY_TIMEOUT_S": "10",
    "GAS_HEARTBEAT_INTERVAL_S": "2",
    "GAS_PENDING_GRACE_S": "5",
    "GAS_SWEEP_INTERVAL_S": "2",
    "GAS_THAW_INTERVAL_S": "3",
    "GAS_RETRY_DELAY_S": "1",
    "GAS_LOCAL_RESTART_LONGEST_S": "1",
}
SAVED_WITHIN_S = 2.0  # what README promises of a power cut: at most the last two seconds of changes are lost
TELL_S = 10.0


@dataclass(frozen=True)
class Plan:
    """What a trial is to be. `each` is how many processes of every worker run."""

    jobs: int
    seconds: float
    seed: int
    users: int
    each: int
    settle_s: float
    keep: Path | None = None
    power_cut: bool = False


def run(plan: Plan, progress: Progress) -> dict[str, Any]:
    """The figures of one trial, with a sentence for every breach under `violations`."""
    with tempfile.TemporaryDirectory() as folder:
        procfile = Path(folder) / "Procfile"
        workers = write_procfile(ROOT / "Procfile", plan.each, procfile)
        progress(f"Starting a stack of its own with {len(workers)} workers …")
        with private_stack(procfile=procfile, settings=SETTINGS, keep=plan.keep) as stack:
            return _Trial(plan, stack, progress).run()


def _random(seed: int, use: str) -> random.Random:
    """Each use has numbers of its own, so that none of them depends on how quickly the others go on."""
    return random.Random(f"{seed} {use}")  # noqa: S311 - guards nothing


class _Trial:
    def __init__(self, plan: Plan, stack: PrivateStack, progress: Progress) -> None:
        self._plan, self._stack, self._progress = plan, stack, progress
        self._tell_at = 0.0
        self._people = People(_random(plan.seed, "people"))
        self._promises = Promises()
        self._killer = Killer(stack, _random(plan.seed, "killer"))
        # Those of before the power cut: the embedded AWS forgets what it took.
        self._mails: picture.Mails = Counter()
        self._mails_in_doubt: picture.Mails = Counter()  # sent, and perhaps not noted: they may be sent again

    def run(self) -> dict[str, Any]:
        people, promises = self._people, self._promises
        people.register(self._plan.users)
        started = time.monotonic()
        self._killer.start()
        try:
            due = events(people, _random(self._plan.seed, "events"), self._plan.jobs, self._plan.seconds)
            live(due, self._plan.seconds, self._look, self._cut_power if self._plan.power_cut else None)
        finally:
            self._killer.stop()
            killed_s = time.monotonic() - started
        self._progress(f"{self._killer.kills.total()} kills. Everything may come to rest now …")
        began = time.monotonic()
        records = settle(people, promises, self._plan.settle_s, self._progress)
        settled_s = time.monotonic() - began
        found = picture.objects(self._stack).without(people.doubtful)
        mails, records = picture.mails() + self._mails, records.without(people.doubtful)
        violations = [
            *promises.complaints,
            *rules.breaches(rules.AT_REST + rules.ALWAYS_IN_THE_END, records, people),
            *stored_rules.results_are_where_their_records_say(records, found, people, promises),
            *stored_rules.nothing_exists_that_no_record_names(records, found),
            *stored_rules.at_most_one_mail_of_an_event(records, mails, people),
            *stored_rules.everybody_was_told(records, mails + self._mails_in_doubt),
            *(f"a program outlived its worker: {stray}" for stray in strays(self._stack)),
            *(f"a temporary file is left: {path}" for path in files_left(self._stack)),
        ]
        times = {"seconds": round(killed_s, 1), "settled_s": round(settled_s, 1)}
        return self._figures(records, mails) | times | {"violations": violations}

    def _look(self, now: float, to_come: int) -> None:
        records = picture.records()
        self._promises.follow(records)
        if now >= self._tell_at:
            self._tell_at = now + TELL_S
            self._progress(f"{now:.0f} s: {summary(records)}; {to_come} wishes to come")

    def _cut_power(self) -> None:
        """Kill everything at once, the embedded AWS too, and start it again with what it had saved."""
        with self._killer.resting():
            self._mails = picture.mails(before=time.time() - SAVED_WITHIN_S)
            self._mails_in_doubt = picture.mails() - self._mails
            certain = time.time() - SAVED_WITHIN_S
            self._stack.kill_everything()
            self._people.doubt(certain)
            self._promises.doubt(certain)
            in_doubt = len(self._people.doubtful)
            self._progress(f"Killed everything; {in_doubt} jobs and accounts are in doubt. Starting again …")
            self._stack.start()

    def _figures(self, records: Records, mails: picture.Mails) -> dict[str, Any]:
        kept = records.kept
        status = Counter(job["job_status"] for job in kept)
        return {
            "jobs": len(self._people.submitted),
            "seed": self._plan.seed,
            "kills": dict(sorted(self._killer.kills.items())),
            "completed": status[JobStatus.COMPLETED],
            "failed": status[JobStatus.FAILED],
            "cancelled": status[JobStatus.CANCELLED],
            "deleted": len(records.jobs) - len(kept),
            "archived": sum(job["result_storage"] == StorageState.ARCHIVED for job in kept),
            "lost_leases": sum(job.get("lost_leases", 0) for job in records.jobs.values()),
            "wishes": dict(sorted(self._people.done.items())),
            "refused": dict(sorted(self._people.refused.items())),
            "in_doubt": len(self._people.doubtful),
            "mails": mails.total(),
            "mails_lost": stored_rules.lost_mails(records),
        }
