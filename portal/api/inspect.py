"""Looks at the first bytes of a file while it is being sent: what it is, its genome build, which reference fits.

It stores nothing and decides nothing: the work itself looks at the whole file (C39).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import RequestEntityTooLarge

from pipeline.annotation.build.choice import BundleChoice
from pipeline.annotation.build.detect import detect
from pipeline.annotation.build.head import Head, read_head
from pipeline.annotation.build.preview import Preview, preview
from pipeline.errors import InputError, LimitError
from pipeline.reference.bundle import list_bundles
from pipeline.settings import get_settings
from portal.api.bodies import limit_body
from portal.api.choices import bundle_json
from portal.api.rates import inspect_per_user
from portal.auth.current import current_user

blueprint = Blueprint("inspect_api", __name__, url_prefix="/api/uploads")
blueprint.before_request(limit_body)

UNPACKED_TIMES = 12  # so much more text than packed bytes is read: what a real VCF's compression gives at most
CONTENT_TYPE = "application/octet-stream"


@blueprint.post("/inspect")
@inspect_per_user
def inspect() -> dict[str, Any]:
    """What the head of a file shows. `?whole=yes` says that it is the whole file."""
    current_user()
    settings = get_settings()
    data = _body(settings.inspect_head_bytes)
    bundles = list_bundles()
    head = read_head(
        data,
        whole=request.args.get("whole") == "yes",
        most_text=UNPACKED_TIMES * settings.inspect_head_bytes,
        most_records=settings.inspect_records,
    )
    build = detect(head, bundles, settings.inspect_check_s)
    answer = _answer(head, preview(build, settings.default_bundle))
    return answer | {"bundles": [bundle_json(bundle) for bundle in bundles]}


def _body(limit: int) -> bytes:
    if request.mimetype != CONTENT_TYPE:
        raise InputError(
            f"Send the first bytes of the file as they are (Content-Type: {CONTENT_TYPE}).", code="not_bytes"
        )
    too_large = LimitError(f"Send at most the first {limit // 1024:,} KiB of the file.", code="request_too_large")
    if (request.content_length or 0) > limit:
        raise too_large
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise too_large from error
    if len(data) > limit:  # sent in chunks, without its length
        raise too_large
    return data


def _answer(head: Head, seen: Preview) -> dict[str, Any]:
    return {
        "format": head.format,
        "samples": head.samples,
        "records": seen.build.sampled,
        "build": seen.build.document(),
        "automatic": None if seen.automatic is None else _automatic(seen.automatic),
        "problem": seen.problem,
        "verdicts": {fit.bundle.id: fit.verdict.value for fit in seen.build.fits},
        "refusals": seen.refusals,
        "warning": seen.warning,
    }


def _automatic(choice: BundleChoice) -> dict[str, str]:
    return {"bundle_id": choice.bundle.id, "title": choice.bundle.title}
