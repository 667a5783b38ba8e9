"""The view in an address."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.results.filters.address import MOST_LETTERS, decode, encode
from pipeline.results.filters.model import Group
from pipeline.results.filters.reading import FilterError, as_document
from tests.pipeline.results.filters.strategies import groups

places = st.integers(1, 2**31)
zooms = st.none() | st.fixed_dictionaries({"contig": st.text(max_size=9), "start": places, "end": places})


@given(group=groups, zoom=zooms)
def test_a_view_that_was_put_into_an_address_comes_out_as_it_was(group: Group, zoom: dict[str, Any] | None) -> None:
    view = {"filter": as_document(group), "sort": [["qual", "desc"]], "zoom": zoom}
    view = json.loads(json.dumps(view))
    text = encode(view)
    assert decode(text) == view
    assert re.fullmatch(r"[A-Za-z0-9_-]*", text)


@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_whatever_stands_in_an_address_is_read_or_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(FilterError, match="cannot be read"):
        decode(text)


def packed(value: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(value)).decode().rstrip("=")


@pytest.mark.parametrize("value", [b"[]", b"7", b"null", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_view_is_refused(value: bytes) -> None:
    with pytest.raises(FilterError):
        decode(packed(value))


def test_an_address_that_was_cut_is_refused() -> None:
    text = encode({"filter": {"kind": "contains", "text": "a text that is long enough"}})
    with pytest.raises(FilterError, match="cut"):
        decode(text[: len(text) // 2])


def test_a_small_address_that_unpacks_to_very_much_is_refused_C44() -> None:
    bomb = packed(b'{"filter": "' + b"a" * 5_000_000 + b'"}')
    assert len(bomb) < MOST_LETTERS
    with pytest.raises(FilterError):
        decode(bomb)


def test_a_view_too_long_for_an_address_is_refused_with_what_to_do_C44() -> None:
    genes = [f"{n * 2654435761 % 2**32:x}" for n in range(5000)]
    with pytest.raises(FilterError, match="under a name"):
        encode({"filter": {"kind": "one_of", "column": "gene", "values": genes}})
    with pytest.raises(FilterError):
        decode("A" * (MOST_LETTERS + 1))
