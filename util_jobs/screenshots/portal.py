"""Through the portal as a scientist goes: from the first page to a finished job, the account and the plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from util_jobs.screenshots.walk import Save, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

ARCHIVED_WITHIN_MS = 60_000


def take_portal(page: Page, web_url: str, save: Save) -> None:
    """The pages beside the explorer."""
    page.goto(web_url)
    save(page, "home")
    page.goto(f"{web_url}/register")
    save(page, "register")
    page.goto(f"{web_url}/login")
    save(page, "sign-in")
    sign_in(page)
    save(page, "jobs")
    page.get_by_role("link", name="sample.vcf").first.click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    save(page, "job")
    page.goto(f"{web_url}/account")
    save(page, "account")
    page.goto(f"{web_url}/plans")
    save(page, "plans")


def take_archived(page: Page, web_url: str, save: Save) -> None:
    """What is left to see of a result that is in the archive."""
    page.goto(f"{web_url}/login")
    sign_in(page)
    page.get_by_role("link", name="Bring back").wait_for(timeout=ARCHIVED_WITHIN_MS)
    page.get_by_role("link", name="sample.vcf").first.click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    save(page, "archived")
