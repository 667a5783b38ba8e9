"""The job's record. Attribute names of the original service are kept, so that its tables can be taken over."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from pipeline.errors import MalformedRecordError
from pipeline.jobs import originals
from pipeline.jobs.states import ACTIVE, JobStatus, StorageState
from pipeline.settings import DEFAULT_ENGINE


@dataclass(frozen=True)
class Job:
    """One annotation job. Times are epoch seconds, UTC."""

    job_id: str
    user_id: str
    input_file_name: str
    s3_inputs_bucket: str
    s3_key_input_file: str
    submit_time: int
    job_status: JobStatus
    result_storage: StorageState = StorageState.NONE
    input_size: int | None = None
    bundle_id: str | None = None
    engine: str = DEFAULT_ENGINE
    source_ids: list[str] | None = None  # None: all sources of the bundle
    rerun_of: str | None = None  # id of the job that this one repeats
    reruns: list[str] | None = None  # ids of the jobs that repeat this one; some may be gone
    pinned: dict[str, Any] | None = None  # checksum of the versions that it must be made with; how they were chosen
    detected_build: dict[str, Any] | None = None  # genome build of the file with its evidence, as the work found it
    complete_time: int | None = None
    s3_results_bucket: str | None = None
    s3_key_result_file: str | None = None
    s3_key_log_file: str | None = None
    # Where the result is, and what becomes of it. `storage_version` is the fencing number of the moves.
    results_file_archive_id: str | None = None  # of the VCF
    storage_version: int = 0
    archive_after: int | None = None  # the owner is free: from then on the result may go to the archive
    archived: dict[str, dict[str, Any]] = field(default_factory=dict)  # ArchivedFile by role
    thawed: dict[str, str] = field(default_factory=dict)  # role → key of what has come back already
    restore_message: str | None = None
    restore_tier: str | None = None
    restore_requested_at: int | None = None
    restore_expected_at: int | None = None
    asking_until: int | None = None  # a worker asks the archive for files; no other one does before then
    restored_at: int | None = None  # came back, and nobody was told yet
    cleanup: dict[str, Any] | None = None  # what a change of state made obsolete and is not gone yet
    notified: dict[str, dict[str, Any]] = field(default_factory=dict)  # claims of e-mails by event
    announced_at: int | None = None
    # Who works on it: `attempt` is the fencing number, counted up by every claim.
    attempt: int = 0
    lease_owner: str | None = None
    lease_expires_at: int | None = None
    restarts: int = 0  # how often its owner started it again after a failure
    failures: int = 0
    lost_leases: int = 0
    announcements: int = 0
    # What the page shows.
    progress: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    # Why the sweep should look again, and when (a sparse index).
    sweep_bucket: str | None = None
    sweep_at: int | None = None
    deleting: int | None = None

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Job:
        """The job in a record of the `jobs` table, also of an original system; attributes that we do not know are
        passed over.

        Raises `MalformedRecordError` for a state that this version does not know or a missing attribute.
        """
        known = {f.name for f in fields(cls)}
        try:
            ours = originals.as_ours(record) if originals.is_original(record) else record
            values = {k: v for k, v in ours.items() if k in known}
            values["job_status"] = JobStatus(values["job_status"])
            values["result_storage"] = StorageState(values.get("result_storage", StorageState.NONE))
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedRecordError("A job's record cannot be read by this version of the service.") from error

    @property
    def is_active(self) -> bool:
        """True while the job waits or runs."""
        return self.job_status in ACTIVE

    @property
    def has_tables(self) -> bool:
        """True if the explorer has something to read: results of the original systems are files to download only."""
        return "variants" in self.outputs

    @property
    def has_results(self) -> bool:
        """True if the result can be read now."""
        return self.job_status == JobStatus.COMPLETED and self.result_storage == StorageState.HOT
