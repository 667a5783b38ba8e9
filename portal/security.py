"""Headers that every answer carries, the content security policy, and protection against cross-site requests."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from dash import Dash
from flask import Flask, Response
from flask_wtf import CSRFProtect

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from portal.auth.sessions import write_csrf_cookie
from portal.static_files import is_static_file

HSTS = "max-age=31536000; includeSubDomains"


def init_app(server: Flask, settings: Settings) -> None:
    """Check the token of everything that is not GET (C06), and set the headers."""
    server.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session that it belongs to
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
    )
    CSRFProtect(server)
    server.config["CONTENT_SECURITY_POLICY"] = policy(settings, [])

    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = server.config["CONTENT_SECURITY_POLICY"]
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if settings.environment == "production":
            headers["Strict-Transport-Security"] = HSTS
        if not is_static_file():
            headers["Cache-Control"] = "no-store"
        return response

    server.after_request(set_headers)
    server.after_request(write_csrf_cookie)


def finish(server: Flask, dash_app: Dash, settings: Settings) -> None:
    """Make one request, so that Dash registers what it adds at its first one, then allow its inline scripts.

    Without it the first requests of two threads race (plotly/dash#3971), and the script that Dash Pages adds
    is missing from the hashes.
    """
    with server.test_client() as client:
        if client.get("/livez").status_code != HTTPStatus.OK:
            raise ConfigurationError("The pages could not be set up. The log line above this one says why.")
    server.config["CONTENT_SECURITY_POLICY"] = policy(settings, list(dash_app.csp_hashes()))


def policy(settings: Settings, script_hashes: list[str]) -> str:
    """The policy: our own files, and connections to the object store, where uploads and downloads go."""
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *script_hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {object_store_origin(settings)}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "object-src 'none'",
        ]
    )


def object_store_origin(settings: Settings) -> str:
    """Scheme and host of presigned addresses, as botocore itself makes them."""
    client = boto3.client(
        "s3",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_public_endpoint_url,
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
    )
    parts = urlsplit(client.generate_presigned_url("get_object", Params={"Bucket": "any-bucket", "Key": "any"}))
    return f"{parts.scheme}://{parts.netloc}"
