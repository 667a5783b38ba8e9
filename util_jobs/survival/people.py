"""The users of a trial: what they submit and wish for, by the calls that the portal makes, and what was confirmed."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.accounts import plans
from pipeline.accounts import store as accounts
from pipeline.accounts.delete import delete_account
from pipeline.accounts.store import Plan, User
from pipeline.errors import GasError, LimitError, NotFoundError
from pipeline.jobs import delete, rerun, store, submit
from pipeline.uploads import transfer
from util_jobs.bench.job import send_file
from util_jobs.survival.files import TrialFile

PASSWORD = "correct horse battery"  # noqa: S105 - of users that do not exist
FREE_SHARE = 0.6
# What users wish for besides submitting, how often for each job that is submitted.
WISHES = {"cancel": 0.08, "delete": 0.1, "rerun": 0.08, "resubmit": 0.03, "upgrade": 0.08, "downgrade": 0.06}


@dataclass
class People:
    """Users with their jobs. What the service confirmed is noted with its time (epoch seconds).

    Several wishes may be on their way at once, each in a thread of its own.
    """

    rng: random.Random
    users: list[str] = field(default_factory=list)
    files: dict[str, TrialFile] = field(default_factory=dict)  # by job
    submitted: dict[str, float] = field(default_factory=dict)
    deleted: dict[str, float] = field(default_factory=dict)
    cancelled: dict[str, float] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)  # users
    plans: dict[str, tuple[Plan | None, float]] = field(default_factory=dict)  # the last that was confirmed
    owners: dict[str, str] = field(default_factory=dict)  # of each job
    again: Counter[str] = field(default_factory=Counter)  # failed jobs that were started again
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    doubtful: set[str] = field(default_factory=set)  # jobs and users of whom nothing is certain

    _changing: threading.Lock = field(default_factory=threading.Lock)

    def register(self, count: int) -> None:
        """Make the accounts; the first is free and the last premium, however few there are."""
        for number in range(count):
            plan: Plan = "free_user" if number < max(1, round(count * FREE_SHARE)) else "premium_user"
            user = accounts.create_local_account(f"user{number}@example.org", PASSWORD, "", plan)
            self.users.append(user.user_id)
            self.plans[user.user_id] = (plan, time.time())

    def doubt(self, since: float) -> None:
        """What was confirmed since then may have been taken back: nobody may rely on it either way."""
        for noted in (self.submitted, self.deleted, self.cancelled, self.left):
            self.doubtful |= {name for name, at in noted.items() if at >= since}
        self.doubtful |= {job for job, owner in self.owners.items() if owner in self.doubtful}
        self.plans = {user: (plan if at < since else None, at) for user, (plan, at) in self.plans.items()}

    def submit(self, file: TrialFile) -> bool:
        """Send a file and submit it; False if its user has too many jobs just now, or is gone."""
        try:
            self._submit(self._user(self.rng.choice(self.users)), file)
        except (LimitError, NotFoundError):
            return False
        return True

    def _submit(self, user: User, file: TrialFile) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file.name
            path.write_bytes(file.content)
            upload_id = send_file(user, path)
        try:
            job = submit.submit(user, upload_id)
        except LimitError:
            transfer.cancel(user, upload_id)
            raise
        self._noted(job, file)

    def _noted(self, job: store.Job, file: TrialFile) -> None:
        self.files[job.job_id], self.owners[job.job_id] = file, job.user_id
        self.submitted[job.job_id] = time.time()

    def wish(self, name: str) -> bool:
        """One user does this to one job or to the plan. A refusal with a sentence is an answer like another."""
        job_id, user_id = self.rng.choice(list(self.files) or [""]), self.rng.choice(self.users)
        about_job: dict[str, Callable[[store.Job], None]] = {
            "cancel": self._cancel,
            "delete": self._delete,
            "rerun": self._rerun,
            "resubmit": self._resubmit,
        }
        try:
            if name in about_job:
                about_job[name](store.get_owned(job_id, self._owner_of(job_id)))
            elif name == "leave":
                self._leave(user_id)
            else:
                self._change_plan(user_id, "premium_user" if name == "upgrade" else "free_user")
            self.done[name] += 1
        except GasError as error:
            self.refused[f"{name}: {error.code}"] += 1
        except (BotoCoreError, ClientError) as error:
            self.refused[f"{name}: {type(error).__name__}"] += 1
        return True

    def _owner_of(self, job_id: str) -> str:
        job = store.get(job_id)
        if job is None:
            raise NotFoundError("There is no such job in your account.")
        return self._user(job.user_id).user_id

    def _user(self, user_id: str) -> User:
        """As the portal reads it at each request: somebody who is leaving has no session any more."""
        user = accounts.get_user(user_id)
        if user is None or user.deleting:
            raise NotFoundError("This account is gone.")
        return user

    def _cancel(self, job: store.Job) -> None:
        store.cancel(job)
        self.cancelled[job.job_id] = time.time()

    def _delete(self, job: store.Job) -> None:
        delete.delete(job)
        self.deleted[job.job_id] = time.time()

    def _rerun(self, job: store.Job) -> None:
        new = rerun.rerun(self._user(job.user_id), job.job_id, "today")
        self._noted(new, self.files[job.job_id])

    def _resubmit(self, job: store.Job) -> None:
        submit.resubmit(self._user(job.user_id), job)
        self.again[job.job_id] += 1

    def _change_plan(self, user_id: str, plan: Plan) -> None:
        with self._changing:  # of two changes at once nobody could tell which was the later one
            plans.change_plan(user_id, plan)
            self.plans[user_id] = (plan, time.time())

    def _leave(self, user_id: str) -> None:
        delete_account(self._user(user_id))
        self.left[user_id] = time.time()
