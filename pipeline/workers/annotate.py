"""The annotate worker: claim a job, annotate its file, confirm what was stored, complete the job, announce it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws, clock, ids, logs, messages, storage
from pipeline.annotation.annotate import STEPS, AnnotationResult, Progress, annotate
from pipeline.archive.rules import archive_after_of
from pipeline.errors import (
    CancelledError,
    ConflictError,
    GasError,
    InputError,
    LeaseLostError,
    PermanentError,
    RetryableError,
)
from pipeline.jobs import store
from pipeline.jobs.announce import announce_finished
from pipeline.jobs.attempts import lost_attempts, remove_attempts
from pipeline.jobs.card import write_card
from pipeline.jobs.model import Job
from pipeline.jobs.result_files import RESULT_FILES
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.jobs.steps import FETCH, STORE
from pipeline.messages import Message
from pipeline.settings import get_settings
from pipeline.workers.chosen import bundle_and_options
from pipeline.workers.delivery import ACKNOWLEDGE, Delivery, Disposition
from pipeline.workers.progress import ProgressReport
from pipeline.workers.runner import retry_delay_s
from pipeline.workers.workspace import Workspace

log = logs.get_logger()

BUILD_FACTS = ("assembly", "title", "evidence", "verdict", "automatic")  # of the build, in the job's record


@dataclass
class AnnotateHandler:
    """Handles `job-requested` messages."""

    workspace: Workspace
    worker_id: str
    queue: str = field(default="annotate", init=False)
    parse = staticmethod(messages.parse)

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Bring the job of this message to its end. A duplicate or late message changes nothing (C14)."""
        job = self._claim(message)
        if job is None:
            return
        log.info("job_claimed", attempt=job.attempt, bundle=job.bundle_id)
        delivery.renew = partial(_renew, job)
        delivery.still_mine = partial(_is_mine, job)
        report = ProgressReport(job)
        delivery.on_failure = partial(record_failure, job, report, delivery)
        with self.workspace.folder(f"{job.job_id}-{job.attempt}") as folder:
            finished = self._work(job, folder, report, delivery)
        announce_finished(finished)
        log.info("job_completed", attempt=job.attempt, seconds=clock.now_s() - job.submit_time)

    def _claim(self, message: Message) -> Job | None:
        job = store.get(message.job)
        if job is None or job.user_id != message.user_id or job.deleting:
            log.info("job_gone")
            return None
        try:
            if job.job_status == JobStatus.RUNNING:
                # Its worker may be dead; one that lives keeps its lease, and then this message is a duplicate.
                job = store.release_expired(job)
            return store.claim(job.job_id, f"{self.worker_id}-{ids.new_id()[:8]}")
        except ConflictError:
            log.info("job_not_pending", status=job.job_status)
            return None

    def _work(self, job: Job, folder: Path, report: ProgressReport, delivery: Delivery) -> Job:
        bundle, options = bundle_and_options(job)
        source = folder / "input"
        report.begin(FETCH[0])
        self._fetch(job, source, report, delivery)
        report.annotation(Progress(STEPS[0][0], 0.0, 0, 0.0))
        out, scratch = folder / "out", folder / "scratch"
        out.mkdir()
        scratch.mkdir()
        result = annotate(
            source,
            job.input_file_name,
            bundle,
            out,
            scratch,
            on_progress=report.annotation,
            cancelled=lambda: delivery.lost.is_set() or delivery.stopping.is_set(),
            job_id=job.job_id,
            options=options,
        )
        report.begin(STORE[0])
        outputs = store_outputs(job, result, delivery, report)
        report.end()
        results = _results(job, result, outputs, report.steps)
        archive_after = archive_after_of(job.user_id)
        ended = {"job_status": JobStatus.COMPLETED, "result_storage": StorageState.HOT, "complete_time": clock.now_s()}
        write_card(job, **results, **ended, archive_after=archive_after)
        finished = store.complete(job, results=results, archive_after=archive_after)
        if job.attempt > 1:
            _remove_other_attempts(finished)
        return finished

    def _fetch(self, job: Job, target: Path, report: ProgressReport, delivery: Delivery) -> None:
        def on_bytes(done: int) -> None:
            _raise_if_over(delivery)
            report.fetched(done, job.input_size)

        try:
            size = storage.download(job.s3_inputs_bucket, job.s3_key_input_file, target, on_bytes=on_bytes)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise PermanentError(
                    "The uploaded file is no longer there. Upload it again.", code="input_missing"
                ) from error
            raise
        if job.input_size is not None and size != job.input_size:
            raise RetryableError("The uploaded file arrived incomplete; it is fetched again.", code="input_incomplete")


def _renew(job: Job) -> None:
    store.renew_lease(job)


