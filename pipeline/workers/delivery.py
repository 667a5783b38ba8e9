"""A message while it is being worked on: what keeps it ours, and what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pipeline.errors import GasError
from pipeline.messages import Message


@dataclass(frozen=True)
class Disposition:
    """What becomes of a message: acknowledged, tried again after `delay_s`, or moved to the dead letters."""

    kind: Literal["acknowledge", "retry", "dead"]
    delay_s: int = 0
    reason: str = ""


ACKNOWLEDGE = Disposition("acknowledge")


@dataclass
class Delivery:
    """What the runner and a handler share about one message.

    `stopping` is set when the process must end; `lost` when the work is no longer ours to write.
    A handler sets `renew` (called at every heartbeat), `still_mine` (called every second or so) and `on_failure`
    (turns an error into a change of the record and a disposition).
    """

    receives: int
    stopping: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)
    renew: Callable[[], None] | None = None
    still_mine: Callable[[], bool] | None = None
    on_failure: Callable[[GasError], Disposition] | None = None


class Handler(Protocol):
    """The part of a worker that knows what its messages mean."""

    queue: str

    def parse(self, body: str) -> Message | None:
        """The message in a queue body; None where there is nothing to do. Raises PoisonMessageError."""
        ...

    def handle(self, message: Message, delivery: Delivery) -> None:
        """Do the work. Returning means that it is durable and the message may go."""
        ...
