"""A user's saved filters: listed, saved, renamed, deleted, and fitted to a job."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import Field

from pipeline.accounts import saved_filters
from pipeline.accounts.saved_filters import SavedFilter
from pipeline.jobs.store import get_owned
from pipeline.results.filters.reading import as_document, read_filter
from pipeline.results.filters.words import in_words
from pipeline.results.result_table import table_of
from portal.api.bodies import Body, limit_body, read_body
from portal.api.rates import per_user
from portal.auth.current import current_user
from portal.explore.fitting import fitted
from portal.explore.titles import titles_of

blueprint = Blueprint("saved_filters_api", __name__, url_prefix="/api/filters")
blueprint.before_request(limit_body)


class NameBody(Body):
    """A new name."""

    name: str = Field(max_length=1000)


class SaveBody(NameBody):
    """A filter to keep under a name."""

    filter: dict[str, Any]


def _as_json(saved: SavedFilter) -> dict[str, Any]:
    return {
        "filter_id": saved.filter_id,
        "name": saved.name,
        "saved_at": saved.saved_at,
        "words": in_words(read_filter(saved.document), {}),
    }


@blueprint.get("")
def listed() -> dict[str, Any]:
    """All of the user, by name."""
    return {"filters": [_as_json(saved) for saved in saved_filters.saved_by(current_user().user_id)]}


@blueprint.post("")
@per_user
def save() -> tuple[dict[str, Any], int]:
    """Keep a filter under a name."""
    user = current_user()
    body = read_body(SaveBody)
    return _as_json(saved_filters.save(user.user_id, body.name, as_document(read_filter(body.filter)))), 201


@blueprint.patch("/<filter_id>")
def rename(filter_id: str) -> dict[str, Any]:
    """Give one another name."""
    return _as_json(saved_filters.rename(current_user().user_id, filter_id, read_body(NameBody).name))


@blueprint.delete("/<filter_id>")
def delete(filter_id: str) -> tuple[str, int]:
    """Remove one."""
    saved_filters.delete(current_user().user_id, filter_id)
    return "", 204


@blueprint.get("/<filter_id>/for/<job_id>")
def for_job(filter_id: str, job_id: str) -> dict[str, Any]:
    """The filter as far as the job has its columns and samples, and in words what it lacks."""
    user = current_user()
    job = get_owned(job_id, user.user_id)
    saved = saved_filters.get(user.user_id, filter_id)
    found = fitted(read_filter(saved.document), table_of(job), titles_of(job))
    return {"name": saved.name, "filter": as_document(found.group), "left_out": found.left_out}
