"""Makes the Dash application behind the plain routes: its pages, its frame, its document."""

from __future__ import annotations

from pathlib import Path

from dash import Dash
from flask import Flask

from portal import PRODUCT
from portal.auth.sessions import CSRF_COOKIE
from portal.components import frame
from portal.static_files import ASSETS_FOLDER, asset_url

PAGES_FOLDER = Path(__file__).resolve().parent / "pages"
# The document loads these itself, in this order and before the first paint.
IN_HEAD = ("vendor/bootstrap.min.css", "portal.css", "theme.js")
NOT_ON_DASH_PAGES = ("home.css", "outbox.css", "plans.css", "plain.js", "favicon.svg")
# What only the explorer, the page of a gene and the comparison need, in the order in which it runs: `later.js` fetches
# it when such a page is first shown, so that the other pages weigh less.
LATER = (
    "explore.css",
    "explore_builder.css",
    "drawer.css",
    "export.css",
    "genes.css",
    "notes.css",
    "columns.js",
    "drawer.js",
    "explore.js",
    "explore_builder.js",
    "explore_builder_fields.js",
    "explore_builder_parts.js",
    "explore_builder_samples.js",
    "explore_builder_values.js",
    "explore_pictures.js",
    "explore_plots.js",
    "explore_saved.js",
    "explore_ways.js",
    "export.js",
    "figure_points.js",
    "genome_browser.js",
    "notes.js",
    "shared.js",
)

DOCUMENT = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="gas-later" content="__later__">
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="__favicon__">
    <script src="__theme__"></script>
    <link rel="stylesheet" href="__bootstrap__">
    <link rel="stylesheet" href="__portal__">
    {%css%}
  </head>
  <body>
    <noscript>
      <p class="gas-noscript">The jobs pages need JavaScript. Please switch it on for this address.</p>
    </noscript>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>
"""


def make_dash(server: Flask) -> Dash:
    """The Dash application, mounted at `/` behind the routes that exist already."""
    ignored = (*IN_HEAD, *NOT_ON_DASH_PAGES, *LATER)
    dash_app = Dash(
        "portal",
        server=server,
        title=PRODUCT,
        update_title=None,
        use_pages=True,
        pages_folder=str(PAGES_FOLDER),
        include_pages_meta=False,
        assets_folder=str(ASSETS_FOLDER),
        assets_ignore="|".join(f"^{Path(name).name}$".replace(".", r"\.") for name in ignored),
        assets_path_ignore=["^vendor$"],
        # Pages appear only after sign-in, so their layouts cannot be checked at start.
        suppress_callback_exceptions=True,
        csrf_token_name=CSRF_COOKIE,
        csrf_header_name="X-CSRFToken",
        show_undo_redo=False,
        serve_locally=True,
    )
    dash_app.index_string = _document()
    dash_app.layout = frame.layout
    return dash_app


def _document() -> str:
    places = {
        "__favicon__": "favicon.svg",
        "__theme__": "theme.js",
        "__bootstrap__": "vendor/bootstrap.min.css",
        "__portal__": "portal.css",
    }
    document = DOCUMENT.replace("__later__", " ".join(asset_url(name) for name in LATER))
    for place, name in places.items():
        document = document.replace(place, asset_url(name))
    return document
