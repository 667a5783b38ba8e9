"""Every change of where a result is, as one conditional write on the job's record.

A move is fenced by the record's state and `storage_version`: whoever was overtaken gets `ConflictError` and must undo
what it stored. What a change makes obsolete stands in `cleanup`, set by the very write that makes it so.
"""

from __future__ import annotations

from typing import Any

from pipeline import clock, dynamo, storage
from pipeline.archive.files import ArchivedFile
from pipeline.archive.words import Told
from pipeline.errors import ConflictError
from pipeline.jobs import store
from pipeline.jobs.card import write_card
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings


def _update(job: Job, state: StorageState) -> dynamo.Update:
    """An update that holds only while the result is in this state and nobody else began another move."""
    return (
        dynamo.Update(store.TABLE, {"job_id": job.job_id})
        .when_equal(job_status=JobStatus.COMPLETED, result_storage=state)
        .when_count(attempt=job.attempt, storage_version=job.storage_version)
        .when_absent("deleting")
    )


def _written(update: dynamo.Update) -> Job:
    return Job.from_record(update.write())


def set_archive_after(job: Job, archive_after: int | None) -> Job:
    """When a HOT result falls due for the archive; None: never, its owner is premium."""
    seen = {name: getattr(job, name) for name in ("archive_after", "cleanup", "restored_at", "announced_at")}
    update = _update(job, StorageState.HOT).when_equal(**seen).set(archive_after=archive_after)
    return _written(store.look_again(update, store.next_look(job, archive_after=archive_after)))


def begin_archiving(job: Job) -> Job:
    """HOT → ARCHIVING, of a result that is due and of which no earlier move left anything behind."""
    now = clock.now()
    update = _update(job, StorageState.HOT).add("storage_version", 1)
    update.set(result_storage=StorageState.ARCHIVING, archived={})
    update.when_less("archive_after", now + 1).when_absent("cleanup")
    return _written(store.look_again(update, now + get_settings().lease_s))


def renew(job: Job) -> Job:
    """Keep a move for another lease; ConflictError if it is over."""
    return _written(store.look_again(_update(job, job.result_storage), clock.now() + get_settings().lease_s))


def take_over(job: Job) -> Job:
    """Go on with a move whose worker was silent for a lease; ConflictError if another one was quicker."""
    update = _update(job, job.result_storage).when_equal(sweep_at=job.sweep_at)
    return _written(store.look_again(update, clock.now() + get_settings().lease_s))


def note_archived(job: Job, file: ArchivedFile) -> Job:
    """A verified copy is in the archive; ConflictError if another worker of the same move noted one meanwhile."""
    archived = job.archived | {file.role: file.as_dict()}
    update = _update(job, StorageState.ARCHIVING).when_equal(archived=job.archived).set(archived=archived)
    try:
        return _written(store.look_again(update, clock.now() + get_settings().lease_s))
    except ConflictError:
        current = store.get(job.job_id)
        if current is None or not _is_same_move(current, job) or current.archived != archived:
            raise
        return current  # the note was written although its answer was lost


def _is_same_move(current: Job, job: Job) -> bool:
    same = (current.result_storage, current.storage_version) == (job.result_storage, job.storage_version)
    return same and not current.deleting


def finish_archiving(job: Job) -> Job:
    """ARCHIVING → ARCHIVED: every copy was verified; from now on the hot ones are obsolete."""
    vcf = job.archived.get("vcf")
    changes: dict[str, Any] = {
        "result_storage": StorageState.ARCHIVED,
        "results_file_archive_id": vcf["archive_id"] if vcf else None,
        "archive_after": None,
        "cleanup": {"hot": [job.outputs[role]["key"] for role in job.archived]},
    }
    if any(file["store"] == "vault" for file in job.archived.values()):
        # A worker of this move that died after an upload, and before its note, left an archive that nobody names.
        changes["cleanup"]["others"] = storage.archive_key(job.user_id, job.job_id, job.storage_version, "")
    return _written_with_card(job, changes, clock.now(), "archived")


def give_up_archiving(job: Job, archive_after: int | None) -> Job:
    """ARCHIVING → HOT: the owner became premium meanwhile (C24). The copies are obsolete, those being made too."""
    changes: dict[str, Any] = {
        "result_storage": StorageState.HOT,
        "archive_after": archive_after,
        "archived": {},
        "cleanup": {
            "archive": list(job.archived.values()),
            "prefixes": [storage.archive_key(job.user_id, job.job_id, job.storage_version, "")],
            "not_before": clock.now_s() + 2 * get_settings().lease_s,
        },
    }
    return _written_with_card(job, changes, clock.now(), "archived")


