"""A real browser (`new_page`) against the real portal (`portal_server`: gunicorn and the embedded AWS)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pipeline.accounts import store
from pipeline.accounts.store import User
from pipeline.settings import Settings
from tests.conftest import forget_settings
from tests.emulator_process import free_port
from tests.portal.signing_in import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 40.0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium), which is not on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own (`new_page(color_scheme="dark")`). Afterwards no script may have failed,
    nothing may have broken the content security policy, and no page may have asked another machine for anything."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(f"script failed: {error}"))
        page.on("console", lambda m: "Content Security Policy" in m.text and complaints.append(m.text))
        page.on("request", lambda r: _is_foreign(r.url) and complaints.append(f"asked another machine: {r.url}"))

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 850}} | options))
        context.set_default_timeout(15_000)
        context.on("page", watch)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def _is_foreign(url: str) -> bool:
    return url.startswith(("http:", "https:", "ws:")) and url.split("/")[2].split(":")[0] not in {
        "127.0.0.1",
        "localhost",
    }


@pytest.fixture
def browser_page(new_page: Callable[..., Page]) -> Page:
    """One page of a browser where nobody is signed in."""
    return new_page()


@dataclass
class PortalServer:
    """A running portal; `log` is what it wrote."""

    url: str
    log_path: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What gunicorn and the portal wrote."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def compressed_bodies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all portals of a test run keep their compressed scripts: making them takes seconds of CPU."""
    return tmp_path_factory.mktemp("compressed")


@pytest.fixture
def portal_server(
    ministack_aws: Settings, compressed_bodies: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[PortalServer]:
    """The portal as `make run` starts it, on a free port, with a stack of this test's own."""
    port = free_port()
    monkeypatch.setenv("GAS_WEB_PORT", str(port))
    monkeypatch.setenv("GAS_LOGIN_RATE_LIMIT", "1000 per minute")
    forget_settings()
    (ministack_aws.data_dir / "cache").mkdir(parents=True, exist_ok=True)
    (ministack_aws.data_dir / "cache" / "static").symlink_to(compressed_bodies)
    log_path = tmp_path / "portal.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "portal/gunicorn.conf.py", "portal.app:server"],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = PortalServer(f"http://127.0.0.1:{port}", log_path, process)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        # At once, with its workers: an orderly stop waits seconds for the browser's open connections.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_healthy(server: PortalServer) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        assert server.process.poll() is None, f"the portal ended:\n{server.log}"
        try:
            urllib.request.urlopen(f"{server.url}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, f"the portal did not start:\n{server.log}"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def person(portal_server: PortalServer) -> User:
    """Somebody with a free account in the running portal; the password is `PASSWORD`."""
    return store.create_local_account("ada@example.org", PASSWORD, "Ada Lovelace")


def sign_in(page: Page, server: PortalServer, user: User, path: str = "/jobs") -> None:
    """Sign in by the form and wait for the page."""
    page.goto(f"{server.url}/login?next={path}")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}{path}")
