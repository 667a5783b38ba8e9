"""Compresses the scripts of the Dash pages at start, so that the first visitor too gets the small bodies."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

from dash import Dash
from dash.development.base_component import ComponentRegistry
from flask import Flask

from portal.compressed_bodies import CompressedBodies
from portal.static_files import EXTENSION

_SCRIPT = re.compile(r'src="/_dash-component-suites/([^/"]+)/([^"?]+)"')
# Loaded by their component when it is first shown; the document does not name them.
_LATER = (("dash_ag_grid", "async-community.js"),)


def start(server: Flask, dash_app: Dash) -> threading.Thread:
    """Begin in the background; what an earlier start compressed is only read."""
    bodies: CompressedBodies = server.extensions[EXTENSION]

    def run() -> None:
        for data in scripts(server, dash_app):
            bodies.get(data, "br")

    thread = threading.Thread(target=run, name="compress-ahead", daemon=True)
    thread.start()
    return thread


def scripts(server: Flask, dash_app: Dash) -> Iterator[bytes]:
    """The script bundles that the jobs pages load, uncompressed."""
    with server.test_request_context("/jobs"):
        named = _SCRIPT.findall(dash_app.index())
        later = [(package, path) for package, path in _LATER if package in ComponentRegistry.registry]
        for package, path in [*named, *later]:
            yield dash_app.backend.serve_component_suites(dash_app, package, path).get_data()