def _written_with_card(job: Job, changes: dict[str, Any], at: float, *unchanged: str) -> Job:
    """The end of a move: the card says so first, as obsolete files go after it. Where the move was overtaken, the card
    says again what the record says."""
    write_card(job, **changes)
    update = _update(job, job.result_storage).when_equal(**{name: getattr(job, name) for name in unchanged})
    try:
        return _written(store.look_again(update.set(**changes), at))
    except ConflictError:
        current = store.get(job.job_id)
        if current is not None:
            write_card(current)
        raise


def begin_restoring(job: Job, tier: str, told: Told) -> Job:
    """ARCHIVED → RESTORING, with the words that its owner reads from then on (C26)."""
    now = clock.now_s()
    update = _update(job, StorageState.ARCHIVED).add("storage_version", 1)
    update.set(result_storage=StorageState.RESTORING, restore_tier=tier, restore_requested_at=now, thawed={})
    return _written(store.look_again(_set_words(update, told), now))


def _set_words(update: dynamo.Update, told: Told) -> dynamo.Update:
    return update.set(restore_message=told.message, restore_expected_at=told.expected_at)


def ask_alone(job: Job, *, held: bool) -> Job:
    """Take the right to ask the archive for files of this result, or keep it (`held`): a vault that two workers ask at
    once would be paid twice (C28). ConflictError while another one has it; it ends with the lease."""
    now = clock.now()
    update = _update(job, StorageState.RESTORING).set(asking_until=int(now + get_settings().lease_s))
    if held:
        update.when_equal(asking_until=job.asking_until)
    else:
        update.when_absent_or_less_at("asking_until", now)
    written = _written(update)
    if written.asking_until is None or written.asking_until <= clock.now():
        raise ConflictError("It took so long to take the right to ask that another worker may have it by now.")
    return written


def note_tier(job: Job, tier: str, told: Told) -> Job:
    """A file was asked for by another tier than before, or once more: what its owner was told holds no longer."""
    update = _update(job, StorageState.RESTORING).set(restore_tier=tier, restore_requested_at=clock.now_s())
    return _written(_set_words(update, told))


def note_thawed(job: Job, role: str, key: str) -> Job:
    """A verified file is back under this key."""
    update = _update(job, StorageState.RESTORING).set(thawed=job.thawed | {role: key})
    return _written(store.look_again(update, clock.now() + get_settings().lease_s))


def look_again(job: Job, at: float, told: Told | None = None) -> Job:
    """Nothing can be done before this time; `told` are new words for the owner."""
    update = store.look_again(_update(job, job.result_storage), at)
    return _written(update if told is None else _set_words(update, told))


def finish_restoring(job: Job, archive_after: int | None) -> Job:
    """RESTORING → HOT: every file is back and verified; the archived copies are obsolete (C30)."""
    outputs = {
        role: (entry | {"key": job.thawed[role]}) if role in job.thawed else entry
        for role, entry in job.outputs.items()
    }
    gone = ("restore_message", "restore_tier", "restore_requested_at", "restore_expected_at", "asking_until")
    changes: dict[str, Any] = dict.fromkeys(gone) | {
        "results_file_archive_id": None,
        "result_storage": StorageState.HOT,
        "outputs": outputs,
        "s3_key_result_file": job.thawed.get("vcf", job.s3_key_result_file),
        "archive_after": archive_after,
        "restored_at": clock.now_s(),
        "archived": {},
        "thawed": {},
        "cleanup": {
            "archive": list(job.archived.values()),
            "prefixes": [storage.archive_key(job.user_id, job.job_id, job.storage_version - 1, "")],
            "hot": (job.cleanup or {}).get("hot", []),
        },
    }
    return _written_with_card(job, changes, clock.now(), "cleanup")


def cleaned(job: Job) -> Job:
    """What `cleanup` names is gone from the stores."""
    update = dynamo.Update(store.TABLE, {"job_id": job.job_id}).when_equal(cleanup=job.cleanup).when_absent("deleting")
    return _settled(job, update.remove("cleanup"), cleanup=None)


def told(job: Job) -> Job:
    """That the result came back was told to the rest of the system."""
    update = (
        dynamo.Update(store.TABLE, {"job_id": job.job_id})
        .when_equal(restored_at=job.restored_at)
        .when_absent("deleting")
    )
    return _settled(job, update.remove("restored_at"), restored_at=None)


def _settled(job: Job, update: dynamo.Update, **changes: Any) -> Job:
    """Write, and note when the sweep has to look again, if it has to."""
    update.when_equal(result_storage=job.result_storage, sweep_at=job.sweep_at)
    return _written(store.look_again(update, store.next_look(job, **changes)))
