"""The portal's shell in a browser: sign-in, frame, theme, times, and what happens when a session ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pipeline.accounts import store
from pipeline.accounts.demo import DEMO_ACCOUNTS
from pipeline.accounts.store import User
from tests.browser.conftest import PortalServer, sign_in
from tests.portal.signing_in import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

NOWHERE = "/nowhere"  # a Dash page that needs no data


def _width_overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_person_signs_in_sees_their_account_and_signs_out(
    browser_page: Page, portal_server: PortalServer, person: User
) -> None:
    page = browser_page
    page.goto(portal_server.url)
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(page, portal_server, person, NOWHERE)
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_label("Your account").click()
    expect(page.get_by_text("Ada Lovelace")).to_be_visible()
    expect(page.get_by_text("Free", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{portal_server.url}/")
    page.goto(portal_server.url + "/account")
    expect(page).to_have_url(f"{portal_server.url}/login?next=/account")


def test_a_demo_account_is_one_click_away(browser_page: Page, portal_server: PortalServer) -> None:
    for demo in DEMO_ACCOUNTS:
        store.create_local_account(demo.email, demo.password, demo.name, demo.plan)
    page = browser_page
    page.goto(f"{portal_server.url}/login?next=/account")
    page.get_by_role("button", name="Fill in premium@example.org").click()
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    expect(page.get_by_role("definition").filter(has_text="files up to 5 GiB")).to_be_visible()


def test_plain_pages_work_without_javascript(new_page: Callable[..., Page], portal_server: PortalServer) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(portal_server.url)
    page.get_by_role("main").get_by_role("link", name="Create account").click()
    page.get_by_label("E-mail address").fill("grace@example.org")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("at least 10 characters", exact=False).last).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.goto(f"{portal_server.url}/account")
    expect(page.get_by_role("definition").filter(has_text="grace@example.org")).to_be_visible()
    page.get_by_role("textbox", name="Current password").fill(PASSWORD)
    page.get_by_role("textbox", name="New password").fill("another good password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("link", name="Create account")).to_be_visible()


def test_the_theme_follows_the_system_until_the_reader_chooses(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page(color_scheme="dark")
    root = page.locator("html")
    page.goto(portal_server.url)
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    sign_in(page, portal_server, person, NOWHERE)
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")


@pytest.mark.parametrize(("zone", "said"), [("Asia/Tokyo", "09:30"), ("America/New_York", "19:30")])
def test_times_are_shown_in_the_readers_zone_C43(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User, zone: str, said: str
) -> None:
    page = new_page(timezone_id=zone, locale="en-GB")
    sign_in(page, portal_server, person, "/account")
    since = page.locator("time[data-local]")
    expect(since).not_to_contain_text("T")
    expect(since).to_have_attribute("title", re.compile("Standard Time|Daylight Time"))
    page.goto(portal_server.url + NOWHERE)
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    # As Dash does when it renders, and again when it updates what it rendered.
    page.evaluate("""() => {
        const time = document.createElement("time");
        time.setAttribute("datetime", "2026-03-01T12:00:00Z");
        time.setAttribute("data-local", "");
        time.id = "made-later";
        document.getElementById("content").append(time);
    }""")
    expect(page.locator("#made-later")).to_contain_text("Mar 2026")
    page.evaluate("""() => document.getElementById("made-later").setAttribute("datetime", "2026-01-05T00:30:00Z")""")
    expect(page.locator("#made-later")).to_contain_text(said)


def test_a_session_that_ended_elsewhere_leads_to_the_sign_in_and_back_C05(
    browser_page: Page, portal_server: PortalServer, person: User
) -> None:
    page = browser_page
    sign_in(page, portal_server, person, NOWHERE)
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    store.end_sessions(person.user_id)
    page.get_by_role("link", name="Back to your jobs").click()
    page.wait_for_url("**/login?next=**")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{portal_server.url}/jobs")


def test_a_page_says_when_the_portal_cannot_be_reached_and_when_it_can_again(
    browser_page: Page, portal_server: PortalServer, person: User
) -> None:
    page = browser_page
    sign_in(page, portal_server, person, NOWHERE)
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    notice = page.locator("#gas-notice")
    page.route("**/api/**", lambda route: route.abort())
    page.evaluate("() => fetch('/api/ping').catch(() => null)")
    expect(notice).to_contain_text("cannot be reached")
    page.unroute("**/api/**")
    page.evaluate("() => fetch('/_dash-layout').then(() => null)")
    expect(notice).to_be_empty()


def test_hostile_names_are_text_in_the_frame_C09(browser_page: Page, portal_server: PortalServer) -> None:
    attack = "<img src=x onerror=alert(1)>"
    eve = store.create_local_account("eve@example.org", PASSWORD, attack)
    page = browser_page
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    sign_in(page, portal_server, eve, NOWHERE)
    page.get_by_label("Your account").click()
    expect(page.get_by_text(attack)).to_be_visible()


def test_the_keyboard_reaches_everything(browser_page: Page, portal_server: PortalServer, person: User) -> None:
    page = browser_page
    sign_in(page, portal_server, person, NOWHERE)
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Your account").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.get_by_label("Your account")).to_be_focused()


def test_no_page_is_wider_than_a_phone(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    for path in ("/", "/login", "/register"):
        page.goto(portal_server.url + path)
        assert _width_overflow(page) == 0, path
    sign_in(page, portal_server, person, NOWHERE)
    page.get_by_label("Your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport()
    assert _width_overflow(page) == 0
    page.goto(portal_server.url + "/account")
    assert _width_overflow(page) == 0


def test_the_log_of_a_visit_holds_nothing_personal_C10(
    browser_page: Page, portal_server: PortalServer, person: User
) -> None:
    sign_in(browser_page, portal_server, person, NOWHERE)
    assert person.user_id in portal_server.log
    assert person.email not in portal_server.log
    assert "Traceback" not in portal_server.log
