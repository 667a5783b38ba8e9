"""Exports as JSON: ask for one, list, look at, cancel, delete, download."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from pydantic import Field
from werkzeug.wrappers import Response

from pipeline import aws, storage
from pipeline.errors import ConflictError, NotFoundError
from pipeline.exports import removal, store
from pipeline.exports.ask import ask
from pipeline.exports.columns import MOST_COLUMNS
from pipeline.exports.model import Export, ExportState
from pipeline.jobs.store import get_owned
from pipeline.results.filters.model import MOST_TEXT
from pipeline.settings import get_settings
from portal.api.bodies import Body, limit_body, read_body
from portal.api.rates import per_user
from portal.auth.current import current_user

blueprint = Blueprint("exports_api", __name__, url_prefix="/api/exports")
blueprint.before_request(limit_body)


class ExportBody(Body):
    """What a filter lets through of a job, as a file. `columns` null: all of them, in the order of the page."""

    job_id: str = Field(max_length=64)
    format: str = Field(max_length=20)
    filter: dict[str, Any] | None = None
    columns: list[str] | None = Field(None, min_length=1, max_length=MOST_COLUMNS)


def as_json(export: Export) -> dict[str, Any]:
    """What its owner may know of an export. Times are epoch seconds, UTC; sizes bytes."""
    return {
        "export_id": export.export_id,
        "job_id": export.job_id,
        "format": export.format,
        "filter": export.words,
        "columns": len(export.columns) if export.columns else None,
        "file_name": export.file_name,
        "state": export.state,
        "total": export.total,
        "rows": export.rows,
        "percent": export.percent,
        "created_at": export.created_at,
        "ended_at": export.ended_at,
        "expires_at": export.expires_at if export.state == ExportState.READY else None,
        "notes": export.notes,
        "error": export.error,
        "files": {role: {key: file[key] for key in ("name", "size", "sha256")} for role, file in export.files.items()},
    }


def _owned(export_id: str) -> Export:
    return store.get_owned(current_user().user_id, export_id)


@blueprint.post("")
@per_user
def create() -> dict[str, Any]:
    """Ask for an export of one's own job; the one that is being made of the same wish is given instead of a second."""
    user = current_user()
    body = read_body(ExportBody)
    if any(len(name) > MOST_TEXT for name in body.columns or ()):
        raise NotFoundError("The result has no such column.")
    return as_json(ask(get_owned(body.job_id, user.user_id), body.format, body.filter, body.columns))


@blueprint.get("")
def list_exports() -> dict[str, Any]:
    """All exports of the user, or with `?job_id=` those of one job, newest first."""
    job_id = request.args.get("job_id")
    found = store.of_user(current_user().user_id)
    return {"exports": [as_json(export) for export in found if job_id in (None, export.job_id)]}


@blueprint.get("/<export_id>")
def one(export_id: str) -> dict[str, Any]:
    """One export of the user."""
    return as_json(_owned(export_id))


@blueprint.post("/<export_id>/cancel")
def cancel(export_id: str) -> dict[str, Any]:
    """Stop an export that waits or is being made; a cancelled one stays as it is."""
    export = _owned(export_id)
    if export.state == ExportState.CANCELLED:
        return as_json(export)
    try:
        return as_json(store.cancel(export))
    except ConflictError as error:
        export = _owned(export_id)
        if export.state == ExportState.CANCELLED:
            return as_json(export)
        raise ConflictError("The export has ended already; there is nothing to stop.", code="not_active") from error


@blueprint.delete("/<export_id>")
def delete(export_id: str) -> tuple[str, int]:
    """Remove an export with its file; one that is being made is cancelled."""
    removal.remove(_owned(export_id))
    return "", 204


@blueprint.get("/<export_id>/files/<role>")
def download(export_id: str, role: str) -> Response | dict[str, Any]:
    """To a presigned address of the file (`file`, or `index` of a VCF).

    A browser is redirected; with `?format=json` the address is the answer.
    """
    export = _owned(export_id)
    if export.state != ExportState.READY:
        raise ConflictError("This export is not ready to be downloaded.", code="not_ready")
    file = export.files.get(role)
    if file is None:
        raise NotFoundError("This export has no such file.")
    url = storage.presigned_download(aws.bucket("results"), file["key"], file["name"])
    if request.args.get("format") == "json":
        return {"url": url, "file_name": file["name"], "expires_in": get_settings().download_url_ttl_s}
    return redirect(url, 303)