def _is_mine(job: Job) -> bool:
    """False once the job was cancelled, deleted or claimed by another worker."""
    current = store.get(job.job_id)
    return (
        current is not None
        and not current.deleting
        and current.job_status == JobStatus.RUNNING
        and current.attempt == job.attempt
    )


def _raise_if_over(delivery: Delivery) -> None:
    """Raise CancelledError once the work is not ours any more, or this process must end."""
    if delivery.lost.is_set() or delivery.stopping.is_set():
        raise CancelledError("The job was cancelled or given to another worker.")


def store_outputs(
    job: Job, result: AnnotationResult, delivery: Delivery, report: ProgressReport
) -> dict[str, dict[str, Any]]:
    """Store every result file and confirm its size and checksum; gives the record's `outputs`."""
    bucket = aws.bucket("results")
    outputs = {}
    before, total = 0, sum(path.stat().st_size for path in result.files.values())
    for role, path in result.files.items():
        if delivery.lost.is_set():
            raise CancelledError("The job was cancelled or given to another worker.")
        name, content_type = RESULT_FILES[role]
        key = storage.result_key(job.user_id, job.job_id, job.attempt, name)
        on_bytes = partial(_on_stored, report, delivery, before, total)
        stored = storage.upload(path, bucket, key, content_type, on_bytes=on_bytes)
        before += stored.size
        outputs[role] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": path.name}
    return outputs


def _on_stored(report: ProgressReport, delivery: Delivery, before: int, total: int, done: int) -> None:
    """A process that must end finishes what it stores, within its time; a job that is not ours ends here."""
    if delivery.lost.is_set():
        raise CancelledError("The job was cancelled or given to another worker.")
    report.stored(before + done, total)


def _results(
    job: Job, result: AnnotationResult, outputs: dict[str, dict[str, Any]], steps: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "outputs": outputs,
        "counts": result.counts,
        "notes": result.notes,
        "bundle_id": result.build.get("bundle", job.bundle_id),
        "detected_build": {name: result.build[name] for name in BUILD_FACTS if name in result.build},
        "steps": steps,
        "s3_results_bucket": aws.bucket("results"),
        "s3_key_result_file": outputs["vcf"]["key"],
        "s3_key_log_file": outputs["log"]["key"],
    }


def _attempt_prefix(job: Job) -> str:
    return f"{storage.results_prefix(job.user_id, job.job_id)}{job.attempt}/"


def _remove_other_attempts(job: Job) -> None:
    """What an attempt that died had stored is of no use; if this fails it costs space, not the result."""
    try:
        remove_attempts(job, lost_attempts(job, JobStatus.COMPLETED))
    except (BotoCoreError, ClientError, RetryableError) as error:
        log.warning("old_attempts_left", error=type(error).__name__)


def record_failure(job: Job, report: ProgressReport, delivery: Delivery, error: GasError) -> Disposition:
    """Write down why the work ended, remove what this attempt stored, decide what becomes of the message (C17).

    The record is written first: after that a late `complete` of this attempt is refused, so nothing that a
    COMPLETED job needs is ever removed, even if the answer to that write was lost on its way.
    """
    try:
        disposition = _write_failure(job, report, delivery, error)
    except LeaseLostError:
        disposition = ACKNOWLEDGE  # the owner cancelled or deleted the job, or another attempt has it
    current = store.get(job.job_id)
    if current and current.job_status == JobStatus.COMPLETED and current.attempt == job.attempt:
        announce_finished(current)
        return ACKNOWLEDGE
    storage.delete_under(aws.bucket("results"), _attempt_prefix(job))
    return disposition


def _write_failure(job: Job, report: ProgressReport, delivery: Delivery, error: GasError) -> Disposition:
    if delivery.lost.is_set() or isinstance(error, LeaseLostError):
        return ACKNOWLEDGE
    if isinstance(error, CancelledError):
        store.hand_back(job, failed=False)  # this process is stopping; another one takes the job at once
        return Disposition("retry", 0)
    if isinstance(error, PermanentError):
        announce_finished(store.fail(job, _describe(error), report.steps))
        return ACKNOWLEDGE
    failures = job.failures + 1
    if failures < get_settings().max_work_failures:
        store.hand_back(job, failed=True)
        return Disposition("retry", retry_delay_s(failures - 1))
    announce_finished(store.fail(job, _describe(error), report.steps))
    return Disposition("dead", reason=f"{error.code}: the work failed {failures} times")


def _describe(error: GasError) -> dict[str, Any]:
    """What the job page says of a failure; `retryable` tells whether trying again could help."""
    line = error.line if isinstance(error, InputError) else None
    retryable = not isinstance(error, InputError)
    return {"code": error.code, "message": error.message, "line": line, "retryable": retryable}
