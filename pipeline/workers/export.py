"""The export worker: claim an export, make its file, store and confirm it, let it be ready."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import aws, ids, logs, messages, storage
from pipeline.errors import (
    CancelledError,
    ConflictError,
    GasError,
    LeaseLostError,
    NotFoundError,
    PermanentError,
    RetryableError,
)
from pipeline.exports import store
from pipeline.exports.formats.catalogue import format_of
from pipeline.exports.make import Made, Wish, make
from pipeline.exports.model import Export, ExportState
from pipeline.jobs import store as jobs
from pipeline.jobs.model import Job
from pipeline.messages import Message
from pipeline.notes import store as notes
from pipeline.notes.tagged import tagged_of
from pipeline.settings import get_settings
from pipeline.workers.delivery import ACKNOWLEDGE, Delivery, Disposition
from pipeline.workers.runner import retry_delay_s
from pipeline.workers.workspace import Workspace

log = logs.get_logger()
MADE_SHARE = 90.0  # per cent of the whole; storing the file takes the rest


@dataclass
class ExportHandler:
    """Handles `export-requested` messages."""

    workspace: Workspace
    worker_id: str
    queue: str = field(default="export", init=False)
    parse = staticmethod(messages.parse)

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Bring the export of this message to its end. A duplicate or late message changes nothing (C14)."""
        export = self._claim(message)
        if export is None:
            return
        delivery.renew = partial(_renew, export)
        delivery.still_mine = partial(_is_mine, export)
        delivery.on_failure = partial(record_failure, export, delivery)
        began = time.monotonic()
        with self.workspace.folder(f"{export.export_id}-{export.attempt}") as folder:
            rows = self._work(export, folder, delivery)
        seconds = round(time.monotonic() - began, 2)
        log.info("export_ready", export_id=export.export_id, format=export.format, rows=rows, seconds=seconds)
        _remove_other_attempts(export)

    def _claim(self, message: Message) -> Export | None:
        export = store.get(message.user_id, message.export)
        if export is None or export.job_id != message.job:
            log.info("export_gone", export_id=message.export)
            return None
        try:
            if export.state == ExportState.RUNNING:
                # Its worker may be dead; one that lives keeps its lease, and then this message is a duplicate.
                export = store.release_expired(export)
            return store.claim(export, f"{self.worker_id}-{ids.new_id()[:8]}")
        except ConflictError:
            log.info("export_not_pending", export_id=export.export_id, state=export.state)
            return None

    def _work(self, export: Export, folder: Path, delivery: Delivery) -> int:
        job = jobs.get(export.job_id)
        if job is None or job.user_id != export.user_id or job.deleting:
            raise NotFoundError("The job of this export was deleted.")
        if not job.has_results:
            raise ConflictError(
                "The result went to the archive before its export was made. Export it again when it is back.",
                code="no_result",
            )
        progress = _Progress(export)
        made = make(job, wish_of(export, job), folder, progress.made, partial(_is_over, delivery))
        files = self._stored(export, made, delivery, progress)
        notes = [] if made.index or export.format != "vcf" else ["The file has no index."]
        store.complete(export, files, made.rows, notes)
        return made.rows

    def _stored(self, export: Export, made: Made, delivery: Delivery, progress: _Progress) -> dict[str, dict[str, Any]]:
        """Store the file, and its index, and confirm size and checksum (C18); gives the record's `files`."""
        content_type = format_of(export.format).content_type
        stored = {"file": _store(export, "file", made.file, export.file_name, content_type, delivery, progress)}
        if made.index is not None:
            name = f"{export.file_name}{made.index.suffix}"
            stored["index"] = _store(export, "index", made.index, name, "application/octet-stream", delivery, progress)
        return stored


def wish_of(export: Export, job: Job) -> Wish:
    """What is to be made, with tags and notes as they are now."""
    group = export.group
    return Wish(export.format, group, export.columns, tagged_of(job, group), notes.by_row(job.job_id))


@dataclass
class _Progress:
    """Writes to the record, at most once in a while, how far the work is (`LeaseLostError` if it moved on)."""

    export: Export
    written_at: float = 0.0
    rows: int = 0

    def made(self, rows: int, total: int) -> None:
        self.rows = rows
        self._write(MADE_SHARE * min(rows / max(total, 1), 1.0))

    def stored(self, size: int, done: int) -> None:
        self._write(MADE_SHARE + (100 - MADE_SHARE) * min(done / max(size, 1), 1.0))

    def _write(self, percent: float) -> None:
        if time.monotonic() - self.written_at >= get_settings().progress_interval_s:
            self.written_at = time.monotonic()
            store.write_progress(self.export, self.rows, percent)


def _store(
    export: Export, role: str, path: Path, name: str, content_type: str, delivery: Delivery, progress: _Progress
) -> dict[str, Any]:
    size = path.stat().st_size

    def on_bytes(done: int) -> None:
        if delivery.lost.is_set():
            raise CancelledError("The export was cancelled or given to another worker.")
        progress.stored(size, done)

    on_bytes(0)
    key = storage.export_key(export.user_id, export.export_id, export.attempt, role)
    stored = storage.upload(path, aws.bucket("results"), key, content_type, on_bytes=on_bytes)
    return {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": name}


def _is_over(delivery: Delivery) -> bool:
    return delivery.lost.is_set() or delivery.stopping.is_set()


def _renew(export: Export) -> None:
    store.renew_lease(export)


def _is_mine(export: Export) -> bool:
    """False once the export was cancelled, deleted or claimed by another worker."""
    current = store.get(export.user_id, export.export_id)
    return current is not None and current.state == ExportState.RUNNING and current.attempt == export.attempt


def _attempt_prefix(export: Export) -> str:
    return f"{storage.export_prefix(export.user_id, export.export_id)}{export.attempt}/"


def _remove_other_attempts(export: Export) -> None:
    """What an attempt that died had stored is of no use. If this is interrupted, it goes when the export expires."""
    if export.attempt > 1:
        prefix = storage.export_prefix(export.user_id, export.export_id)
        storage.delete_under(aws.bucket("results"), prefix, keep=_attempt_prefix(export))


def record_failure(export: Export, delivery: Delivery, error: GasError) -> Disposition:
    """Write down why the work ended, remove what this attempt stored, decide what becomes of the message (C17)."""
    try:
        disposition = _write_failure(export, delivery, error)
    except LeaseLostError:
        disposition = ACKNOWLEDGE  # its owner cancelled or deleted it, or another attempt has it
    current = store.get(export.user_id, export.export_id)
    if current and current.state == ExportState.READY and current.attempt == export.attempt:
        return ACKNOWLEDGE  # it was completed, and only the answer was lost
    storage.delete_under(aws.bucket("results"), _attempt_prefix(export))
    return disposition


def _write_failure(export: Export, delivery: Delivery, error: GasError) -> Disposition:
    if delivery.lost.is_set() or isinstance(error, LeaseLostError):
        return ACKNOWLEDGE
    if isinstance(error, CancelledError):
        store.hand_back(export, failed=False)  # this process is stopping; another one takes it at once
        return Disposition("retry", 0)
    if isinstance(error, PermanentError | ConflictError):
        store.fail(export, _describe(error))
        return ACKNOWLEDGE
    failures = export.failures + 1
    if failures < get_settings().max_work_failures:
        store.hand_back(export, failed=True)
        return Disposition("retry", retry_delay_s(failures - 1))
    store.fail(export, _describe(error))
    return Disposition("dead", reason=f"{error.code}: the work failed {failures} times")


def _describe(error: GasError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "retryable": isinstance(error, RetryableError)}
