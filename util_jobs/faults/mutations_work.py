"""Deliberate bugs around messages, claims, leases, stored results, deletion and e-mails."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, dynamo, storage
from pipeline.jobs import delete, store
from pipeline.jobs.states import JobStatus
from pipeline.notify import claims
from pipeline.workers import annotate
from pipeline.workers.delivery import ACKNOWLEDGE
from pipeline.workers.runner import Runner
from util_jobs.faults.mutations import mutation
from util_jobs.faults.patches import Patches


@mutation("A worker deletes its message first and works afterwards.")
def acknowledge_before_work(patches: Patches) -> None:
    real = Runner.process

    def process(self: Runner, queue: Any, received: Any) -> None:
        queue.acknowledge(received)
        real(self, queue, received)

    patches.set(Runner, "process", process)


@mutation("A job is claimed whatever its state is.")
def claim_without_condition(patches: Patches) -> None:
    real = store.sources_of
    every = [status.value for status in JobStatus]
    patches.set(store, "sources_of", lambda target: every if target == JobStatus.RUNNING else real(target))


@mutation("What a worker writes is not held to its attempt.")
def no_fencing(patches: Patches) -> None:
    def unfenced(job: store.Job) -> dynamo.Update:
        return dynamo.Update(store.TABLE, {"job_id": job.job_id}).when_exists("job_id")

    patches.set(store, "_fenced", unfenced)


@mutation("Of a query only the first page is read.")
def missing_page_of_a_query(patches: Patches) -> None:
    def first_page(table: str, *, index: str | None = None, **arguments: Any) -> Any:
        request = {"TableName": aws.table_name(table), **arguments, **({"IndexName": index} if index else {})}
        yield from (dynamo.from_item(item) for item in aws.client("dynamodb").query(**request)["Items"])

    patches.set(dynamo, "query_all", first_page)


@mutation("Of a listing of objects only the first page is read.")
def missing_page_of_a_listing(patches: Patches) -> None:
    def first_page(bucket: str, prefix: str) -> Any:
        answer = aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
        yield from (entry["Key"] for entry in answer.get("Contents", []))

    patches.set(storage, "keys_under", first_page)


@mutation("A result file that could not be stored counts as stored.")
def upload_not_confirmed(patches: Patches) -> None:
    real = storage.upload

    def upload(path: Any, bucket: str, key: str, *rest: Any, **named: Any) -> storage.StoredObject:
        try:
            return real(path, bucket, key, *rest, **named)
        except (BotoCoreError, ClientError):
            return storage.StoredObject(key, path.stat().st_size, storage._digests(path)[0])

    patches.set(storage, "upload", upload)


@mutation("All attempts of a job store their results under the same keys.")
def results_without_attempt(patches: Patches) -> None:
    real = storage.result_key
    patches.set(storage, "result_key", lambda user_id, job_id, attempt, name: real(user_id, job_id, 1, name))
    prefix = annotate._attempt_prefix
    patches.set(annotate, "_attempt_prefix", lambda job: prefix(replace(job, attempt=1)))


@mutation("Failures of the work are acknowledged and written nowhere.")
def failure_not_written(patches: Patches) -> None:
    patches.set(annotate, "record_failure", lambda job, report, delivery, error: ACKNOWLEDGE)


@mutation("Writes do not look at a job's tombstone.")
def tombstone_ignored(patches: Patches) -> None:
    real = dynamo.Update.when_absent

    def when_absent(self: dynamo.Update, *attributes: str) -> dynamo.Update:
        return real(self, *(name for name in attributes if name != "deleting"))

    patches.set(dynamo.Update, "when_absent", when_absent)


@mutation("Deleting a job forgets what of it is in the archive.")
def deletion_forgets_the_archive(patches: Patches) -> None:
    patches.set(delete, "remove_archived", lambda job: None)


@mutation("Deleting a job is over when the worker that runs it may still store something.")
def deletion_does_not_look_again(patches: Patches) -> None:
    def look_again(job: store.Job) -> None:
        update = dynamo.Update(store.TABLE, {"job_id": job.job_id}).remove("sweep_bucket", "sweep_at")
        update.when_exists("deleting").write()

    patches.set(delete, "look_again", look_again)


@mutation("What attempts that lost stored is looked for only when the job ends, while they may still be storing.")
def lost_attempts_not_looked_for(patches: Patches) -> None:
    patches.set(store, "cleanup_after", lambda job, status: None)


@mutation("An e-mail is sent without a claim.")
def mail_without_claim(patches: Patches) -> None:
    def claim(job: store.Job, event: claims.Event) -> claims.Claim:
        return claims.Claim(job.job_id, event, claims.round_of(job, event), "nobody's")

    patches.set(claims, "claim", claim)


@mutation("A user's jobs beyond the first are not looked at after a change of plan.")
def only_the_first_job_is_settled(patches: Patches) -> None:
    from pipeline.workers import restore

    class First:
        """The job store as the restore worker sees it."""

        @staticmethod
        def list_of_user(user_id: str) -> list[store.Job]:
            return list(islice(store.list_of_user(user_id), 1))

    patches.set(restore, "store", First)


@mutation("A result that could not be settled after a change of plan counts as settled.")
def unsettled_counts_as_settled(patches: Patches) -> None:
    from pipeline.workers import restore

    real = restore._settled
    patches.set(restore, "_settled", lambda job_id: real(job_id).replace("failed", "nothing"))
