"""Glacier's vaults as AWS has them, in memory: what moto leaves out is nearly all of what matters here.

https://docs.aws.amazon.com/amazonglacier/latest/dev/amazon-glacier-api.html: every upload is an archive of its own
(moto: equal bytes are one), tree hashes are checked, uploads may come in parts, a job takes its time by its tier, may
fail, its output goes after 24 hours, ranges of it can be read, and the list of jobs comes in pages.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

from botocore.response import StreamingBody

from pipeline import clock
from pipeline.archive.stores.tree_hash import BLOCK_BYTES, tree_hash_of
from util_jobs.faults.as_it_is_answers import Answer, PaidRetrieval, answer, refusal
from util_jobs.faults.as_it_is_inventories import Inventory, described_inventory, inventory_of
from util_jobs.faults.as_it_is_vault_things import (
    Archive,
    Job,
    Upload,
    absent,
    content_of,
    described,
    invalid,
    is_aligned,
)

OUTPUT_S = 24 * 3600
LISTED_S = 25 * 3600  # Glacier promises a day for both; here a job is listed for longer than it can be read
JOBS_A_PAGE = 50


class Vaults:
    """Answers every call to Glacier that this project makes; another one is an error (`NotImplementedError`)."""

    def __init__(self, delays_s: dict[str, float], ledger: list[PaidRetrieval]) -> None:
        self.expedited_error: str | None = None
        self.jobs_to_fail = 0
        self.jobs_a_page = JOBS_A_PAGE
        self.archives: dict[str, Archive] = {}
        self.uploads: dict[str, Upload] = {}
        self._delays_s, self._ledger = delays_s, ledger
        self._vaults: set[str] = set()
        self._jobs: list[Job | Inventory] = []
        self._count = 0

    def before(self, operation: str, params: dict[str, Any]) -> Answer:
        """The answer to one call."""
        answers: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "CreateVault": self._create_vault,
            "UploadArchive": self._upload_archive,
            "InitiateMultipartUpload": self._initiate_upload,
            "UploadMultipartPart": self._upload_part,
            "CompleteMultipartUpload": self._complete_upload,
            "AbortMultipartUpload": self._abort_upload,
            "ListMultipartUploads": self._list_uploads,
            "DeleteArchive": self._delete_archive,
            "InitiateJob": self._initiate_job,
            "ListJobs": self._list_jobs,
            "GetJobOutput": self._get_job_output,
        }
        if operation not in answers:
            raise NotImplementedError(f"the simulated vaults do not know {operation}")
        if operation != "CreateVault" and params["vaultName"] not in self._vaults:
            return absent(f"Vault not found for ARN: {params['vaultName']}")
        return answers[operation](params)

    def ready_times(self) -> list[float]:
        """When the running jobs will be ready, the next first."""
        return sorted(job.ready_at for job in self._jobs if job.status == "InProgress")

    def _create_vault(self, params: dict[str, Any]) -> Answer:
        self._vaults.add(params["vaultName"])
        return answer(201)

    def _new_id(self, kind: str, letters: int) -> str:
        self._count += 1
        return (hashlib.sha512(f"{kind} {self._count}".encode()).hexdigest() * 2)[:letters]

    def _store(self, vault: str, description: str, content: bytes, checksum: str) -> Answer:
        archive = Archive(vault, self._new_id("archive", 138), description, content, clock.now())
        if not content or checksum != archive.tree_hash:
            return invalid("Checksum mismatch, or no content")
        self.archives[archive.archive_id] = archive
        return answer(201, archiveId=archive.archive_id, checksum=archive.tree_hash)

    def _upload_archive(self, params: dict[str, Any]) -> Answer:
        description = params.get("archiveDescription", "")
        return self._store(params["vaultName"], description, content_of(params["body"]), params["checksum"])

    def _initiate_upload(self, params: dict[str, Any]) -> Answer:
        part_bytes = int(params["partSize"])
        if part_bytes % BLOCK_BYTES or (part_bytes // BLOCK_BYTES).bit_count() != 1:
            return invalid("Invalid part size")
        upload_id = self._new_id("upload", 92)
        self.uploads[upload_id] = Upload(params["vaultName"], params.get("archiveDescription", ""), part_bytes)
        return answer(201, uploadId=upload_id)

    def _upload_part(self, params: dict[str, Any]) -> Answer:
        upload, content = self.uploads.get(params["uploadId"]), content_of(params["body"])
        if upload is None:
            return absent("The upload ID was not found")
        stated = re.fullmatch(r"bytes (\d+)-(\d+)/\*", params["range"])
        start = int(stated[1]) if stated else 1
        if start % upload.part_bytes or len(content) > upload.part_bytes or params["checksum"] != tree_hash_of(content):
            return invalid("Content-Range or checksum is wrong")
        upload.parts[start] = content
        return answer(204, checksum=params["checksum"])

    def _complete_upload(self, params: dict[str, Any]) -> Answer:
        upload = self.uploads.get(params["uploadId"])
        if upload is None:
            return absent("The upload ID was not found")
        content = b"".join(upload.parts[start] for start in sorted(upload.parts))
        if len(content) != int(params["archiveSize"]):
            return invalid("The archive size does not match the parts")
        stored = self._store(upload.vault, upload.description, content, params["checksum"])
        if stored[0].status_code == 201:
            del self.uploads[params["uploadId"]]
        return stored

    def _abort_upload(self, params: dict[str, Any]) -> Answer:
        self.uploads.pop(params["uploadId"], None)
        return answer(204)

    def _list_uploads(self, params: dict[str, Any]) -> Answer:
        ours = [(name, upload) for name, upload in self.uploads.items() if upload.vault == params["vaultName"]]
        listed = [{"MultipartUploadId": name, "ArchiveDescription": upload.description} for name, upload in ours]
        return answer(200, UploadsList=listed)

    def _delete_archive(self, params: dict[str, Any]) -> Answer:
        if self.archives.pop(params["archiveId"], None) is None:
            return absent("The archive ID was not found")
        return answer(204)

    def _initiate_job(self, params: dict[str, Any]) -> Answer:
        wish = params["jobParameters"]
        if wish["Type"] == "inventory-retrieval":
            return self._initiate_inventory(params["vaultName"], wish)
        tier, archive = wish.get("Tier", "Standard"), self.archives.get(wish["ArchiveId"])
        if archive is None or archive.vault != params["vaultName"]:
            return absent("The archive ID was not found")
        if tier == "Expedited" and self.expedited_error is not None:
            status = 503 if self.expedited_error == "InsufficientCapacityException" else 400
            return refusal(status, self.expedited_error, "Expedited retrievals are not available")
        needless = any(
            isinstance(job, Job) and job.archive == archive and job.status != "Failed" for job in self._usable()
        )
        self._ledger.append(PaidRetrieval(clock.now(), "vault", archive.archive_id, tier, needless))
        ready_at, fails = clock.now() + self._delays_s[tier], self.jobs_to_fail > 0
        self.jobs_to_fail -= fails
        job = Job(self._new_id("job", 92), archive, tier, clock.now(), ready_at, fails)
        self._jobs.append(job)
        return answer(202, jobId=job.job_id)

    def _initiate_inventory(self, vault: str, wish: dict[str, Any]) -> Answer:
        if wish["Format"] != "CSV":
            raise NotImplementedError("the simulated vaults write inventories as CSV only")
        now = clock.now()
        content = inventory_of([archive for archive in self.archives.values() if archive.vault == vault])
        description, ready_at = wish.get("Description", ""), now + self._delays_s["Standard"]
        job = Inventory(self._new_id("job", 92), vault, description, now, ready_at, content)
        self._jobs.append(job)
        return answer(202, jobId=job.job_id)

    def _listed(self, vault: str) -> list[Job | Inventory]:
        return [job for job in self._jobs if _vault_of(job) == vault and clock.now() < job.ready_at + LISTED_S]

    def _usable(self) -> list[Job | Inventory]:
        return [job for job in self._jobs if clock.now() < job.ready_at + OUTPUT_S]

    def _list_jobs(self, params: dict[str, Any]) -> Answer:
        jobs, start = self._listed(params["vaultName"]), int(params.get("marker") or 0)
        end = start + self.jobs_a_page
        more = {"Marker": str(end)} if end < len(jobs) else {}
        return answer(200, JobList=[_described(job) for job in jobs[start:end]], **more)

    def _get_job_output(self, params: dict[str, Any]) -> Answer:
        found = [job for job in self._usable() if job.job_id == params["jobId"]]
        if not found or found[0].status != "Succeeded":
            return absent("The job ID was not found, has expired or is not completed")
        job = found[0]
        content = job.content if isinstance(job, Inventory) else job.archive.content
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", params.get("range", f"bytes=0-{len(content) - 1}"))
        if wanted is None or int(wanted[1]) > int(wanted[2]) or int(wanted[2]) >= len(content):
            return invalid("Invalid range")
        start, end = int(wanted[1]), int(wanted[2]) + 1
        piece = content[start:end]
        with_hash = isinstance(job, Job) and is_aligned(start, end, len(content))
        checksum = {"checksum": tree_hash_of(piece)} if with_hash else {}
        body = StreamingBody(io.BytesIO(piece), len(piece))
        return answer(200 if len(piece) == len(content) else 206, body=body, **checksum)


def _vault_of(job: Job | Inventory) -> str:
    return job.vault if isinstance(job, Inventory) else job.archive.vault


def _described(job: Job | Inventory) -> dict[str, Any]:
    return described_inventory(job) if isinstance(job, Inventory) else described(job)
