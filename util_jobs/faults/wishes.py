"""What users do, at any moment: submit, cancel, delete, start again, run again, change the plan, leave."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline import aws, dynamo
from pipeline.accounts import delete as account_deletion
from pipeline.accounts import plans
from pipeline.accounts import store as accounts
from pipeline.errors import NotFoundError
from pipeline.jobs import cancel, delete, rerun, store
from pipeline.jobs import submit as submission
from pipeline.uploads import store as uploads
from pipeline.uploads.store import Upload, UploadState
from util_jobs.faults import recorded
from util_jobs.faults.character import Character, Theme
from util_jobs.faults.ledger import Ledger

Wish = Callable[[], Any]
PASSWORD = "correct horse battery"  # noqa: S105  # of users that do not exist
CONTENTS = (b"##vcf one\n", b"##vcf two\n", recorded.BAD_INPUT, recorded.TROUBLE)
CONTENT_WEIGHTS = (8, 4, 1, 1)
WEIGHTS: dict[Theme, dict[str, int]] = {
    "everything": {
        "cancel": 2, "delete": 4, "resubmit": 2, "rerun": 2, "upgrade": 6, "downgrade": 3, "leave": 1,
    },
    "work": {"cancel": 5, "delete": 8, "resubmit": 3, "rerun": 2, "upgrade": 1, "downgrade": 1, "leave": 1},
    "plans": {"cancel": 0, "delete": 1, "resubmit": 0, "rerun": 0, "upgrade": 6, "downgrade": 6, "leave": 0},
}  # fmt: skip


class People:
    """The users of one schedule and what they may wish for next."""

    def __init__(self, rng: random.Random, ledger: Ledger, character: Character) -> None:
        self.rng, self.ledger, self.theme = rng, ledger, character.theme
        self.ids = [self._register(number) for number in range(character.people)]
        self.uploads: list[Upload] = [self._upload() for _ in range(character.jobs)]
        self.job_ids: list[str] = []
        self.eager: list[str] = []  # users who upgrade before anybody wishes for anything else

    def _register(self, number: int) -> str:
        plan: accounts.Plan = self.rng.choice(("free_user", "free_user", "premium_user"))
        return accounts.create_local_account(f"user{number}@example.org", PASSWORD, "", plan).user_id

    def _upload(self) -> Upload:
        """A file that has arrived, as the browser would have sent it."""
        (content,) = self.rng.choices(CONTENTS, CONTENT_WEIGHTS)
        fresh = uploads.new(self.rng.choice(self.ids), "tiny.vcf", len(content))
        upload = replace(fresh, state=UploadState.UPLOADED, multipart_id="none")
        aws.client("s3").put_object(Bucket=upload.bucket, Key=upload.key, Body=content)
        dynamo.put_new(uploads.TABLE, vars(upload), "upload_id")
        self.ledger.inputs[upload.upload_id] = content
        return upload

    def _job(self) -> str:
        """Any job; where work is the theme, mostly the one that was submitted last, which still runs."""
        if self.theme == "work" and self.rng.random() < 0.8:
            return self.job_ids[-1]
        return self.rng.choice(self.job_ids)

    def change_plan(self, user_id: str, plan: accounts.Plan) -> Wish:
        """Wish for another plan."""
        return lambda: plans.change_plan(user_id, plan)

    def next(self, *, calm: bool = False) -> tuple[str, Wish]:
        """A wish with its name, as the schedule's random numbers have it; while `calm` only to submit what is there."""
        if self.uploads and (calm or not self.job_ids or self.rng.random() < 0.5):
            upload = self.uploads.pop()
            self.job_ids.append(upload.upload_id)
            return "submit", lambda: submission.submit(_user(upload.user_id), upload.upload_id)
        name, weight = zip(*WEIGHTS[self.theme].items(), strict=True)
        (chosen,) = ("upgrade",) if self.eager else self.rng.choices(name, weight)
        user_id = self.eager.pop() if self.eager else self.rng.choice(self.ids)
        job_id = self._job() if self.job_ids else ""
        which: rerun.Versions = self.rng.choice(("today", "automatic"))
        token = f"wish-{self.rng.randrange(3)}"
        wishes: dict[str, Wish] = {
            "cancel": lambda: cancel.cancel(_own(job_id)),
            "delete": lambda: delete.delete(_own(job_id)),
            "resubmit": lambda: submission.resubmit(_user(_own(job_id).user_id), _own(job_id)),
            "rerun": lambda: rerun.rerun(_user(_own(job_id).user_id), job_id, which, token),
            "upgrade": self.change_plan(user_id, "premium_user"),
            "downgrade": self.change_plan(user_id, "free_user"),
            "leave": lambda: account_deletion.delete_account(_user(user_id)),
        }
        return chosen, wishes[chosen]


def _user(user_id: str) -> accounts.User:
    """As the portal reads it at each request: somebody who is leaving has no session any more."""
    user = accounts.get_user(user_id)
    if user is None or getattr(user, "deleting", None):
        raise NotFoundError("This account is gone.")
    return user


def _own(job_id: str) -> store.Job:
    job = store.get(job_id)
    if job is None or job.deleting:
        raise NotFoundError("There is no such job in your account.")
    _user(job.user_id)
    return job
