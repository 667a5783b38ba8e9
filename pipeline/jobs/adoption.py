"""A worker's first look at a job of an original system: its record becomes one of ours, with what the object store
says of its files. Written only while nobody else did; what is not known yet is looked for at the next look."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from pipeline import aws, clock, dynamo, ids, logs
from pipeline.archive.stores.proof import WAITING_CLASSES, digests_of
from pipeline.errors import ConflictError
from pipeline.jobs import originals, store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState

log = logs.get_logger()


def first_look(job_id: str) -> Job | None:
    """The job, read consistently, and adopted if an original system wrote it; None if there is none."""
    record = dynamo.get(store.TABLE, {"job_id": job_id}) if ids.is_id(job_id) else None
    if record is None:
        return None
    job = Job.from_record(record)
    if job.deleting or not (originals.is_original(record) or _has_unknown_files(job)):
        return job
    try:
        return _adopted(job, record)
    except ConflictError:
        return store.get(job_id)  # another worker adopted or moved it at this moment


def finished_job(job_id: str) -> Job | None:
    """The first look at a job whose result may be moved; None for one that is not COMPLETED, or is being deleted."""
    job = first_look(job_id)
    return job if job is not None and not job.deleting and job.job_status == JobStatus.COMPLETED else None


def _has_unknown_files(job: Job) -> bool:
    """A result that came back from an archive of an original system: its size and checksum can be taken now."""
    return job.has_results and any(file["sha256"] == originals.UNKNOWN_SHA256 for file in job.outputs.values())


def _adopted(job: Job, record: dict[str, Any]) -> Job:
    job_values = vars(job)
    changes = {name: value for name, value in job_values.items() if record.get(name) != value and name != "job_id"}
    if job.job_status == JobStatus.COMPLETED:
        changes |= _found_in_store(job)
    elif job.is_active:
        changes |= {"sweep_bucket": store.SWEEP_BUCKET, "sweep_at": clock.now_s()}
    update = dynamo.Update(store.TABLE, {"job_id": job.job_id}).set(**changes).when_absent("deleting")
    update.when_equal(result_storage=record.get("result_storage"), job_status=record.get("job_status"))
    update.when_equal(storage_version=record.get("storage_version"))
    adopted = Job.from_record(update.write())
    log.info("job_adopted", job_id=job.job_id, status=adopted.job_status, storage=adopted.result_storage)
    return adopted


def _found_in_store(job: Job) -> dict[str, Any]:
    """Sizes and checksums of the files that can be read; a result in an archive class is ARCHIVED where it lies."""
    bucket = job.s3_results_bucket or aws.bucket("results")
    changes: dict[str, Any] = {}
    outputs = dict(job.outputs)
    for role, file in job.outputs.items():
        described = _head(bucket, file["key"])
        if role == "vcf" and job.result_storage == StorageState.HOT:
            changes |= _place_of_result(bucket, file["key"], described)
        if described is None:
            continue
        size = int(described["ContentLength"])
        outputs[role] = file | {"size": size}
        if described.get("StorageClass") not in WAITING_CLASSES and file["sha256"] == originals.UNKNOWN_SHA256:
            outputs[role] |= {"sha256": digests_of((bucket, file["key"]), size).sha256}
    return changes | {"outputs": outputs}


def _place_of_result(bucket: str, key: str, described: dict[str, Any] | None) -> dict[str, Any]:
    if described is not None and described.get("StorageClass") in WAITING_CLASSES:
        archived = originals.in_place(bucket, key, int(described["ContentLength"]))
        return {
            "result_storage": StorageState.ARCHIVED,
            "archived": archived,
            "results_file_archive_id": key,
            "restore_message": None,
        }
    return {}


def _head(bucket: str, key: str) -> dict[str, Any] | None:
    try:
        return dict(aws.client("s3").head_object(Bucket=bucket, Key=key))
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise


def unadopted() -> list[str]:
    """Ids of all jobs that an original system wrote and no worker has looked at. Reads the whole table."""
    found = dynamo.scan_all(
        store.TABLE,
        FilterExpression="attribute_not_exists(result_storage) AND attribute_not_exists(deleting)",
        ProjectionExpression="job_id",
    )
    return [record["job_id"] for record in found]
