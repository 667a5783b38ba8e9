"""The index by which the sweep finds records whose time has come: `sweep_bucket` says why, `sweep_at` when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import dynamo

INDEX = "sweep_bucket-sweep_at-index"  # of the tables jobs, uploads and users


def due(
    table: str, bucket: str, limit_time: float, *, only: str | None = None, values: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Records of this `sweep_bucket` whose `sweep_at` (epoch seconds) is at or before `limit_time`, oldest first.

    Every page. `only` is a filter expression over other attributes with its `values` (`{":r": "RUNNING"}`). The index
    lags behind the table: look at the record again before acting.
    """
    arguments: dict[str, Any] = {
        "KeyConditionExpression": "sweep_bucket = :b AND sweep_at <= :t",
        "ExpressionAttributeValues": dynamo.to_item({":b": bucket, ":t": int(limit_time), **(values or {})}),
    }
    if only is not None:
        arguments["FilterExpression"] = only
    return dynamo.query_all(table, index=INDEX, **arguments)
