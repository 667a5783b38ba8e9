"""DynamoDB's secondary indexes as they promise to be, and no better: a query on one may not see what was written a
moment ago. Writes to one record appear in their order, those to different records in any.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html ("eventually consistent").
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from util_jobs.faults.clock import SimulatedClock

Key = tuple[str, str, str]  # table, hash key, range key
WRITES = {"Put": "Item", "Update": "Key", "Delete": "Key"}


@dataclass(frozen=True)
class Earlier:
    """What indexes show of a record until this time; None: no such record."""

    until: float
    item: Item | None


class LaggingIndexes:
    """`most_s` is the longest that a write may take to appear (0: at once)."""

    def __init__(self, backend: Callable[[], DynamoDBBackend], clock: SimulatedClock) -> None:
        self._backend, self._clock = backend, clock
        self.begin(random.Random(0))  # noqa: S311  # it has to repeat itself

    def begin(self, rng: random.Random) -> None:
        """Forget everything, for the next schedule."""
        self._rng, self.most_s = rng, 0.0
        self._earlier: dict[Key, list[Earlier]] = {}

    @contextmanager
    def around(self, operation: str, params: dict[str, Any]) -> Iterator[None]:
        """Around one call: a write is remembered, a query on an index sees what the index shows."""
        if self.most_s == 0:
            yield
        elif operation == "Query" and "IndexName" in params:
            with self._as_the_index_shows(self._backend().get_table(params["TableName"])):
                yield
        else:
            before = [(key, copy.deepcopy(self._current(key))) for key in self._written(operation, params)]
            yield
            for key, item in before:
                self._remember(key, item)

    def _written(self, operation: str, params: dict[str, Any]) -> list[Key]:
        if operation == "TransactWriteItems":
            parts = [(kind, part) for action in params["TransactItems"] for kind, part in action.items()]
        else:
            parts = [(operation.removesuffix("Item"), params)]
        found = [(part["TableName"], part[WRITES[kind]]) for kind, part in parts if kind in WRITES]
        return [self._key(table, values) for table, values in found]

    def _key(self, name: str, values: dict[str, Any]) -> Key:
        table = self._backend().get_table(name)
        wanted = (table.hash_key_attr, table.range_key_attr)
        hash_key, range_key = (next(iter(values[attribute].values())) if attribute else "" for attribute in wanted)
        return name, hash_key, range_key

    def _current(self, key: Key) -> Item | None:
        name, hash_key, range_key = key
        found: Item | None = (
            self._backend()
            .get_table(name)
            .get_item(DynamoType({"S": hash_key}), DynamoType({"S": range_key}) if range_key else None)
        )
        return found

    def _remember(self, key: Key, item: Item | None) -> None:
        now = self._clock.now()
        kept = [earlier for earlier in self._earlier.get(key, []) if earlier.until > now]
        until = max([now + self._rng.uniform(0, self.most_s), *(earlier.until for earlier in kept)])
        self._earlier[key] = [*kept, Earlier(until, item)]

    @contextmanager
    def _as_the_index_shows(self, table: Table) -> Iterator[None]:
        now = self._clock.now()
        shown = {_key_of(table, item): item for item in table.all_items()}
        for key, versions in self._earlier.items():
            late = [earlier for earlier in versions if earlier.until > now]
            if key[0] == table.name and late:
                shown.pop(key, None)
                if late[0].item is not None:
                    shown[key] = late[0].item
        items = [shown[key] for key in sorted(shown)]
        table.all_items = lambda: items  # type: ignore[method-assign]
        try:
            yield
        finally:
            del table.all_items


def _key_of(table: Table, item: Item) -> Key:
    return table.name, item.hash_key.value, item.range_key.value if item.range_key else ""
