"""Jobs and exports of mine that ended lately: what `assets/notices.js` asks while the reader is on another page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from pipeline import clock
from pipeline.errors import InputError
from pipeline.exports import store as exports
from pipeline.exports.model import ExportState
from pipeline.jobs.ended import ended_since
from portal.api.exports import as_json as told
from portal.auth.current import current_user

blueprint = Blueprint("ended_jobs_api", __name__, url_prefix="/api/jobs")
TOLD = (ExportState.READY, ExportState.FAILED)  # who cancels an export knows that it ended


@blueprint.get("/ended")
def ended() -> dict[str, Any]:
    """Jobs and exports of the user that ended since `since` (epoch seconds, UTC), or in the last `ago` seconds; with
    the `since` that this meant, and `now`."""
    user = current_user()
    now = clock.now_s()
    since = _since(now)
    found = ended_since(user.user_id, since)
    jobs = [
        {
            "job_id": job.job_id,
            "input_file_name": job.input_file_name,
            "job_status": job.job_status,
            "complete_time": job.complete_time,
        }
        for job in found.jobs
    ]
    made = exports.of_user(user.user_id)
    ready = [told(export) for export in reversed(made) if export.ended_at is not None and export.ended_at >= since]
    return {
        "now": now,
        "since": since,
        "jobs": jobs,
        "exports": [export for export in ready if export["state"] in TOLD],
        "active": found.active or any(export.is_active for export in made),
        "more": found.more,
    }


def _since(now: int) -> int:
    """`ago` spares a browser whose clock is wrong from guessing ours."""
    since, ago = request.args.get("since"), request.args.get("ago", "0")
    number = ago if since is None else since
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise InputError("`since` is a time in whole seconds since 1970, UTC; `ago` are seconds.", code="bad_since")
    return now - int(ago) if since is None else int(since)
