"""No page has a barrier that axe-core rates serious or critical, in either theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pipeline.accounts.store import User
from pipeline.jobs.states import StorageState
from tests.browser.conftest import PortalServer, sign_in
from tests.portal.stored_jobs import stored_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

GRAVE = {"serious", "critical"}
SETTLED_MS = 600  # figures and tables draw and fade in


def barriers(page: Page) -> list[str]:
    """What axe rates serious or critical, with the elements concerned."""
    page.wait_for_timeout(SETTLED_MS)
    found = Axe().run(page).response["violations"]
    path = page.url.split("/", 3)[3]
    return [
        f"/{path}: {one['id']}: {node['target']} {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_before_sign_in_have_no_barrier(
    new_page: Callable[..., Page], portal_server: PortalServer, theme: str
) -> None:
    page = new_page(color_scheme=theme)
    found = []
    for path in ("/", "/login", "/register"):
        page.goto(f"{portal_server.url}{path}")
        found += barriers(page)
    assert not found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_the_life_of_a_result_have_no_barrier(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User, theme: str
) -> None:
    page = new_page(color_scheme=theme)
    sign_in(page, portal_server, person)
    found = barriers(page)  # no job yet
    states = (StorageState.HOT, StorageState.ARCHIVED, StorageState.RESTORING)
    jobs = [stored_job(person.user_id, state, name=f"{state}.vcf") for state in states]
    for path in ("/jobs", "/plans", "/plans/demo-checkout", "/account", "/account/delete", "/outbox", "/nothing"):
        page.goto(f"{portal_server.url}{path}")
        found += barriers(page)
    for job in jobs:
        page.goto(f"{portal_server.url}/jobs/{job.job_id}")
        page.locator(".main-svg").first.wait_for()
        found += barriers(page)
    assert not found
