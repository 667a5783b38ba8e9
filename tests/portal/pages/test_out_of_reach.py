"""The pages of one job and of two, while the store of the jobs does not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline import dynamo
from pipeline.jobs import store


@pytest.mark.parametrize("path", ["/jobs/one", "/jobs/one/compare", "/jobs/one/compare/two"])
def test_a_store_that_does_not_answer_is_a_sentence_and_no_missing_job(
    page_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    real = dynamo.get

    def unreachable(table: str, key: Mapping[str, str]) -> dict[str, Any] | None:
        if table == store.TABLE:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        return real(table, key)

    assert "There is no such job" in page_of(path)
    monkeypatch.setattr(dynamo, "get", unreachable)
    shown = page_of(path)
    assert "The service cannot be reached just now" in shown
    assert "There is no such job" not in shown
