"""Filters that a user saved under a name, to be used on any job; bounded in number and size, gone with the account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline import aws, clock, dynamo, ids
from pipeline.errors import ConflictError, InputError, LimitError, NotFoundError
from pipeline.settings import get_settings

TABLE = "saved-filters"
MOST_NAME = 80  # letters


@dataclass(frozen=True)
class SavedFilter:
    """`document` is the JSON text of a filter, as `pipeline/results/filters/reading.py` reads it."""

    user_id: str
    filter_id: str
    name: str
    document: str
    saved_at: int

    @property
    def record_key(self) -> dict[str, str]:
        """Primary key of the record."""
        return {"user_id": self.user_id, "filter_id": self.filter_id}


def save(user_id: str, name: str, document: dict[str, Any]) -> SavedFilter:
    """Keep a filter under a name. InputError for a name that is none, LimitError for one too many or too large."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    most = get_settings().saved_filter_bytes
    if len(text.encode()) > most:
        raise LimitError(
            f"This filter is larger than {most // 1024:,} KiB, so it cannot be saved. Shorten its lists.",
            code="filter_too_large",
        )
    saved = SavedFilter(user_id, ids.new_id(), _clean(name), text, clock.now_s())
    dynamo.put_new(TABLE, saved.__dict__, "filter_id")
    # Counted after the write, so that two at the same moment cannot both pass.
    if sum(1 for _ in _records(user_id)) > get_settings().max_saved_filters:
        _remove(saved.record_key)
        raise LimitError(
            f"You have {get_settings().max_saved_filters:,} saved filters, which is as many as can be kept. "
            "Delete one first.",
            code="too_many_filters",
        )
    return saved


def saved_by(user_id: str) -> list[SavedFilter]:
    """The user's filters by name."""
    found = [SavedFilter(**record) for record in _records(user_id)]
    return sorted(found, key=lambda saved: (saved.name.casefold(), saved.saved_at, saved.filter_id))


def get(user_id: str, filter_id: str) -> SavedFilter:
    """One of the user's filters. NotFoundError alike for somebody else's and for none."""
    record = dynamo.get(TABLE, {"user_id": user_id, "filter_id": filter_id}) if filter_id else None
    if record is None:
        raise NotFoundError("There is no such saved filter. It may have been deleted in another window.")
    return SavedFilter(**record)


def rename(user_id: str, filter_id: str, name: str) -> SavedFilter:
    """Give it another name. InputError for a name that is none, NotFoundError where there is no such filter."""
    update = dynamo.Update(TABLE, get(user_id, filter_id).record_key).set(name=_clean(name)).when_exists("filter_id")
    try:
        return SavedFilter(**update.write())
    except ConflictError:  # deleted since it was read
        return get(user_id, filter_id)


def delete(user_id: str, filter_id: str) -> None:
    """Remove it; nothing happens where it is gone."""
    if filter_id:
        _remove({"user_id": user_id, "filter_id": filter_id})


def delete_all(user_id: str) -> int:
    """Remove every filter of an account that is being deleted; how many there were."""
    keys = [{"user_id": user_id, "filter_id": record["filter_id"]} for record in _records(user_id)]
    for key in keys:
        _remove(key)
    return len(keys)


def _clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or not cleaned.isprintable():
        raise InputError("Give the filter a name.", code="bad_name")
    if len(cleaned) > MOST_NAME:
        raise InputError(f"This name has {len(cleaned):,} letters; at most {MOST_NAME} fit.", code="bad_name")
    return cleaned


def _records(user_id: str) -> Iterator[dict[str, Any]]:
    return dynamo.query_all(
        TABLE,
        KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": user_id}},
        ConsistentRead=True,
    )


def _remove(key: dict[str, str]) -> None:
    aws.client("dynamodb").delete_item(TableName=aws.table_name(TABLE), Key=dynamo.to_item(key))
