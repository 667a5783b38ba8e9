"""Plots in a browser under the pages' security policy: drawn when opened, and saved as pictures and numbers."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.accounts.store import User
from tests.browser.conftest import PortalServer, sign_in
from tests.portal.explore.results import family_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]
PNG = b"\x89PNG\r\n\x1a\n"
MANY = """([x, y]) => {
  const marker = { size: 4, opacity: 1, color: "#d55e00" };
  const packed = (bdata, dtype) => ({ bdata, dtype });
  const trace = { type: "scatter", meta: { picture: true }, marker, x: packed(x, "f8"), y: packed(y, "f4") };
  const figure = { data: [trace], layout: { height: 300, xaxis: { range: [0, 10] }, yaxis: { range: [0, 4] } } };
  window.gasPoints.paint(figure);
  const image = new Image();
  image.src = figure.layout.images[0].source;
  return image.decode().then(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const at = (x, y) => [...pen.getImageData((x / 10) * image.width, (1 - y / 4) * image.height, 1, 1).data];
    return [at(5, 1), at(5, 3), figure.data[0].x];
  });
}"""


def _saved(page: Page, plot: str, form: str, folder: Path) -> tuple[str, bytes]:
    """Name and content of the file that the menu of a plot gives."""
    page.locator(f'[data-plot="{plot}"] summary[title="Save"]').click()
    with page.expect_download() as caught:
        page.locator(f'[data-plot="{plot}"]').get_by_role("button", name=form).click()
    caught.value.save_as(folder / "saved")
    return caught.value.suggested_filename, (folder / "saved").read_bytes()


def test_a_plot_is_drawn_when_it_is_opened_and_saved_with_what_it_is_of(
    browser_page: Page, portal_server: PortalServer, person: User, tmp_path: Path
) -> None:
    page, job = browser_page, family_job(person.user_id)
    sign_in(page, portal_server, person, "/account")
    page.goto(f"{portal_server.url}/jobs/{job.job_id}/explore")
    expect(page.locator('[data-plot="consequences"] .bars .point').first).to_be_visible()

    rainfall = page.locator('[data-plot="rainfall"]')
    rainfall.locator("summary").first.click()
    expect(rainfall.locator(".scatterlayer .point").first).to_be_visible()
    assert "WebGL" not in rainfall.inner_text()
    packed = [base64.b64encode(struct.pack(form, number)).decode() for form, number in (("<d", 5.0), ("<f", 1.0))]
    drawn, empty, left = page.evaluate(MANY, packed)
    assert (drawn, empty[3], left) == ([0xD5, 0x5E, 0x00, 255], 0, [None])

    name, drawing = _saved(page, "consequences", "Drawing (SVG)", tmp_path)
    assert name == "family-consequences.svg"
    assert b"Consequences" in drawing
    assert "family.vcf · 6 variants".encode() in drawing.replace(b"&nbsp;", b" ")
    name, picture = _saved(page, "rainfall", "Picture (PNG)", tmp_path)
    assert (name, picture[:8]) == ("family-rainfall.png", PNG)
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 1_000
    assert height > 600
    name, numbers = _saved(page, "consequences", "Numbers (CSV)", tmp_path)
    assert name == "family-consequences.csv"
    header, *rows = numbers.decode().splitlines()
    assert header == "consequence,impact,variants"
    assert sum(int(row.rsplit(",", 1)[1]) for row in rows) == 6
