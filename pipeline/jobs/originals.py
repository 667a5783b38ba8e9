"""Records of the original systems, read as ours: their attribute names are ours, all that we added is missing.

They hold times as numbers or as text, know the states PENDING, RUNNING and COMPLETED, and say where a result is by
`results_file_archive_id` alone (the archive in a Glacier vault). What only the object store knows (sizes, checksums, a
result that lies in the storage class GLACIER) is found by `adoption`, never while a page is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from pipeline import storage
from pipeline.archive.files import ArchivedFile
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import get_settings

TIMES = ("submit_time", "complete_time")
UNKNOWN_SHA256 = ""  # the original systems noted no checksum: the archive's own figures are the measure then


def is_original(record: Mapping[str, Any]) -> bool:
    """Whether a record was written by one of the original systems; every record of ours has `result_storage`."""
    return "result_storage" not in record


def as_ours(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with our attributes. Raises ValueError or TypeError for times that are none."""
    ours = {name: value for name, value in record.items() if name not in TIMES}
    ours |= {name: epoch_seconds(record[name]) for name in TIMES if record.get(name) not in (None, "")}
    status = str(record.get("job_status", "")).strip().upper()
    # Nobody of ours works on it: a job that was cut off is done again.
    ours["job_status"] = JobStatus.PENDING if status == JobStatus.RUNNING else status
    ours["result_storage"] = StorageState.NONE
    if ours["job_status"] == JobStatus.COMPLETED:
        ours |= _result(record)
        ours["announced_at"] = ours.get("complete_time") or ours.get("submit_time")
    return ours


def epoch_seconds(value: Any) -> int:
    """A time as an original system wrote it (number, text of a number, or ISO 8601) as epoch seconds, UTC."""
    try:
        return int(float(value))
    except ValueError:
        moment = datetime.fromisoformat(str(value).strip())
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _result(record: Mapping[str, Any]) -> dict[str, Any]:
    """Where the result is, as far as the record tells. One attempt was made, which the moves are fenced by."""
    archive_id = record.get("results_file_archive_id")
    facts: dict[str, Any] = {"attempt": 1, "storage_version": 1, "outputs": _outputs(record)}
    if not archive_id:
        return facts | {"result_storage": StorageState.HOT}
    vault = get_settings().resolved_vault_name()
    file = ArchivedFile("vcf", "vault", vault, str(archive_id), 0, UNKNOWN_SHA256)
    if "vcf" not in facts["outputs"]:  # some removed the key together with the object: it needs a place to come back to
        key = storage.result_key(str(record["user_id"]), str(record["job_id"]), 1, "annotated.vcf")
        facts["outputs"]["vcf"] = {"key": key, "size": 0, "sha256": UNKNOWN_SHA256, "name": "annotated.vcf"}
    # What an original system said of a restore is over with it: we ask for the archive ourselves.
    return facts | {
        "result_storage": StorageState.ARCHIVED,
        "archived": {"vcf": file.as_dict()},
        "restore_message": None,
    }


def in_place(job_bucket: str, key: str, size: int) -> dict[str, dict[str, Any]]:
    """`archived` of a result that lies in an archive class of S3 under its own key."""
    return {"vcf": ArchivedFile("vcf", "s3", job_bucket, key, size, UNKNOWN_SHA256).as_dict()}


def _outputs(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The two files that the original systems made, under names for people; sizes are not known yet."""
    title = PurePosixPath(str(record.get("input_file_name") or "result.vcf").replace("\\", "/")).name
    stem = title.removesuffix(".gz").removesuffix(".vcf") or "result"
    found = {"vcf": ("s3_key_result_file", f"{stem}.annot.vcf"), "log": ("s3_key_log_file", f"{title}.count.log")}
    return {
        role: {"key": str(record[attribute]), "size": 0, "sha256": UNKNOWN_SHA256, "name": name}
        for role, (attribute, name) in found.items()
        if record.get(attribute)
    }
