"""The only loop: receive → parse → handle → acknowledge, for every worker that reads a queue.

It knows nothing of what a message means. This is the one place with a broad `except`: whatever a handler
raises is logged, turned into an error with a code, and decided upon; the loop lives on.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from pipeline import logs
from pipeline.errors import GasError, RetryableError
from pipeline.messages import Message, PoisonMessageError
from pipeline.settings import get_settings
from pipeline.workers.delivery import ACKNOWLEDGE, Delivery, Disposition, Handler
from pipeline.workers.heartbeat import Heartbeat
from pipeline.workers.queue import Queue, Received

log = logs.get_logger()
PAUSE_AFTER_QUEUE_ERROR_S = 2.0
Result = TypeVar("Result")
MAX_BACKOFF_DOUBLINGS = 8
MAX_RETRY_DELAY_S = 900


def as_gas_error(error: Exception) -> GasError:
    """Any exception as one of ours: surroundings that failed and our own bugs are both worth another try."""
    if isinstance(error, GasError):
        return error
    if isinstance(error, ClientError | BotoCoreError):
        return RetryableError("The storage service did not answer as it should.", code="storage_unavailable")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return RetryableError("The annotation machine's disk is full.", code="disk_full")
    return RetryableError(
        "Something went wrong on our side. Start the job again; if it fails again, contact your operator.",
        code="internal_error",
    )


def retry_delay_s(failures: int) -> int:
    """Seconds before the next try: doubles with each failure, up to 15 minutes."""
    return min(get_settings().retry_delay_s * 2 ** min(failures, MAX_BACKOFF_DOUBLINGS), MAX_RETRY_DELAY_S)


def _attempt(work: Callable[[], Result]) -> tuple[Result | None, Exception | None]:
    """What the work returned, or what it raised: the only broad `except` there is."""
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001  # a handler may fail in any way, and the loop lives on
        return None, error


class Runner:
    """Runs one handler on its queue until `stopping` is set."""

    def __init__(self, handler: Handler, stopping: threading.Event) -> None:
        self.handler = handler
        self.stopping = stopping
        self.last_tick = time.monotonic()

    def tick(self) -> None:
        """The loop is alive (the health probe looks at this)."""
        self.last_tick = time.monotonic()

    def run(self) -> None:
        """Take messages until asked to stop. A queue that does not answer is asked again."""
        queue: Queue | None = None
        while not self.stopping.is_set():
            self.tick()
            try:
                queue = queue or Queue(self.handler.queue)
                self.take_one(queue)
            except (BotoCoreError, ClientError) as error:
                log.warning("queue_unavailable", queue=self.handler.queue, error=str(error))
                self.stopping.wait(PAUSE_AFTER_QUEUE_ERROR_S)

    def take_one(self, queue: Queue) -> None:
        """Receive a message, if there is one, and process it; give it back if we were asked to stop meanwhile."""
        received = queue.receive()
        if received is None:
            return
        if self.stopping.is_set():
            queue.hide(received, 0)
            return
        self.process(queue, received)

    def process(self, queue: Queue, received: Received) -> None:
        """One message from its body to its end."""
        try:
            message = self.handler.parse(received.body)
        except PoisonMessageError as error:
            log.error("message_poison", sqs_message_id=received.sqs_message_id, reason=error.message)
            queue.bury(received, error.message)
            return
        if message is None:
            queue.acknowledge(received)
            return
        delivery = Delivery(receives=received.receives, stopping=self.stopping)
        about = {"job_id": message.job_id} if message.job_id else {"user_id": message.user_id}
        with logs.bound(message_id=message.message_id, **about):
            with Heartbeat(queue, received, delivery, self.tick):
                disposition = self._handle(message, delivery)
            self._dispose(queue, received, disposition)

    def _handle(self, message: Message, delivery: Delivery) -> Disposition:
        _, error = _attempt(lambda: self.handler.handle(message, delivery))
        if error is None:
            return ACKNOWLEDGE
        gas_error = as_gas_error(error)
        unexpected = error if gas_error is not error else None
        log.warning("work_failed", code=gas_error.code, error=type(error).__name__, exc_info=unexpected)
        return self._decide(gas_error, delivery)

    def _decide(self, error: GasError, delivery: Delivery) -> Disposition:
        """Let the handler write the failure down; if that fails too, the message simply comes back."""
        again = Disposition("retry", retry_delay_s(delivery.receives - 1))
        if delivery.on_failure is None:
            return again
        write_down = delivery.on_failure
        disposition, second = _attempt(lambda: write_down(error))
        if second is not None:
            log.warning("failure_not_recorded", error=type(second).__name__, exc_info=second)
        return disposition or again

    def _dispose(self, queue: Queue, received: Received, disposition: Disposition) -> None:
        if disposition.kind == "acknowledge":
            queue.acknowledge(received)
        elif disposition.kind == "retry":
            queue.hide(received, disposition.delay_s)
        else:
            log.error("message_dead", reason=disposition.reason)
            queue.bury(received, disposition.reason)
