"""Runs a job again, over a copy of its uploaded file: with the versions that made its result, or with today's (C45).

The copy is the new job's own: either job can be deleted without the other. Until there is a job, an upload record
stands for the copy, so that the sweep removes what a crash leaves behind.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, Literal

from botocore.exceptions import ClientError

from pipeline import clock, dynamo, ids, storage
from pipeline.accounts.store import User
from pipeline.errors import ConfigurationError, ConflictError, LimitError, NotFoundError, PermanentError, RetryableError
from pipeline.jobs import slots, store, submit
from pipeline.jobs.card import confirm_card
from pipeline.jobs.model import Job
from pipeline.reference.bundle import load_bundle
from pipeline.results import documents, versions
from pipeline.settings import get_settings
from pipeline.uploads import store as uploads
from pipeline.uploads import transfer
from pipeline.uploads.choices import Choices, check_choices
from pipeline.uploads.limits import check_size
from pipeline.uploads.store import Upload, UploadState

# Today's versions, too: "automatic" with the reference chosen by itself, "usual_engine" with the engine that is part
# of the service.
Versions = Literal["same", "today", "automatic", "usual_engine"]


def rerun(user: User, job_id: object, which: Versions, token: str | None = None) -> Job:
    """A new job over the same file. `token` names the wish: sent twice, it is one job (C02).

    Raises NotFoundError for a job that is not the user's, ConflictError while it is active or where the versions of its
    result are not installed any more (`versions_gone`), LimitError, PermanentError (`input_missing`).
    """
    origin = store.get_owned(job_id, user.user_id)
    new_id = _id_of(origin, which, token or ids.new_id())
    if store.get(new_id) is not None:
        return store.get_owned(new_id, user.user_id)
    if origin.is_active:
        raise ConflictError("The job is not finished yet. Wait for it, or cancel it.", code="still_active")
    slots.check_room(user)
    check_size(user, _size_of(origin))
    choices, pinned = _same(origin) if which == "same" else (_today(origin, anew=which == "automatic"), None)
    if which == "usual_engine":
        choices = replace(choices, engine=None)
    check_choices(choices)
    upload = _record(origin, new_id, choices, pinned)
    if upload.state == UploadState.COPYING:
        _note_on_origin(origin, new_id)
        upload = _copied(origin, upload)
    return submit.submit(user, upload.upload_id)


def _id_of(origin: Job, which: Versions, token: str) -> str:
    """The same wish has the same id, whichever process hears of it; nobody else's wish can have it."""
    wish = "\0".join(("rerun", origin.user_id, origin.job_id, which, token))
    return hashlib.sha256(wish.encode()).hexdigest()[:32]


def _size_of(origin: Job) -> int:
    size = storage.size_of(origin.s3_inputs_bucket, origin.s3_key_input_file)
    if size is None:
        raise _input_missing()
    return size


def _input_missing() -> PermanentError:
    return PermanentError("The uploaded file is no longer there. Upload it again.", code="input_missing")


def _same(origin: Job) -> tuple[Choices, dict[str, Any]]:
    """Engine, reference and sources of the result, if each is installed in the very version that made it."""
    if not (origin.has_results and origin.has_tables):
        raise ConflictError(
            "This job has no result whose versions could be used again. Run it with today's versions.",
            code="versions_gone",
        )
    manifest = documents.document(origin, "manifest")
    then = versions.versions_in(manifest)
    try:
        now = versions.installed_versions(manifest)
    except ConfigurationError as error:
        raise ConflictError(
            f"{error.message} The result cannot be made again as it was; run the job with today's versions.",
            code="versions_gone",
        ) from error
    changed = versions.what_changed(then, now)
    if changed:
        raise ConflictError(
            f"Not all versions of this job are installed any more: {'; '.join(changed)}. "
            "Run it with today's versions, and compare the two.",
            code="versions_gone",
        )
    bundle_id, sources = str(manifest["bundle"]["id"]), versions.source_ids_in(manifest)
    automatic = bool((origin.detected_build or {}).get("automatic"))
    return (
        Choices(bundle_id, str(manifest["engine"]["name"]), tuple(sources)),
        {"versions": versions.digest_of(now), "automatic": automatic},
    )


def _today(origin: Job, *, anew: bool) -> Choices:
    """What the owner had chosen, as far as it is installed; what was chosen for them, or is to be, is chosen anew."""
    automatic = anew or origin.bundle_id is None or bool((origin.detected_build or {}).get("automatic"))
    if automatic or origin.bundle_id is None:
        return Choices(None, origin.engine, None)
    if origin.source_ids is None:
        return Choices(origin.bundle_id, origin.engine, None)
    here = {source.id for source in load_bundle(origin.bundle_id).sources}
    kept = tuple(name for name in origin.source_ids if name in here)
    return Choices(origin.bundle_id, origin.engine, kept)


def _record(origin: Job, new_id: str, choices: Choices, pinned: dict[str, Any] | None) -> Upload:
    """The upload record of the copy, made now or by an earlier request of the same wish."""
    fresh = replace(
        uploads.new(origin.user_id, origin.input_file_name, origin.input_size or 0, choices),
        upload_id=new_id,
        key=storage.input_key(origin.user_id, new_id),
        state=UploadState.COPYING,
        sweep_at=clock.now_s() + get_settings().rerun_copy_s,
        rerun_of=origin.job_id,
        pinned=pinned,
    )
    if dynamo.put_new(uploads.TABLE, vars(fresh), "upload_id"):
        transfer.keep_if_standing(fresh)
        return fresh
    return uploads.get_owned(origin.user_id, new_id)


def _note_on_origin(origin: Job, new_id: str) -> None:
    """The first job names its reruns; an id that never became a job is passed over by who reads it."""
    known = origin.reruns or []
    if new_id in known:
        return
    limit = get_settings().max_reruns
    if len(known) >= limit:
        raise LimitError(
            f"This job was run again {limit:,} times, which is the most (max_reruns). Run one of its reruns again.",
            code="too_many_reruns",
        )
    update = dynamo.Update(store.TABLE, {"job_id": origin.job_id}).set(reruns=[*known, new_id])
    update.when_equal(user_id=origin.user_id, reruns=origin.reruns).when_absent("deleting")
    try:
        confirm_card(Job.from_record(update.write()))
    except ConflictError:
        current = store.get_owned(origin.job_id, origin.user_id)
        if current.reruns == origin.reruns:
            raise
        _note_on_origin(current, new_id)  # another rerun was noted at the same moment


def _copied(origin: Job, upload: Upload) -> Upload:
    """Copy the file inside the object store, and mark the copy whole. Doing it again changes nothing."""
    try:
        size = storage.copy(origin.s3_inputs_bucket, origin.s3_key_input_file, upload.bucket, upload.key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
            raise
        transfer.discard(upload)
        raise _input_missing() from error
    done = dynamo.Update(uploads.TABLE, upload.record_key).set(
        state=UploadState.UPLOADED, size=size, sweep_at=clock.now_s() + get_settings().upload_ttl_s
    )
    try:
        return Upload.from_record(done.when_equal(state=UploadState.COPYING).write())
    except ConflictError:
        return _as_it_is_now(upload)


def _as_it_is_now(upload: Upload) -> Upload:
    """The record that another request of the same wish brought further; none is left where the copy took too long."""
    try:
        return uploads.get_owned(upload.user_id, upload.upload_id)
    except NotFoundError as error:
        storage.delete_under(upload.bucket, upload.key)
        raise RetryableError("Copying the file took too long. Try again.", code="copy_failed") from error
