"""Deliberate bugs on the way to the archive and back."""

from __future__ import annotations

from typing import Any

from pipeline import aws, clock, dynamo, storage
from pipeline.archive import moves, steps
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores import s3_classes, store_named, vault_upload, vaults
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.s3_classes import S3ClassStore
from pipeline.archive.stores.vaults import VaultStore
from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings
from util_jobs.faults.mutations import mutation
from util_jobs.faults.patches import Patches


@mutation("The hot copy goes as soon as the archive has taken the bytes, before anybody looked at what it took.")
def delete_before_verify(patches: Patches) -> None:
    prove, upload = s3_classes.prove, vault_upload.upload

    def proven(source: Any, target: Any, *rest: Any) -> None:
        if source[1].startswith("results/"):
            aws.client("s3").delete_object(Bucket=source[0], Key=source[1])
        prove(source, target, *rest)

    def uploaded(vault: str, bucket: str, key: str, *rest: Any, **named: Any) -> str:
        archive_id = upload(vault, bucket, key, *rest, **named)
        aws.client("s3").delete_object(Bucket=bucket, Key=key)
        return archive_id

    patches.set(s3_classes, "prove", proven)
    patches.set(vault_upload, "upload", uploaded)


@mutation("The hot copies are removed before the record says ARCHIVED.")
def hot_removed_before_archived(patches: Patches) -> None:
    real = moves.finish_archiving

    def finish(job: Job) -> Job:
        bucket = job.s3_results_bucket or aws.bucket("results")
        storage.delete_keys(bucket, [job.outputs[role]["key"] for role in job.archived])
        return real(job)

    patches.set(moves, "finish_archiving", finish)


@mutation("Moves are written whatever state the record is in by now.")
def no_condition_on_moves(patches: Patches) -> None:
    def update(job: Job, state: StorageState) -> dynamo.Update:
        return dynamo.Update(store.TABLE, {"job_id": job.job_id}).when_equal(job_status=JobStatus.COMPLETED)

    patches.set(moves, "_update", update)


@mutation("A worker that wakes up late writes over what the one that took over had noted.")
def notes_overwritten(patches: Patches) -> None:
    real = moves._written_with_card

    def note(job: Job, file: ArchivedFile) -> Job:
        update = moves._update(job, StorageState.ARCHIVING).set(archived=job.archived | {file.role: file.as_dict()})
        return moves._written(store.look_again(update, clock.now() + get_settings().lease_s))

    patches.set(moves, "note_archived", note)
    patches.set(moves, "_written_with_card", lambda job, changes, at, *unchanged: real(job, changes, at))


@mutation("The plan is not looked at when a result is moved.")
def plan_not_checked(patches: Patches) -> None:
    patches.set(steps, "_belongs_to_archive", lambda job: bool(steps.moving_roles(job)))
    patches.set(steps, "is_free", lambda user_id: True)


@mutation("What a move made obsolete is not noted by the write that made it so.")
def cleanup_not_noted(patches: Patches) -> None:
    real = moves._written_with_card

    def written(job: Job, changes: dict[str, Any], at: float, *unchanged: str) -> Job:
        done = real(job, changes, at, *unchanged)
        dynamo.Update(store.TABLE, {"job_id": job.job_id}).remove("cleanup").write()
        return done

    patches.set(moves, "_written_with_card", written)


@mutation("A retrieval is asked for again while one is running.")
def retrieval_asked_twice(patches: Patches) -> None:
    real = VaultStore.retrieval

    def retrieval(self: VaultStore, file: ArchivedFile) -> Retrieval:
        state = real(self, file)
        return Retrieval.NONE if state == Retrieval.RUNNING else state

    def request(self: VaultStore, file: ArchivedFile, tier: str) -> str:
        vaults._initiate(file, "Standard")
        return "Standard"

    patches.set(VaultStore, "retrieval", retrieval)
    patches.set(VaultStore, "request", request)


@mutation("A temporary copy that expired is not asked for again.")
def expired_copy_not_asked_again(patches: Patches) -> None:
    asked: set[str] = set()
    request, retrieval = S3ClassStore.request, S3ClassStore.retrieval

    def requested(self: S3ClassStore, file: ArchivedFile, tier: str) -> str:
        accepted = request(self, file, tier)
        asked.add(file.archive_id)
        return accepted

    def retrieved(self: S3ClassStore, file: ArchivedFile) -> Retrieval:
        state = retrieval(self, file)
        return Retrieval.RUNNING if state == Retrieval.NONE and file.archive_id in asked else state

    patches.set(S3ClassStore, "request", requested)
    patches.set(S3ClassStore, "retrieval", retrieved)


@mutation("The archived copy is removed before the whole result is hot again.")
def archived_removed_before_hot(patches: Patches) -> None:
    real = moves.note_thawed

    def noted(job: Job, role: str, key: str) -> Job:
        file = ArchivedFile.from_dict(job.archived[role])
        store_named(file.store).remove(file)
        return real(job, role, key)

    patches.set(moves, "note_thawed", noted)


@mutation("The record says HOT before the files are back.")
def hot_before_copied(patches: Patches) -> None:
    def bring_back(self: Any, file: ArchivedFile, bucket: str, key: str) -> None:
        return None

    patches.set(S3ClassStore, "bring_back", bring_back)
    patches.set(VaultStore, "bring_back", bring_back)


@mutation("Every move to the archive uses the same keys.")
def one_archive_key_for_all_moves(patches: Patches) -> None:
    real = storage.archive_key
    patches.set(storage, "archive_key", lambda user_id, job_id, version, role: real(user_id, job_id, 1, role))


@mutation("A worker whose move was overtaken removes the copy although another one relies on it.")
def undo_removes_what_is_needed(patches: Patches) -> None:
    patches.set(steps, "_undo", lambda job, file: store_named(file.store).remove(file))
