"""What the explorer's filter builder asks: columns and samples, values of a column, whether a filter can be used, and
what a pasted list says."""

from __future__ import annotations

from typing import Any, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from pipeline.jobs.model import Job
from pipeline.jobs.store import get_owned
from pipeline.results import connection, facets, presence
from pipeline.results.filters import lists
from pipeline.results.filters.reading import FilterError, as_document, read_filter
from pipeline.results.filters.words import in_words
from portal.api.bodies import Body, limit_body, read_body
from portal.auth.current import current_user
from portal.errors import status_of
from portal.explore.fields import fields
from portal.explore.matched import matched
from portal.explore.titles import titles_of

blueprint = Blueprint("explore_api", __name__, url_prefix="/api/jobs/<job_id>/explore")
blueprint.before_request(limit_body)

MOST_VALUES_SHOWN = 200


class FilterBody(Body):
    """A filter as the builder has it, which may be wrong anywhere."""

    filter: dict[str, Any]


class ListBody(Body):
    """A pasted or uploaded list."""

    kind: Literal["genes", "regions"]
    text: str = Field(max_length=lists.MOST_LETTERS)


def _owned(job_id: str) -> Job:
    return get_owned(job_id, current_user().user_id)


@blueprint.errorhandler(FilterError)
def _wrong(error: FilterError) -> ResponseReturnValue:
    """With the place of the field that is at fault."""
    told = {"code": error.code, "message": error.message, "line": None, "place": list(error.place)}
    return jsonify({"error": told}), status_of(error)


@blueprint.get("/fields")
def all_fields(job_id: str) -> dict[str, Any]:
    """Columns by subject, and samples."""
    return fields(_owned(job_id))


@blueprint.get("/values")
def values(job_id: str) -> dict[str, Any]:
    """The most frequent values of `?column=` that hold the text `?search=`, with how many variants have each; with
    `?terms` the terms of its cells."""
    job = _owned(job_id)
    column, search = request.args.get("column", ""), request.args.get("search", "")
    found = facets.values(job, column, search, terms="terms" in request.args, most=MOST_VALUES_SHOWN)
    return {
        "values": [{"value": each.value, "count": each.variants} for each in found.values],
        "more": not found.are_all,
    }


@blueprint.get("/extent")
def extent(job_id: str) -> dict[str, Any]:
    """The least and the greatest number of `?column=`."""
    found = facets.extent(_owned(job_id), request.args.get("column", ""))
    return {"least": found.least, "greatest": found.greatest, "unknown": found.unknown}


@blueprint.post("/check")
def check(job_id: str) -> dict[str, Any]:
    """The filter as it is kept, in words, and how many variants pass. 422 with the place of what is wrong."""
    job = _owned(job_id)
    group = read_filter(read_body(FilterBody).filter)
    with connection.asking(f"{current_user().user_id}/builder"), matched(job, group) as source:
        counted = {"count": source.count, "total": source.total}
    return counted | {"filter": as_document(group), "words": in_words(group, titles_of(job))}


@blueprint.post("/lists")
def read_list(job_id: str) -> dict[str, Any]:
    """Genes or regions of a text; `absent` are those genes or contigs that no variant of the result has. 422 names the
    line that cannot be read."""
    job = _owned(job_id)
    body = read_body(ListBody)
    if body.kind == "genes":
        genes = lists.genes_of(body.text)
        return {"genes": list(genes), "absent": presence.genes_without_variants(job, genes)}
    regions = lists.regions_of(body.text)
    return {
        "regions": [region.model_dump(exclude_defaults=True) for region in regions],
        "absent": presence.contigs_without_variants(job, (region.contig for region in regions)),
    }
