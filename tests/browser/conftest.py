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
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pipeline.accounts import store
from pipeline.accounts.store import User
from tests.conftest import forget_settings
from tests.emulator_process import EmulatorProcess, free_port
from tests.portal.signing_in import PASSWORD
from util_jobs import provision

UPLOAD_PART = 64 * 1024  # bytes: a small file has many

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
expect.set_options(timeout=20_000)  # the tests share two processors with each other


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
    environment: dict[str, str]

    @property
    def log(self) -> str:
        """What gunicorn and the portal wrote."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def running_portals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortals]:
    """The portals of this test run: one for each set of settings that tests ask for."""
    portals = RunningPortals(tmp_path_factory)
    yield portals
    portals.kill_all()


@pytest.fixture
def portal_server(
    running_portals: RunningPortals, ministack_server: EmulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> PortalServer:
    """The portal as `make run` starts it. Tests with the same settings share it and its stack: each has its own people.

    The test's environment points at the same stack, so it may look into the tables and run workers itself.
    """
    own = {name: value for name, value in os.environ.items() if name.startswith("GAS_") and name != "GAS_DATA_DIR"}
    server = running_portals.started(own, ministack_server.variables())
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    return server


class RunningPortals:
    """Starts portals and keeps them for the tests that follow."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._compressed = folders.mktemp("compressed")  # compressing the scripts takes seconds of CPU
        self._by_settings: dict[frozenset[tuple[str, str]], PortalServer] = {}

    def started(self, settings: dict[str, str], cloud: dict[str, str]) -> PortalServer:
        """The portal with these settings, started now unless it runs."""
        key = frozenset(settings.items())
        server = self._by_settings.get(key)
        if server is None or server.process.poll() is not None:
            server = self._by_settings[key] = self._start(settings | cloud)
        return server

    def _start(self, settings: dict[str, str]) -> PortalServer:
        folder = self._folders.mktemp("portal")
        port = free_port()
        environment = settings | {
            "GAS_DATA_DIR": str(folder / "data"),
            "GAS_STACK_NAME": f"t{uuid.uuid4().hex[:10]}",
            "GAS_RECEIVE_WAIT_S": "1",
            "GAS_WEB_PORT": str(port),
            "GAS_LOGIN_RATE_LIMIT": "1000 per minute",
        }
        with pytest.MonkeyPatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            forget_settings()
            provision.deploy()
        (folder / "data" / "cache").mkdir(parents=True)
        (folder / "data" / "cache" / "static").symlink_to(self._compressed)
        log_path = folder / "portal.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "portal/gunicorn.conf.py", "portal.app:server"],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = PortalServer(f"http://127.0.0.1:{port}", log_path, process, environment)
        _wait_until_healthy(server)
        return server

    def kill_all(self) -> None:
        """At once, with their workers: an orderly stop waits seconds for the browser's open connections."""
        for server in self._by_settings.values():
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()


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
    return store.create_local_account(f"ada-{uuid.uuid4().hex[:8]}@example.org", PASSWORD, "Ada Lovelace")


def sign_in(page: Page, server: PortalServer, user: User, path: str = "/jobs") -> None:
    """Sign in by the form and wait for the page."""
    page.goto(f"{server.url}/login?next={path}")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}{path}")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, new_page: Callable[..., Page]) -> Page:
    """The jobs page of a new user, in a portal whose parts are small, so that a small file has many. It says yes to
    what it is asked (leaving, discarding)."""
    monkeypatch.setenv("GAS_UPLOAD_PART_BYTES", str(UPLOAD_PART))
    monkeypatch.setenv("GAS_FREE_MAX_UPLOAD_BYTES", str(40 * UPLOAD_PART))
    server: PortalServer = request.getfixturevalue("portal_server")
    page = new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, server, request.getfixturevalue("person"))
    expect(page.locator("#upload-box")).to_be_visible()
    return page
