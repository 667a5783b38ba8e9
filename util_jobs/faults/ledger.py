"""What an observer outside knows: which file each job is about, and which results were promised to their owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline import aws
from pipeline.jobs.states import STORAGE_TRANSITIONS, WORK_TRANSITIONS, JobStatus, StorageState
from util_jobs.faults import stores
from util_jobs.faults.recorded import content_of

ENDS = {JobStatus.COMPLETED: "is annotated", JobStatus.FAILED: "could not be annotated"}
COLD = ("GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", "vault")


@dataclass
class Ledger:
    """Fed by every AWS call that changed something; complains at once when a result is not where its record says."""

    inputs: dict[str, bytes] = field(default_factory=dict)  # by upload (and job) id
    promised: set[str] = field(default_factory=set)  # jobs that were COMPLETED at some moment
    complaints: list[str] = field(default_factory=list)
    vaults: Callable[[], dict[str, bytes]] = dict  # content of each archive by its id
    happened: Counter[tuple[str, str]] = field(default_factory=Counter)  # how often each event of each job took place
    in_doubt: Counter[str] = field(default_factory=Counter)  # what may be left because its process died, by kind
    left_late: dict[str, float] = field(default_factory=dict)  # what who lost a lease stored before it died, and when
    _states: dict[str, tuple[str, str]] = field(default_factory=dict)
    _buried: set[str] = field(default_factory=set)

    def source_of(self, job: dict[str, Any]) -> bytes | None:
        """The content of the job's input file; a rerun has its origin's."""
        seen = job["job_id"]
        if seen in self.inputs:
            return self.inputs[seen]
        return self.inputs.get(job.get("rerun_of", ""))

    def changed(self, service: str, operation: str, params: dict[str, Any], _answer: Any) -> None:
        """An AWS call was carried out."""
        reads = ("Get", "Head", "List", "Query", "BatchGet", "Describe")
        if operation.startswith(reads) or service not in ("s3", "dynamodb"):
            return
        if service == "dynamodb" and params.get("TableName") not in (None, aws.table_name("jobs")):
            return
        for job in stores.records("jobs"):
            self._follow(job)
            if job["job_status"] == JobStatus.COMPLETED and not job.get("deleting"):
                self.promised.add(job["job_id"])
                self.complaints += self.missing(job, f"after {operation}")

    def times_of(self, subject: str, job_id: str) -> int:
        """How often that of which an e-mail of this subject tells has happened to the job."""
        return sum(times for (event, job), times in self.happened.items() if job == job_id and subject.endswith(event))

    def _follow(self, job: dict[str, Any]) -> None:
        """Every change of state is one of the legal ones."""
        now = (job["job_status"], job.get("result_storage", "NONE"))
        before = self._states.get(job["job_id"], now)
        self._states[job["job_id"]] = now
        work, storage = JobStatus(before[0]), StorageState(before[1])
        if now != before and job["job_id"] in self._buried:
            self.complaints.append(f"deleted job {job['job_id'][:6]} went from {before} to {now}")
        if job.get("deleting"):
            self._buried.add(job["job_id"])
        if now[0] != before[0] and JobStatus(now[0]) not in WORK_TRANSITIONS[work]:
            self.complaints.append(f"job {job['job_id'][:6]} went from {before[0]} to {now[0]}")
        if now[0] != before[0] and now[0] in ENDS:
            self.happened[ENDS[now[0]], job["job_id"]] += 1
        if before[1] == StorageState.RESTORING and now[1] == StorageState.HOT:
            self.happened["back from the archive", job["job_id"]] += 1
        legal = STORAGE_TRANSITIONS[storage]
        if now[1] != before[1] and StorageState(now[1]) not in legal:
            self.complaints.append(f"result {job['job_id'][:6]} went from {before[1]} to {now[1]}")

    def missing(self, job: dict[str, Any], when: str) -> list[str]:
        """What of a completed result is not where its record says that it is, byte for byte."""
        name, state = f"job {job['job_id'][:6]}", job["result_storage"]
        source = self.source_of(job)
        if source is None:
            return [f"{name} is about a file that nobody submitted"]
        bucket = job.get("s3_results_bucket", aws.bucket("results"))
        away = (job.get("archived") or {}) if state in (StorageState.ARCHIVED, StorageState.RESTORING) else {}
        faults = []
        for role, entry in job["outputs"].items():
            if role in away:
                content, stored_as = self._in_archive(away[role])
                right = stored_as in COLD
            else:
                content, stored_as = _in_bucket(bucket, entry["key"])
                right = stored_as == "STANDARD"
            if content is None:
                faults.append(f"{when}: {role} of {state} {name} is nowhere")
            elif content != content_of(role, source):
                faults.append(f"{when}: {role} of {state} {name} has other bytes than its input gives")
            elif not right:
                faults.append(f"{when}: {role} of {state} {name} is stored as {stored_as}")
        return faults

    def _in_archive(self, file: dict[str, Any]) -> tuple[bytes | None, str]:
        if file["store"] == "s3":
            return _in_bucket(file["bucket"], file["archive_id"])
        return self.vaults().get(file["archive_id"]), "vault"


def _in_bucket(bucket: str, key: str) -> tuple[bytes | None, str]:
    found = stores.key_in(bucket, key)
    return (found.value, found.storage_class or "STANDARD") if found is not None else (None, "")
