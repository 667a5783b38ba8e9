"""The explorer in a browser: everything filters everything else, and a link holds the view."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from tests.browser.conftest import PortalServer, sign_in
from tests.builders import make_user, write_job
from tests.pipeline.results.finished import finished_job, variant
from tests.portal.explore.results import HOSTILE, family_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]


@pytest.fixture
def page(browser_page: Page, portal_server: PortalServer, person: User) -> Page:
    """A signed-in browser, not on the explorer yet."""
    sign_in(browser_page, portal_server, person, "/account")
    return browser_page


@pytest.fixture
def job(portal_server: PortalServer, person: User) -> Job:
    """A family's result."""
    return family_job(person.user_id)


def explore(page: Page, server: PortalServer, job: Job) -> None:
    page.goto(f"{server.url}/jobs/{job.job_id}/explore")
    expect(bars(page, "consequences").first).to_be_visible()


def bars(page: Page, plot: str) -> Locator:
    return page.locator(f"[data-plot={plot}] .barlayer .point")


def count(page: Page, said: str) -> None:
    expect(page.locator("#explore-count")).to_have_text(said)
    expect(page.locator("#explore-page:not([data-asking])")).to_have_count(1)


def chips(page: Page, *said: str) -> None:
    expect(page.locator("button.gas-chip-text")).to_have_text(list(said))


OUTGROWN = """() => [...document.querySelectorAll("[data-plot]")].filter((card) => {
  const drawn = card.querySelector(".main-svg");
  return drawn && drawn.checkVisibility() && drawn.getBoundingClientRect().bottom > card.getBoundingClientRect().bottom;
}).map((card) => card.dataset.plot)"""


def choose(page: Page, what: str) -> None:
    """A new condition in the open builder."""
    search = page.get_by_role("searchbox", name="Search columns")
    search.fill(what)
    search.press("Enter")


def beside_the_last_bar(page: Page, plot: str) -> tuple[float, float]:
    """Far right of a lying bar, on its line: the bar itself may be a pixel wide."""
    area = page.locator(f"[data-plot={plot}] .draglayer .nsewdrag").first
    area.scroll_into_view_if_needed()
    box, bar = area.bounding_box(), bars(page, plot).last.bounding_box()
    assert box is not None and bar is not None
    return box["x"] + box["width"] - 4, bar["y"] + bar["height"] / 2


def into_the_table(page: Page) -> None:
    """To its first row, by the keys. Rows may come when the reader is there already: the place is kept."""
    expect(page.locator("#explore-grid .ag-row[row-index='0']").first).to_be_visible()
    page.locator("summary", has_text="Columns").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#explore-grid .ag-row[row-index='0'] .ag-cell:focus")).to_have_count(1)


def test_a_click_filters_all_and_back_forward_and_chips_undo_it(
    page: Page, portal_server: PortalServer, job: Job
) -> None:
    page.goto(f"{portal_server.url}/jobs/{job.job_id}")
    page.get_by_role("link", name="Explore").click()
    expect(bars(page, "consequences").first).to_be_visible()
    count(page, "6 variants")
    page.locator("[data-values-of=consequences] summary").click()  # as the keyboard does it
    page.locator("[data-values-of=consequences] button").filter(has_text="stop gained").press("Enter")
    count(page, "1 of 6 variants")
    expect(page.locator("#explore-grid .ag-row")).to_have_count(1)
    assert page.evaluate(OUTGROWN) == [], "a plot is higher than its card"
    with_filter = page.url
    assert "view=" in with_filter
    page.evaluate("document.getElementById('explore-page').dataset.same = 'yes'")
    page.go_back()
    count(page, "6 variants")
    page.go_forward()
    count(page, "1 of 6 variants")
    expect(page.locator("#explore-page[data-same]")).to_have_count(1)  # not made anew: nobody's place on it is lost
    page.get_by_role("button", name="Remove the filter").first.click()
    expect(page.locator("button.gas-chip-text")).to_have_count(0)
    count(page, "6 variants")


