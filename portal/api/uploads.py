"""Uploads as JSON: start, sign parts, resume, complete, cancel; and pasted text → VCF.

The file itself never comes here: the browser sends its parts straight to the object store.
"""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint
from pydantic import Field

from pipeline.settings import get_settings
from pipeline.uploads import paste, store, transfer
from pipeline.uploads.choices import check_choices
from pipeline.uploads.store import Upload
from portal.api.bodies import Body, limit_body, read_body
from portal.api.choices import ChoicesBody
from portal.api.rates import per_user
from portal.auth.current import current_user

blueprint = Blueprint("uploads", __name__, url_prefix="/api")
blueprint.before_request(limit_body)

MAX_NAME_CHARACTERS = 4096  # longer than any file system's path
MAX_INTEGER = 2**63  # the plan's limit decides; this only keeps numbers numbers


class StartBody(ChoicesBody):
    """A wish to upload a file. `token` names the wish: sent twice, it is one upload."""

    file_name: str = Field(max_length=MAX_NAME_CHARACTERS)
    size: int = Field(ge=0, lt=MAX_INTEGER)
    token: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{16,64}$")


class PartsBody(Body):
    """The parts to be signed, by their 1-based numbers."""

    numbers: list[Annotated[int, Field(ge=1, le=store.S3_MAX_PARTS)]] = Field(
        min_length=1, max_length=transfer.MAX_SIGNED_AT_ONCE
    )


class PasteBody(Body):
    """Text of pasted variants."""

    text: str


def as_json(upload: Upload, **more: Any) -> dict[str, Any]:
    """What a browser may know of an upload: neither bucket nor key."""
    return {
        "upload_id": upload.upload_id,
        "file_name": upload.file_name,
        "size": upload.size,
        "part_size": upload.part_size,
        "part_count": upload.part_count,
        "state": upload.state,
        "created_at": upload.created_at,
        "bundle_id": upload.bundle_id,
        "engine": upload.engine,
        "token": upload.token,
        "source_ids": upload.source_ids,
        **more,
    }


@blueprint.get("/uploads")
def list_unfinished() -> dict[str, Any]:
    """The user's unfinished uploads, oldest first, with the bytes that are here already."""
    unfinished = store.open_of_user(current_user().user_id)
    return {"uploads": [as_json(upload, arrived=transfer.bytes_arrived(upload)) for upload in unfinished]}


@blueprint.post("/uploads")
@per_user
def start() -> tuple[dict[str, Any], int]:
    """Open an upload."""
    user = current_user()
    body = read_body(StartBody)
    upload = transfer.start(user, body.file_name, body.size, check_choices(body.choices), token=body.token)
    return as_json(upload), 201


@blueprint.post("/uploads/<upload_id>/parts")
def sign_parts(upload_id: str) -> dict[str, Any]:
    """Presigned addresses for parts; they end after `expires_in` seconds, and can be asked for again."""
    user = current_user()
    numbers = read_body(PartsBody).numbers
    parts = transfer.sign_parts(user, upload_id, numbers)
    return {"parts": parts, "expires_in": get_settings().upload_url_ttl_s}


@blueprint.post("/uploads/<upload_id>/resume")
def resume(upload_id: str) -> dict[str, Any]:
    """The upload and the numbers of the parts that need not be sent again."""
    upload, numbers = transfer.resume(current_user(), upload_id)
    return as_json(upload, parts_here=numbers)


@blueprint.post("/uploads/<upload_id>/complete")
def complete(upload_id: str) -> dict[str, Any]:
    """Put the parts together; sent again, it changes nothing."""
    return as_json(transfer.finish(current_user(), upload_id))


@blueprint.delete("/uploads/<upload_id>")
def cancel(upload_id: str) -> tuple[str, int]:
    """Remove an upload that has not become a job."""
    transfer.cancel(current_user(), upload_id)
    return "", 204


@blueprint.post("/paste")
@per_user
def read_paste() -> dict[str, Any]:
    """Pasted text as a VCF, or the lines that cannot be read. Stores nothing."""
    current_user()
    pasted = paste.read(read_body(PasteBody).text)
    problems = [{"line": problem.line, "message": problem.message} for problem in pasted.problems]
    return {"vcf": pasted.vcf, "count": pasted.count, "problems": problems, "problem_count": pasted.problem_count}
