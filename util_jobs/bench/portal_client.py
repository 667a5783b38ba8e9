"""A scientist without a browser: signs in and sends a file through the portal's own API."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import requests

from pipeline.errors import ConfigurationError

CSRF_FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PARTS_AT_ONCE = 10
TIMEOUT_S = 60


class PortalClient:
    """One signed-in session."""

    def __init__(self, web_url: str, email: str, password: str) -> None:
        self.web_url = web_url
        self._session = requests.Session()
        page = self._session.get(f"{web_url}/login", timeout=TIMEOUT_S).text
        token = CSRF_FIELD.search(page)
        if token is None:
            raise ConfigurationError("The sign-in page holds no CSRF token.")
        form = {"email": email, "password": password, "csrf_token": token.group(1)}
        answer = self._session.post(f"{web_url}/login", data=form, timeout=TIMEOUT_S)
        if not answer.ok or "csrf_token" not in self._session.cookies:
            raise ConfigurationError(f"Signing in failed with {answer.status_code}.")

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST JSON as the page's scripts do."""
        answer = self._session.post(
            f"{self.web_url}{path}",
            json=body or {},
            headers={"X-CSRFToken": self._session.cookies["csrf_token"]},
            timeout=TIMEOUT_S,
        )
        if not answer.ok:
            raise ConfigurationError(f"POST {path} answered {answer.status_code}: {answer.text[:300]}")
        return dict(answer.json())

    def send_file(self, path: Path, size: int) -> str:
        """Upload the first `size` bytes of a file; gives the upload's id."""
        upload = self.post("/api/uploads", {"file_name": path.name, "size": size})
        route = f"/api/uploads/{upload['upload_id']}"
        with path.open("rb") as source:
            for first in range(1, upload["part_count"] + 1, PARTS_AT_ONCE):
                last = min(first + PARTS_AT_ONCE, upload["part_count"] + 1)
                for part in self.post(f"{route}/parts", {"numbers": list(range(first, last))})["parts"]:
                    answer = requests.put(part["url"], data=source.read(part["length"]), timeout=TIMEOUT_S)
                    answer.raise_for_status()
        self.post(f"{route}/complete")
        return str(upload["upload_id"])
