"""Probes: `/livez` says that the process answers, `/healthz` that it can do its work (the accounts table answers)."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from pipeline import dynamo
from pipeline.logs import get_logger

log = get_logger()
blueprint = Blueprint("health", __name__)
NOBODY = {"user_id": "health-probe"}


@blueprint.get("/livez")
def livez() -> ResponseReturnValue:
    """The process runs; asks nobody else."""
    return jsonify({"status": "ok"})


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process can read accounts; 503 while it cannot."""
    try:
        dynamo.get("users", NOBODY)
    except (BotoCoreError, ClientError) as error:
        log.warning("not_healthy", error=type(error).__name__)
        return jsonify({"status": "unavailable", "reason": "the accounts table does not answer"}), 503
    return jsonify({"status": "ok"})
