"""What every walk does: it has a page, an address and a way to save pictures, and begins by signing in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.accounts.demo import DEMO_ACCOUNTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

Save = Callable[["Page", str], None]  # a page, and the name of its picture
Walk = Callable[["Page", str, Save], None]  # a page, the address of the portal, and how to save


def sign_in(page: Page) -> None:
    """From the page of sign-in to the list with the demo job."""
    account = DEMO_ACCOUNTS[0]
    page.get_by_role("textbox", name="E-mail").fill(account.email)
    page.get_by_role("textbox", name="Password").fill(account.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/jobs")
    page.get_by_role("link", name="sample.vcf").first.wait_for()
