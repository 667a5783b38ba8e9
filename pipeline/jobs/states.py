"""The states of a job and every legal transition, in one place (each is written conditionally by the store).

Work:    PENDING → RUNNING → COMPLETED | FAILED | CANCELLED, with RUNNING → PENDING (lease lost, tried again)
Storage: NONE → HOT → ARCHIVING → ARCHIVED → RESTORING → HOT, with ARCHIVING → HOT (the owner became premium meanwhile)
`deleting` is a tombstone beside both: no transition leaves it.
"""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """State of the work (attribute `job_status`)."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class StorageState(StrEnum):
    """Where the result is (attribute `result_storage`)."""

    NONE = "NONE"
    HOT = "HOT"
    ARCHIVING = "ARCHIVING"
    ARCHIVED = "ARCHIVED"
    RESTORING = "RESTORING"


WORK_TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset({JobStatus.RUNNING, JobStatus.CANCELLED}),
    JobStatus.RUNNING: frozenset({JobStatus.PENDING, JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.FAILED: frozenset({JobStatus.PENDING}),
    JobStatus.COMPLETED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}
STORAGE_TRANSITIONS: dict[StorageState, frozenset[StorageState]] = {
    StorageState.NONE: frozenset({StorageState.HOT}),
    StorageState.HOT: frozenset({StorageState.ARCHIVING}),
    StorageState.ARCHIVING: frozenset({StorageState.ARCHIVED, StorageState.HOT}),
    StorageState.ARCHIVED: frozenset({StorageState.RESTORING}),
    StorageState.RESTORING: frozenset({StorageState.HOT}),
}
ACTIVE = frozenset({JobStatus.PENDING, JobStatus.RUNNING})


def sources_of(target: JobStatus) -> list[str]:
    """The states from which `target` may be reached, sorted: what a conditional write asks for."""
    return sorted(source.value for source, targets in WORK_TRANSITIONS.items() if target in targets)
