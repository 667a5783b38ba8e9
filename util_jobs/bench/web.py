"""What a visit costs: bytes on the wire for each page, time until it is usable, memory while a large file goes up."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from pipeline.accounts.store import create_local_account
from pipeline.jobs.submit import submit
from util_jobs.bench.job import send_file, wait_for_end
from util_jobs.bench.portal_client import PortalClient
from util_jobs.local.environment import ROOT
from util_jobs.local.private_stack import PrivateStack, fetch, private_stack

EMAIL, PASSWORD = "bench@example.org", "a password for the bench"
SAMPLE = ROOT / "assets" / "sample.vcf"
CHROMIUM = Path("/usr/bin/chromium")
LINKED = re.compile(r'(?:href|src)="(/[^"]+\.(?:css|js|svg|png|ico|webmanifest)[^"]*)"')
SAMPLE_INTERVAL_S = 0.1
KILOBYTE, MEGABYTE = 1000, 1_000_000


def measure(megabytes: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """All figures of this module; those that need a browser are None where Chromium or Playwright is missing."""
    progress("Starting a stack of its own …")
    with private_stack() as stack:
        figures: dict[str, Any] = {
            "home_kb": round(_plain_page_bytes(stack.web_url + "/") / KILOBYTE, 1),
            "sign_in_kb": round(_plain_page_bytes(stack.web_url + "/login") / KILOBYTE, 1),
        }
        user = create_local_account(EMAIL, PASSWORD, plan="premium_user")
        wait_for_end(submit(user, send_file(user, SAMPLE)).job_id)
        progress("Visiting the jobs page …")
        figures |= _jobs_page(stack)
        progress(f"Sending a file of {megabytes} MB …")
        return figures | _upload_memory(stack, megabytes)


def _plain_page_bytes(url: str) -> int:
    """The page and everything it links to on this server, compressed as a browser gets it."""
    headers = {"Accept-Encoding": "br"}
    origin = url.split("/", 3)
    linked = set(LINKED.findall(fetch(url).decode()))
    addresses = [url, *(f"{origin[0]}//{origin[2]}{path}" for path in sorted(linked))]
    return sum(len(fetch(address.replace("&amp;", "&"), headers)) for address in addresses)


def _jobs_page(stack: PrivateStack) -> dict[str, float | None]:
    """Bytes of the first and the next visit, and seconds until the upload box and the table are there."""
    nothing: dict[str, float | None] = dict.fromkeys(("jobs_first_kb", "jobs_next_kb", "jobs_first_s", "jobs_next_s"))
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return nothing
    if not CHROMIUM.exists():
        return nothing
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-quic"])
        signing_in = browser.new_context()
        page = signing_in.new_page()
        page.goto(stack.web_url + "/login")
        page.get_by_role("textbox", name="E-mail").fill(EMAIL)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/jobs")
        cold = browser.new_context(storage_state=signing_in.storage_state())
        page = cold.new_page()
        session = cold.new_cdp_session(page)
        received: list[float] = []
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        figures = {}
        for visit in ("first", "next"):
            received.clear()
            started = time.monotonic()
            page.goto(stack.web_url + "/jobs")
            page.locator(".ag-row").first.wait_for()
            figures[f"jobs_{visit}_s"] = round(time.monotonic() - started, 2)
            page.wait_for_load_state("networkidle")
            figures[f"jobs_{visit}_kb"] = round(sum(received) / KILOBYTE, 1)
        browser.close()
    return nothing | figures


def _web_processes(stack: PrivateStack) -> list[psutil.Process]:
    return [
        p for p in psutil.Process(stack.pid).children(recursive=True) if "portal.app:server" in " ".join(p.cmdline())
    ]


def _memory_bytes(stack: PrivateStack) -> int:
    """Resident memory of the web process and its children (each counted whole)."""
    return sum(p.memory_info().rss for p in _web_processes(stack))


@contextmanager
def _highest_memory(stack: PrivateStack) -> Iterator[list[int]]:
    samples = [_memory_bytes(stack)]
    done = threading.Event()

    def sample() -> None:
        while not done.wait(SAMPLE_INTERVAL_S):
            samples.append(_memory_bytes(stack))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def _upload_memory(stack: PrivateStack, megabytes: int) -> dict[str, Any]:
    """The portal's memory before and at its highest while a file goes up beside it.

    The web process signs the parts for the same number of requests as a browser would send.
    """
    with tempfile.NamedTemporaryFile(suffix=".vcf") as big:
        for _ in range(megabytes):
            big.write(os.urandom(MEGABYTE))
        big.flush()
        client = PortalClient(stack.web_url, EMAIL, PASSWORD)
        client.send_file(Path(big.name), 5 * MEGABYTE)  # the first upload loads modules and fills caches
        with _highest_memory(stack) as samples:
            started = time.monotonic()
            client.send_file(Path(big.name), megabytes * MEGABYTE)
            seconds = time.monotonic() - started
    return {
        "upload_mb": megabytes,
        "upload_s": round(seconds, 1),
        "web_memory_before_mb": round(samples[0] / MEGABYTE, 1),
        "web_memory_growth_mb": round((max(samples) - samples[0]) / MEGABYTE, 1),
    }
