"""The home page: what this is, for people who have not signed in; the others go to their jobs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from portal.auth.current import optional_user
from portal.auth.next_page import DEFAULT_PAGE
from portal.static_files import ASSETS_FOLDER

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The home page of visitors."""
    if optional_user() is not None:
        return redirect(DEFAULT_PAGE)
    return render_template("home.html")


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Browsers ask for it by this name wherever a document names no icon."""
    return send_from_directory(ASSETS_FOLDER, "favicon.svg")
