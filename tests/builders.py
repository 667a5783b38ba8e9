"""Makes what many tests begin with: a user, a finished upload, a submitted job."""

from __future__ import annotations

from dataclasses import replace

from pipeline import aws, dynamo
from pipeline.accounts import store as accounts
from pipeline.accounts.store import Plan, User
from pipeline.jobs import store as jobs
from pipeline.jobs import submit as submission
from pipeline.jobs.model import Job
from pipeline.uploads import store as uploads
from pipeline.uploads.store import Upload, UploadState

PASSWORD = "correct horse battery"
TINY_VCF = b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nMT\t3243\t.\tA\tG\t.\t.\t.\n"


def make_user(email: str = "ada@example.org", plan: Plan = "free_user") -> User:
    """A registered user."""
    return accounts.create_local_account(email, PASSWORD, "Ada", plan)


def make_upload(user: User, content: bytes = TINY_VCF, name: str = "tiny.vcf") -> Upload:
    """A finished upload, as if the browser had sent it."""
    upload = replace(uploads.new(user.user_id, name, len(content)), state=UploadState.UPLOADED, multipart_id="none")
    aws.client("s3").put_object(Bucket=upload.bucket, Key=upload.key, Body=content)
    dynamo.put_new(uploads.TABLE, vars(upload), "upload_id")
    return upload


def make_job(user: User, content: bytes = TINY_VCF, name: str = "tiny.vcf") -> Job:
    """A submitted job, PENDING and announced."""
    return submission.submit(user, make_upload(user, content, name).upload_id)


def write_job(job: Job) -> Job:
    """Put a job's record as it is, with no question asked."""
    client = aws.client("dynamodb")
    client.put_item(TableName=aws.table_name("jobs"), Item=dynamo.to_item(vars(job)))
    return job


def now_of(job: Job) -> Job:
    """The job as its record is now, which must be there."""
    found = jobs.get(job.job_id)
    assert found is not None
    return found
