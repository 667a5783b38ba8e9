"""Keeps a message hidden and its record's lease alive while the work goes on (C13)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import logs
from pipeline.errors import LeaseLostError
from pipeline.settings import get_settings
from pipeline.workers.delivery import Delivery
from pipeline.workers.queue import Queue, Received

log = logs.get_logger()


class Heartbeat:
    """A thread that renews while the block runs, and sets `delivery.lost` when the work is not ours any more."""

    def __init__(self, queue: Queue, received: Received, delivery: Delivery, tick: Callable[[], None]) -> None:
        self._queue = queue
        self._received = received
        self._delivery = delivery
        self._tick = tick
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        settings = get_settings()
        next_renewal = time.monotonic() + settings.heartbeat_interval_s
        while not self._done.wait(settings.cancel_check_s):
            self._tick()
            renewal_due = time.monotonic() >= next_renewal
            if renewal_due:
                next_renewal = time.monotonic() + settings.heartbeat_interval_s
            if not self._keep_lease(renewal_due):
                self._delivery.lost.set()
                return
            if renewal_due:
                self._keep_hidden()

    def _keep_lease(self, renewal_due: bool) -> bool:
        """False when the record says that the work is not ours any more."""
        try:
            if self._delivery.still_mine and not self._delivery.still_mine():
                return False
            if renewal_due and self._delivery.renew:
                self._delivery.renew()
        except LeaseLostError:
            return False
        except (BotoCoreError, ClientError) as error:
            # A missed beat is harmless while the next one comes before the lease ends.
            log.warning("lease_not_renewed", error=type(error).__name__)
        return True

    def _keep_hidden(self) -> None:
        """Apart from the lease: a message that is gone must not cost the record its lease."""
        try:
            self._queue.hide(self._received, get_settings().visibility_timeout_s)
        except (BotoCoreError, ClientError) as error:
            log.warning("message_not_kept", error=type(error).__name__)
