"""Where a sign-in may lead (C05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.auth.next_page import DEFAULT_PAGE, MAX_LENGTH, safe_next

OURS = ["/jobs", "/jobs/abc123", "/jobs/abc?tab=log&q=MT-ND1", "/account", "/jobs#row", "/jobs/%C3%A9", "/jobs/a:b@c"]

ELSEWHERE = [
    None,
    "",
    "jobs",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/%2f..",
    "/\\evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/jobs\\..\\..",
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "mailto:a@evil.example",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "?next=//evil.example",
    "#//evil.example",
    " //evil.example",
    " /jobs",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/jobs\r\nLocation: https://evil.example",
    "/\x00/evil.example",
    "/\x7f/evil.example",
    "\x01//evil.example",
    "/\u00a0/evil.example",
    "/\u2028/evil.example",
    "/\u200b/evil.example",
    "/\u202e/evil.example",
    "\ufeff//evil.example",
    "//[::1",
    "/" + "a" * MAX_LENGTH,
]

NO_DESTINATIONS = ["/", "/?a=1", "/login", "/login?next=/login", "/register", "/logout", "/api/jobs", "/_dash-layout"]


@pytest.mark.parametrize("target", OURS)
def test_a_page_of_ours_is_kept_C05(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_could_lead_elsewhere_becomes_the_jobs_page_C05(target: str | None) -> None:
    assert safe_next(target) == DEFAULT_PAGE


@pytest.mark.parametrize("target", NO_DESTINATIONS)
def test_a_sign_in_never_leads_back_to_itself_or_to_a_script(target: str) -> None:
    assert safe_next(target) == DEFAULT_PAGE


@given(st.text(alphabet="/\\.:@?#%htpsjavcriexml \t\r\n\x00\u00a02f5c", max_size=40))
def test_any_text_leads_to_a_path_on_our_own_host_C05(target: str) -> None:
    found = safe_next(target)
    assert found.startswith("/") and not found.startswith(("//", "/\\"))
    assert not set(found) & set("\\ \t\r\n\x00\u00a0")
