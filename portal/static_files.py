"""Static files: addresses that change with the content, long lifetimes, and bodies compressed once.

Static are the files under `assets/` and the script bundles of Dash's component libraries.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, request

from pipeline.settings import Settings
from portal.compressed_bodies import ENCODINGS, CompressedBodies

ASSETS_FOLDER = Path(__file__).resolve().parents[1] / "assets"
ASSETS_ENDPOINT = "_dash_assets.static"
SUITES_ENDPOINT = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
MIN_BYTES = 500  # below this a compressed body is no smaller than a network packet anyway
ONE_YEAR_S = 365 * 86400
EXTENSION = "gas_compressed_bodies"


def is_static_file() -> bool:
    """True when this request is for a static file."""
    return request.endpoint in {ASSETS_ENDPOINT, SUITES_ENDPOINT}


def asset_url(name: str) -> str:
    """Address of a file under `assets/`, with the time of its last change as Dash writes it, so that plain and
    Dash pages share the browser's copy."""
    return f"/assets/{name}?m={(ASSETS_FOLDER / name).stat().st_mtime}"


def init_app(server: Flask, settings: Settings) -> None:
    """Compress and date static answers; registered after Flask-Compress, so it acts before it."""
    bodies = CompressedBodies(settings.data_dir / "cache" / "static", memory_bytes=settings.static_cache_bytes)

    def prepare(response: Response) -> Response:
        if is_static_file() and response.status_code in {200, 304}:
            _set_lifetime(response)
            if response.status_code == 200 and request.method == "GET":
                _compress(response, bodies)
                # Some bundles (AG Grid's second one) have no version in their address: they are asked for again
                # at each visit, and must not be sent again.
                response.make_conditional(request)
        return response

    server.extensions[EXTENSION] = bodies
    server.after_request(prepare)
    server.jinja_env.globals["asset_url"] = asset_url


def _set_lifetime(response: Response) -> None:
    """An address with the content's version is good for ever, another one is asked for again each time."""
    control = response.cache_control
    versioned = "m" in request.args if request.endpoint == ASSETS_ENDPOINT else bool(control.max_age)
    response.headers.pop("Expires", None)
    control.clear()
    control.private = True
    if versioned:
        control.max_age = ONE_YEAR_S
        control.immutable = True
    else:
        control.no_cache = True


def _compress(response: Response, bodies: CompressedBodies) -> None:
    response.vary.add("Accept-Encoding")
    encoding = request.accept_encodings.best_match(ENCODINGS)
    if encoding is None or not _is_text(response) or "Content-Range" in response.headers:
        return
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < MIN_BYTES:
        return
    response.set_data(bodies.get(data, encoding))
    response.headers["Content-Encoding"] = encoding
    etag, _ = response.get_etag()
    if etag:  # the bytes differ by encoding, the content does not: that is a weak validator (RFC 9110, 8.8.1)
        response.set_etag(etag, weak=True)


def _is_text(response: Response) -> bool:
    return response.mimetype.startswith("text/") or response.mimetype in {
        "application/javascript",
        "application/json",
        "image/svg+xml",
    }
