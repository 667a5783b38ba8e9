"""`python -m util_jobs screenshots`: the pictures of the documentation, taken from a real run of the whole service."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.accounts.demo import DEMO_ACCOUNTS
from pipeline.errors import ConfigurationError, GasError
from util_jobs.local.environment import ROOT
from util_jobs.local.private_stack import private_stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
LOOKS = {"light": ("light", DESKTOP), "dark": ("dark", DESKTOP), "phone": ("light", PHONE)}
SETTLE_MS = 800  # figures draw and fade in
ARCHIVED_WITHIN_MS = 60_000

Save = Callable[[Any, str], None]  # a page, and the name of its picture


@click.command("screenshots")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "docs" / "images")
@click.option("--all-looks", is_flag=True, help="Every page in light, dark and at phone width, whole pages.")
def command(out: Path, all_looks: bool) -> None:
    """Take the pictures that README and docs show (needs Chromium and the development requirements)."""
    out.mkdir(parents=True, exist_ok=True)
    looks = LOOKS if all_looks else {"light": LOOKS["light"]}
    try:
        with _browser() as browser:
            for walk, settings in WALKS:
                with private_stack(with_seed=True, settings=settings) as stack:
                    for name, (scheme, viewport) in looks.items():
                        context = browser.new_context(color_scheme=scheme, viewport=viewport, device_scale_factor=1.5)
                        walk(context.new_page(), stack.web_url, _saver(out, name if all_looks else "", full=all_looks))
                        context.close()
    except GasError as error:
        click.echo(error.message, err=True)
        sys.exit(2)


@contextmanager
def _browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise ConfigurationError("Pictures need Playwright: pip install -r requirements-dev.txt") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


def _saver(out: Path, suffix: str, *, full: bool) -> Save:
    def save(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLE_MS)
        path = out / (f"{name}-{suffix}.png" if suffix else f"{name}.png")
        if full:
            _picture_of_the_whole_page(page, path)
        else:
            page.screenshot(path=path)
        click.echo(str(path), err=True)

    return save


def _picture_of_the_whole_page(page: Page, path: Path) -> None:
    """A window as high as the page: tables draw only the rows that a window shows."""
    size = page.viewport_size or DESKTOP
    height = int(page.locator("body").bounding_box()["height"])  # type: ignore[index]
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=path)
    page.set_viewport_size(size)


def _sign_in(page: Page) -> None:
    """From the page of sign-in to the list with the demo job."""
    account = DEMO_ACCOUNTS[0]
    page.get_by_role("textbox", name="E-mail").fill(account.email)
    page.get_by_role("textbox", name="Password").fill(account.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/jobs")
    page.get_by_role("link", name="sample.vcf").first.wait_for()


def _take(page: Page, web_url: str, save: Save) -> None:
    """Walk through the portal as a scientist does."""
    page.goto(web_url)
    save(page, "home")
    page.goto(f"{web_url}/register")
    save(page, "register")
    page.goto(f"{web_url}/login")
    save(page, "sign-in")
    _sign_in(page)
    save(page, "jobs")
    page.get_by_role("link", name="sample.vcf").first.click()
    page.locator(".js-plotly-plot").first.wait_for()
    save(page, "job")
    page.get_by_role("link", name="Explore").click()
    page.locator("[data-plot=consequences] .main-svg").first.wait_for()
    save(page, "explore")
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("searchbox", name="Search columns").fill("impact")
    page.get_by_role("searchbox", name="Search columns").press("Enter")
    save(page, "explore-builder")
    page.get_by_role("button", name="Cancel").click()
    page.goto(f"{web_url}/account")
    save(page, "account")
    page.goto(f"{web_url}/plans")
    save(page, "plans")


def _take_archived(page: Page, web_url: str, save: Save) -> None:
    """What is left to see of a result that is in the archive."""
    page.goto(f"{web_url}/login")
    _sign_in(page)
    page.get_by_role("link", name="Bring back").wait_for(timeout=ARCHIVED_WITHIN_MS)
    page.get_by_role("link", name="sample.vcf").first.click()
    page.locator(".js-plotly-plot").first.wait_for()
    save(page, "archived")


# Each walk with the settings of its own stack.
WALKS: list[tuple[Callable[[Any, str, Save], None], dict[str, str]]] = [
    (_take, {}),
    (_take_archived, {"GAS_RETENTION_S": "0"}),
]