def test_the_builder_says_what_is_wrong_at_the_field_and_then_filters(
    page: Page, portal_server: PortalServer, job: Job
) -> None:
    explore(page, portal_server, job)
    page.get_by_role("button", name="Add a filter").click()
    choose(page, "quality")
    least = page.get_by_label("At least", exact=True)
    wrong = page.locator("#builder").get_by_role("alert")
    for typed, most, said in (("0,5", "", "Write a number."), ("100", "5", "The least value, 100, is greater than")):
        least.fill(typed)
        page.get_by_label("At most", exact=True).fill(most)
        page.get_by_role("button", name="Apply").click()
        expect(wrong.filter(has_text=said)).to_be_visible()
        expect(least).to_have_attribute("aria-invalid", "true")
        expect(least).to_be_focused()
    least.fill("20")
    page.get_by_label("At most", exact=True).fill("1,000")
    page.get_by_role("button", name="+ Group").click()
    choose(page, "gene list")
    page.locator("#builder textarea").fill("BRCA1\nTP53\nBRCA3")
    page.locator("#builder textarea").press("Tab")
    expect(page.locator("#builder")).to_contain_text("This result has no variant in 1 of these genes: BRCA3.")
    page.locator("#builder textarea").fill("BRCA1\nTP53")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#builder")).not_to_be_visible()
    count(page, "3 of 6 variants")
    chips(page, "Quality from 20 to 1,000", "Gene is BRCA1 or TP53")
    page.locator("button.gas-chip-text").first.click()  # opens it to edit
    page.get_by_label("At least", exact=True).fill("1000")
    page.get_by_label("At most", exact=True).fill("")
    page.get_by_role("button", name="Apply").click()
    count(page, "0 of 6 variants")
    page.get_by_role("button", name="Without Quality at least 1,000: 4 variants").click()
    count(page, "4 of 6 variants")


def test_conditions_on_a_family_and_its_tags_are_built(
    page: Page, portal_server: PortalServer, person: User, job: Job
) -> None:
    notes.write(job, "chr1:20:A:G", [1], "likely_causal", "", person.user_id, None)
    explore(page, portal_server, job)
    page.get_by_role("button", name="Add a filter").click()
    choose(page, "tagged")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#builder").get_by_role("alert").filter(has_text="Choose at least one")).to_be_visible()
    page.locator("#builder").get_by_label("likely causal").check()
    page.get_by_role("button", name="Apply").click()
    count(page, "1 of 6 variants")
    chips(page, "Tagged likely causal")
    page.wait_for_url("**view=**")
    page.reload()
    count(page, "1 of 6 variants")
    page.get_by_role("button", name="Remove the filter").click()
    count(page, "6 variants")
    page.get_by_role("button", name="Add a filter").click()
    choose(page, "inheritance")
    page.get_by_label("Pattern").select_option("recessive")
    page.get_by_role("button", name="Apply").click()
    count(page, "1 of 6 variants")
    chips(page, "Homozygous in child, one copy in each of mother and father")


def test_text_of_the_file_is_text_in_chips_values_and_plots_C09(
    page: Page, portal_server: PortalServer, job: Job
) -> None:
    explore(page, portal_server, job)
    page.get_by_role("button", name="Add a filter").click()
    choose(page, "gene")
    page.locator(".gas-builder-values label").filter(has_text=HOSTILE).click()
    page.get_by_role("button", name="Apply").click()
    count(page, "1 of 6 variants")
    chips(page, f"Gene is {HOSTILE}")
    assert page.locator("#explore-page img").count() == 0


def test_the_link_of_anothers_job_answers_as_none_C03(page: Page, portal_server: PortalServer) -> None:
    theirs = family_job(make_user("eve-explore@example.org").user_id, name="secret.vcf")
    page.goto(
        f"{portal_server.url}/jobs/{theirs.job_id}/explore?view=eJyrVkrLzClJLVKyqlbKzkxRsqpWSi_KLy0AkplANpBRkFhUUqxkFV1bCwBs2g8c"
    )
    expect(page.get_by_role("heading", name="There is no such job")).to_be_visible()
    expect(page.get_by_text("secret.vcf")).to_have_count(0)


