"""SNS and SQS as they promise to be, and no better: at least once, in no order, late, and counted.

Stands in at boto3's level; every choice that AWS leaves open is made by the schedule's random numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from util_jobs.faults.clock import SimulatedClock
from util_jobs.faults.errors import client_error
from util_jobs.faults.letters import DEAD, LATEST_S, SUBSCRIPTIONS, Letter


@dataclass
class Mailboxes:
    """All queues and topics. `disorder` is how likely a message is duplicated or late (0: never)."""

    clock: SimulatedClock
    rng: random.Random
    max_receives: int
    prefix: str
    disorder: float = 0.0
    queues: dict[str, list[Letter]] = field(default_factory=dict)
    numbers: int = 0

    def answer(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Carry out one call; ClientError as SQS would answer."""
        if service == "sns" and operation == "Publish":
            topic = params["TopicArn"].rpartition(":")[2].removeprefix(f"{self.prefix}-")
            for queue in SUBSCRIPTIONS[topic]:
                self._deliver(queue, params["Message"], params.get("MessageGroupId"), 0.0)
            return {"MessageId": str(self.numbers)}
        handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "GetQueueUrl": self._queue_url,
            "SendMessage": self._send,
            "ReceiveMessage": self._receive,
            "ChangeMessageVisibility": self._change_visibility,
            "DeleteMessage": self._delete,
        }
        handler = handlers.get(operation)
        if service != "sqs" or handler is None:
            raise NotImplementedError(f"the simulation has no {service}.{operation}")
        return handler(params)

    def _deliver(self, queue: str, body: str, group: str | None, delay: float) -> None:
        for _ in range(2 if self.rng.random() < self.disorder else 1):
            late = self.rng.uniform(0, LATEST_S) if self.rng.random() < self.disorder else 0.0
            self._put(queue, body, group, self.clock.now() + delay + late)

    def _put(self, queue: str, body: str, group: str | None, visible_at: float, reason: str | None = None) -> None:
        self.numbers += 1
        letter = Letter(self.numbers, body, group, visible_at, reason=reason)
        self.queues.setdefault(queue, []).append(letter)

    def drop_in(self, queue: str, body: str) -> None:
        """Put a message straight into a queue: poison, or an event of the object store."""
        self._put(queue, body, None, self.clock.now())

    def visible(self, queue: str) -> list[Letter]:
        """What could be received now."""
        return [letter for letter in self.queues.get(queue, []) if letter.visible_at <= self.clock.now()]

    def waiting(self) -> dict[str, int]:
        """How many messages are in each queue that has some, dead letters aside."""
        return {name: len(found) for name, found in self.queues.items() if found and not name.endswith(DEAD)}

    def next_visible_at(self) -> float | None:
        """When the next hidden message shows itself."""
        times = [m.visible_at for name, found in self.queues.items() if not name.endswith(DEAD) for m in found]
        return min(times, default=None)

    def dead_letters(self) -> list[tuple[str, Letter]]:
        """Every dead letter with the name of its queue."""
        return [(name, m) for name, found in self.queues.items() if name.endswith(DEAD) for m in found]

    def _queue_url(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"QueueUrl": f"https://sqs.simulated/{params['QueueName']}"}

    def _queue(self, params: dict[str, Any]) -> str:
        return str(params["QueueUrl"]).rpartition("/")[2].removeprefix(f"{self.prefix}-")

    def _send(self, params: dict[str, Any]) -> dict[str, Any]:
        queue, group = self._queue(params), params.get("MessageGroupId")
        if queue.endswith(DEAD):
            reason = params.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
            self._put(queue, params["MessageBody"], group, self.clock.now(), reason)
        else:
            self._deliver(queue, params["MessageBody"], group, float(params.get("DelaySeconds", 0)))
        return {"MessageId": str(self.numbers)}

    def _receive(self, params: dict[str, Any]) -> dict[str, Any]:
        queue = self._queue(params)
        while found := self.visible(queue):
            letter = self.rng.choice(found)
            if letter.receives >= self.max_receives:
                self.queues[queue].remove(letter)
                self._put(queue + DEAD, letter.body, letter.group, self.clock.now(), "received too often")
                continue
            letter.receives += 1
            letter.handle = f"{letter.number}/{letter.receives}"
            letter.visible_at = self.clock.now() + params["VisibilityTimeout"]
            attributes = {"ApproximateReceiveCount": str(letter.receives)}
            if letter.group:
                attributes["MessageGroupId"] = letter.group
            message = {"MessageId": str(letter.number), "Body": letter.body, "ReceiptHandle": letter.handle}
            return {"Messages": [message | {"Attributes": attributes}]}
        return {}

    def _held(self, params: dict[str, Any]) -> Letter | None:
        number = int(params["ReceiptHandle"].partition("/")[0])
        return next((m for m in self.queues.get(self._queue(params), []) if m.number == number), None)

    def _change_visibility(self, params: dict[str, Any]) -> dict[str, Any]:
        letter = self._held(params)
        if letter is None or letter.handle != params["ReceiptHandle"] or letter.visible_at <= self.clock.now():
            raise client_error("MessageNotInflight", 400, "ChangeMessageVisibility")
        letter.visible_at = self.clock.now() + params["VisibilityTimeout"]
        return {}

    def _delete(self, params: dict[str, Any]) -> dict[str, Any]:
        """An old receipt handle is answered kindly and may delete nothing; a deleted message may show up once more."""
        letter = self._held(params)
        if letter is None:
            return {}
        if letter.handle != params["ReceiptHandle"] and self.rng.random() < 0.5:
            return {}
        if self.rng.random() < self.disorder / 4:
            letter.visible_at = self.clock.now() + self.rng.uniform(0, LATEST_S)
            return {}
        self.queues[self._queue(params)].remove(letter)
        return {}
