"""Runs a job again, over the same file: with the versions of its result, or with today's (C45)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import Field

from pipeline.jobs import rerun
from portal.api.bodies import Body, limit_body, read_body
from portal.api.jobs import as_json
from portal.api.rates import per_user
from portal.auth.current import current_user

blueprint = Blueprint("reruns_api", __name__, url_prefix="/api/jobs")
blueprint.before_request(limit_body)


class RerunBody(Body):
    """With which versions. `token` names the wish: sent twice, it is one job."""

    versions: rerun.Versions = "today"
    token: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{16,64}$")


@blueprint.post("/<job_id>/rerun")
@per_user
def run_again(job_id: str) -> tuple[dict[str, Any], int]:
    """The new job."""
    user = current_user()
    body = read_body(RerunBody)
    return as_json(rerun.rerun(user, job_id, body.versions, body.token)), 201
