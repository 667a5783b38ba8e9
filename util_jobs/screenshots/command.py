"""`python -m util_jobs screenshots`: the pictures of the documentation, taken from a real run of the whole service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from pipeline.errors import ConfigurationError, GasError
from util_jobs.local.environment import ROOT
from util_jobs.local.private_stack import private_stack
from util_jobs.screenshots.explorer import take_explorer
from util_jobs.screenshots.portal import take_archived, take_portal
from util_jobs.screenshots.walk import Save, Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
LOOKS: dict[str, tuple[Literal["light", "dark"], ViewportSize]] = {
    "light": ("light", DESKTOP),
    "dark": ("dark", DESKTOP),
    "phone": ("light", PHONE),
}
SETTLE_MS = 800  # figures draw and fade in

# Each walk with the settings of its own stack.
WALKS: list[tuple[Walk, dict[str, str]]] = [
    (take_portal, {}),
    (take_explorer, {}),
    (take_archived, {"GAS_RETENTION_S": "0"}),
]


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
