"""What the sweep does with an export whose time has come; every step is a conditional write on a fresh read."""

from __future__ import annotations

from pipeline import clock
from pipeline.exports import removal, store
from pipeline.exports.announce import announce
from pipeline.exports.model import Export, ExportState


def sweep_export(seen: Export) -> str:
    """Put one export right; says what was done. ConflictError if somebody else was quicker."""
    export = store.get(seen.user_id, seen.export_id)
    if export is None or export.sweep_at is None or export.sweep_at > clock.now():
        return "nothing"
    if export.state == ExportState.RUNNING:
        export = store.release_expired(export)
        if export.state != ExportState.PENDING:
            return "failed_export"
    if export.state == ExportState.PENDING:
        return "announced_export" if announce(export) else "announcement_failed"
    removal.remove_files(export)
    store.remove(export)
    return "removed_export"
