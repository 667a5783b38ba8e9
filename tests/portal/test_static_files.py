"""Static files: lifetimes, compression, and how little the plain pages weigh."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import compress_ahead, compressed_bodies
from portal.app import DASH
from portal.compressed_bodies import CompressedBodies
from portal.static_files import ASSETS_FOLDER

BUDGET_BYTES = 120_000
BROTLI = {"Accept-Encoding": "gzip, deflate, br"}


def _addresses(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'(?:src|href)="((?:/assets/|/_dash-component)[^"]+)"', page)))


@pytest.mark.parametrize("page", ["/", "/login", "/register"])
def test_a_plain_page_with_all_its_files_is_small(client: FlaskClient, page: str) -> None:
    answer = client.get(page, headers=BROTLI)
    assert answer.headers["Content-Encoding"] == "br"
    text = brotli.decompress(answer.data).decode()
    total = len(answer.data) + sum(len(client.get(address, headers=BROTLI).data) for address in _addresses(text))
    assert len(_addresses(text)) >= 6
    assert total < BUDGET_BYTES


def test_plain_pages_load_no_dash(client: FlaskClient) -> None:
    for page in ("/", "/login", "/register"):
        assert "_dash" not in client.get(page).get_data(as_text=True)


def test_no_dash_page_loads_plotly_or_the_grid_before_it_needs_them(signed_in: FlaskClient) -> None:
    addresses = _addresses(signed_in.get("/jobs").get_data(as_text=True))
    assert any("dash_renderer" in address for address in addresses)
    assert not [a for a in addresses if "plotly" in a or "async-" in a or "igv" in a]


def test_bootstrap_comes_before_our_own_styles(signed_in: FlaskClient) -> None:
    styles = [a for a in _addresses(signed_in.get("/jobs").get_data(as_text=True)) if ".css" in a]
    assert "bootstrap" in styles[0]
    assert "portal.css" in styles[1]
    assert len(styles) == len(set(styles))


def test_a_versioned_file_is_kept_for_ever_and_an_unversioned_one_is_asked_for_again(signed_in: FlaskClient) -> None:
    versioned = [
        a for a in _addresses(signed_in.get("/jobs").get_data(as_text=True)) if "dash_renderer" in a or "?m=" in a
    ]
    assert len(versioned) > 3
    for address in versioned:
        answer = signed_in.get(address)
        assert "immutable" in answer.headers["Cache-Control"], address
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers
    assert "no-cache" in signed_in.get("/assets/portal.css").headers["Cache-Control"]


def test_an_unversioned_file_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    for encoding in ({}, BROTLI):
        first = client.get("/assets/portal.css", headers=encoding)
        again = client.get("/assets/portal.css", headers=encoding | {"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_pages_and_data_are_never_stored(signed_in: FlaskClient) -> None:
    for path in ("/jobs", "/account", "/_dash-layout"):
        assert signed_in.get(path).headers["Cache-Control"] == "no-store"


def test_each_browser_gets_an_encoding_that_it_can_read(client: FlaskClient) -> None:
    plain = (ASSETS_FOLDER / "portal.css").read_bytes()
    assert client.get("/assets/portal.css").data == plain
    assert brotli.decompress(client.get("/assets/portal.css", headers={"Accept-Encoding": "br"}).data) == plain
    assert gzip.decompress(client.get("/assets/portal.css", headers={"Accept-Encoding": "gzip"}).data) == plain
    assert client.get("/assets/portal.css", headers={"Accept-Encoding": "br;q=0, identity"}).data == plain
    assert client.head("/assets/portal.css", headers=BROTLI).data == b""


def test_a_bundle_without_a_version_is_not_sent_again_at_the_next_visit(signed_in: FlaskClient) -> None:
    path = "/_dash-component-suites/dash_ag_grid/async-community.js"
    for encoding in ({}, BROTLI):
        first = signed_in.get(path, headers=encoding)
        assert "no-cache" in first.headers["Cache-Control"]
        again = signed_in.get(path, headers=encoding | {"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_scripts_of_the_jobs_page_are_compressed_before_anybody_asks(
    portal_app: Flask, signed_in: FlaskClient
) -> None:
    ahead = set(compress_ahead.scripts(portal_app, portal_app.extensions[DASH]))
    named = [a for a in _addresses(signed_in.get("/jobs").get_data(as_text=True)) if "component-suites" in a]
    assert len(named) > 8
    assert {signed_in.get(address).data for address in named} <= ahead


def _wait_for(path: Path, count: int) -> list[Path]:
    deadline = time.monotonic() + 20
    while len(found := sorted(path.glob("*.br"))) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_a_body_is_improved_in_the_background_and_kept_for_the_next_start(tmp_path: Path) -> None:
    data = b"".join(f"contig{n} {n * n}\n".encode() for n in range(5000))
    bodies = CompressedBodies(tmp_path, memory_bytes=10**6)
    quick = bodies.get(data, "br")
    assert brotli.decompress(quick) == data
    (kept,) = _wait_for(tmp_path, 1)
    assert len(kept.read_bytes()) < len(quick)
    assert bodies.get(data, "br") == kept.read_bytes()
    assert CompressedBodies(tmp_path, memory_bytes=10**6).get(data, "br") == kept.read_bytes()


def test_the_folder_of_compressed_bodies_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed_bodies, "MAX_KEPT", 3)
    bodies = CompressedBodies(tmp_path, memory_bytes=10**6)
    for n in range(6):
        bodies._keep(f"digest{n}", b"x")
    assert len(list(tmp_path.iterdir())) == 3


def test_the_memory_of_compressed_bodies_is_bounded(tmp_path: Path) -> None:
    bodies = CompressedBodies(tmp_path, memory_bytes=2000)
    for n in range(50):
        data = f"{n} ".encode() * 2000
        assert gzip.decompress(bodies.get(data, "gzip")) == data
        assert bodies._size <= 2000


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_better_body(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    bodies = CompressedBodies(tmp_path / "cache", memory_bytes=10**6)
    data = b"ACGT" * 1000
    assert brotli.decompress(bodies.get(data, "br")) == data
