"""An upload becomes a job by one transaction; then the job is announced to the annotate workers."""

from __future__ import annotations

from botocore.exceptions import ClientError

from pipeline import aws, clock, dynamo
from pipeline.accounts.store import User
from pipeline.errors import ConflictError, NotFoundError
from pipeline.jobs import slots, store
from pipeline.jobs.announce import announce_pending
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.settings import get_settings
from pipeline.uploads import store as uploads
from pipeline.uploads.choices import Choices, check_choices
from pipeline.uploads.store import Upload, UploadState


def submit(user: User, upload_id: object, choices: Choices | None = None) -> Job:
    """The job of an upload: created now, or the one that it became before (C02).

    `choices` None leaves those that came with the upload. Raises InputError or ConfigurationError for what is not
    installed.
    """
    try:
        upload = uploads.get_owned(user.user_id, upload_id)
    except NotFoundError:
        # Records of uploads that became jobs are forgotten after a while; the job has the same id.
        return store.get_owned(upload_id, user.user_id)
    if upload.state == UploadState.SUBMITTED:
        return store.get_owned(upload.upload_id, user.user_id)
    if upload.state != UploadState.UPLOADED:
        raise ConflictError("The upload is not finished yet.", code="upload_unfinished")
    job = _new_job(upload, check_choices(choices or upload.choices))
    slots.take(user, job.job_id)
    if not _create(upload, job):
        return store.get_owned(upload.upload_id, user.user_id)
    announce_pending(job)
    return job


def _new_job(upload: Upload, choices: Choices) -> Job:
    now = clock.now_s()
    return Job(
        job_id=upload.upload_id,
        user_id=upload.user_id,
        input_file_name=upload.file_name,
        s3_inputs_bucket=upload.bucket,
        s3_key_input_file=upload.key,
        submit_time=now,
        job_status=JobStatus.PENDING,
        input_size=upload.size,
        bundle_id=choices.bundle_id,
        engine=choices.engine_name,
        source_ids=None if choices.source_ids is None else list(choices.source_ids),
        rerun_of=upload.rerun_of,
        pinned=upload.pinned,
        sweep_bucket=store.SWEEP_BUCKET,
        sweep_at=now + get_settings().pending_grace_s,
    )


def _create(upload: Upload, job: Job) -> bool:
    """Mark the upload submitted and create the job, both or neither; False if somebody else did it first."""
    forget_at = job.submit_time + get_settings().upload_ttl_s
    mark = dynamo.Update(uploads.TABLE, upload.record_key).set(state=UploadState.SUBMITTED, sweep_at=forget_at)
    mark.when_equal(state=UploadState.UPLOADED)
    create = {
        "TableName": aws.table_name(store.TABLE),
        "Item": dynamo.to_item(vars(job)),
        "ConditionExpression": "attribute_not_exists(job_id)",
    }
    try:
        aws.client("dynamodb").transact_write_items(TransactItems=[{"Update": mark.request()}, {"Put": create}])
    except ClientError as error:
        if dynamo.is_condition_failure(error):
            return False
        raise
    return True


def list_jobs(user_id: str) -> list[Job]:
    """All jobs of a user, newest first; one submitted a moment ago is there although the index lags (C36)."""
    recent = clock.now_s() - get_settings().upload_ttl_s
    submitted = [
        u.upload_id for u in uploads.of_user(user_id) if u.state == UploadState.SUBMITTED and u.created_at >= recent
    ]
    return store.list_of_user(user_id, submitted)


def resubmit(user: User, job: Job) -> Job:
    """FAILED → PENDING at the owner's wish, and announced again."""
    slots.take(user, job.job_id)
    update = dynamo.Update(store.TABLE, {"job_id": job.job_id}).set(
        job_status=JobStatus.PENDING,
        sweep_bucket=store.SWEEP_BUCKET,
        sweep_at=clock.now_s() + get_settings().pending_grace_s,
        failures=0,
        lost_leases=0,
        announcements=0,
    )
    update.add("restarts", 1)  # so that its card is newer than that of the failure
    update.remove("error", "complete_time").when_equal(job_status=JobStatus.FAILED).when_absent("deleting")
    try:
        renewed = Job.from_record(update.write())
    except ConflictError as error:
        current = store.get_owned(job.job_id, user.user_id)
        if current.is_active:  # the write went through although its answer was lost, or a second click came first
            return current
        raise ConflictError("Only a failed job can be started again.", code="not_failed") from error
    announce_pending(renewed)
    return renewed
