"""Tells the export workers of an export that waits. If the message cannot be sent, the sweep sends it later (C16)."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import logs, messages
from pipeline.errors import ConflictError
from pipeline.exports import store
from pipeline.exports.model import Export
from pipeline.messages import Message

log = logs.get_logger()


def announce(export: Export) -> bool:
    """Send the message of a PENDING export; False if it must be done later."""
    about = {"job_id": export.job_id, "user_id": export.user_id, "export_id": export.export_id}
    try:
        messages.publish("exports", Message(type="export-requested", **about))
        store.mark_announced(export)
    except (BotoCoreError, ClientError) as error:
        log.warning("announcement_failed", export_id=export.export_id, topic="exports", error=type(error).__name__)
        return False
    except ConflictError:
        return True  # a worker was so quick that it has it already
    return True