def test_a_bar_and_a_brush_filter_and_the_link_opens_the_same_view_elsewhere(
    page: Page, new_page: Callable[..., Page], portal_server: PortalServer, person: User, job: Job
) -> None:
    explore(page, portal_server, job)
    page.mouse.click(*beside_the_last_bar(page, "consequences"))
    expect(page.locator("button.gas-chip-text")).to_have_count(1)
    expect(page.locator("#explore-count")).to_have_text(re.compile(r"^[1-5] of 6 variants$"))
    drag = page.locator("[data-plot=genome] .draglayer .nsewdrag").first
    drag.scroll_into_view_if_needed()
    box = drag.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 1, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2 - 6, steps=8)
    page.mouse.up()
    expect(page.locator("button.gas-chip-text").filter(has_text="In chr")).to_have_count(1)
    page.wait_for_function("decodeURIComponent(location.search).length > 40")
    expect(page.locator("#explore-page:not([data-asking])")).to_have_count(1)
    told = page.locator("#explore-count").inner_text()
    said = page.locator("button.gas-chip-text").all_inner_texts()
    other = new_page()
    sign_in(other, portal_server, person, "/account")
    other.goto(page.url)
    count(other, told)
    chips(other, *said)


def test_a_saved_filter_is_used_on_another_job_which_says_what_it_lacks(
    page: Page, portal_server: PortalServer, person: User, job: Job
) -> None:
    explore(page, portal_server, job)
    page.get_by_role("button", name="Add a filter").click()
    choose(page, "private")
    page.get_by_label("mother").check()
    page.get_by_role("button", name="+ Condition").click()
    choose(page, "quality")
    page.get_by_label("At least", exact=True).fill("5")
    page.get_by_role("button", name="Apply").click()
    count(page, "1 of 6 variants")
    page.get_by_text("Saved and presets").click()
    page.get_by_role("button", name="Save this filter …").click()
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#explore-status")).to_have_text(f"“{HOSTILE}” is saved.")
    rows = [variant(0, "1", 1, "A", "C", qual=9.0), variant(1, "1", 2, "A", "C", qual=1.0)]
    other = write_job(finished_job(person.user_id, rows, name="other.vcf"))
    page.goto(f"{portal_server.url}/jobs/{other.job_id}/explore")
    count(page, "2 variants")
    page.get_by_text("Saved and presets").click()
    page.locator(".gas-saved .gas-preset").click()
    count(page, "1 of 2 variants")
    expect(page.locator("#explore-status")).to_contain_text("Only in mother: This result has no samples")


def test_nothing_is_cut_on_a_phone_and_every_row_can_be_reached_C44(
    new_page: Callable[..., Page], portal_server: PortalServer, person: User
) -> None:
    rows = [variant(n, "MT", n + 1, "A", "C", qual=float(n), consequence="missense_variant") for n in range(950)]
    job = write_job(finished_job(person.user_id, rows))
    page = new_page(viewport={"width": 390, "height": 844})
    sign_in(page, portal_server, person, "/account")
    page.goto(f"{portal_server.url}/jobs/{job.job_id}/explore")
    count(page, "950 variants")
    for width, height in ((640, 400), (390, 844)):  # 1,280 pixels at 200 %; a phone
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Go to the table").click()
        expect(page.locator("#explore-rows")).to_be_focused()
        expect(page.locator("#explore-rows")).to_be_in_viewport()
        expect(page.locator("#explore-count")).to_be_in_viewport()  # the bar goes along
        assert page.locator(".gas-explore-bar").bounding_box()["height"] < height / 2  # type: ignore[index]
        # Plots take the new width a moment later.
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
    expect(page.locator("#explore-grid .ag-header-cell[col-id='qual']")).to_have_count(0)  # the columns of a phone
    into_the_table(page)
    page.keyboard.press("End")
    expect(page.locator("#explore-grid .ag-row[row-index='949'] [col-id='pos']")).to_have_text("950")
    page.get_by_role("button", name="Add a filter").click()
    expect(page.get_by_role("searchbox", name="Search columns")).to_be_focused()
    box = page.locator("#builder").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
