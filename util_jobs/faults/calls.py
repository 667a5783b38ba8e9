"""Every AWS call of a simulated process passes through here: it waits for its turn, meets its fate, is carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.settings import get_settings
from util_jobs.faults import stores
from util_jobs.faults.clock import SimulatedClock
from util_jobs.faults.crashes import Fate, Misfortune, call_site, error_of
from util_jobs.faults.lagging_indexes import LaggingIndexes
from util_jobs.faults.mailboxes import Mailboxes
from util_jobs.faults.patches import Patches
from util_jobs.faults.processes import ProcessDied, Task, current_task
from util_jobs.faults.quick_dynamodb import QuickDynamoDb
from util_jobs.faults.quick_s3 import hurry

Sent = dict[str, Any]
OnChange = Callable[[str, str, Sent, Any], None]
STORES = ("PutObject", "CopyObject", "CreateMultipartUpload", "CompleteMultipartUpload")
SKEW_S = 10.0  # two clocks may differ by that much
PAGES = {"Query": "Limit", "ListObjectsV2": "MaxKeys"}


class Calls:
    """Hooked in under boto3 once; `begin` makes it new for each schedule."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.indexes = LaggingIndexes(stores.dynamodb, clock)
        self._dynamodb = QuickDynamoDb(stores.dynamodb)

    def begin(self, mailboxes: Mailboxes, misfortune: Misfortune) -> None:
        """Nothing was called yet, and nobody listens."""
        self.mailboxes, self.misfortune = mailboxes, misfortune
        self.trace: list[str] = []
        self.called_at: Counter[str] = Counter()
        self.outbox: list[Sent] = []
        self.asked_late: set[tuple[str, float]] = set()  # archives asked for, and when, by who had no right to any more
        self.page_size: int | None = None
        self.on_change: OnChange = lambda *_: None
        self.complain: Callable[[str], None] = lambda _: None

    def hook(self, patches: Patches) -> None:
        """From now on boto3's calls come here; moto has to be started."""
        self._dynamodb.hurry(patches)
        hurry(patches, stores.s3())
        real = vars(BaseClient)["_make_api_call"]

        def make_api_call(client: BaseClient, operation: str, params: Sent) -> Any:
            service = client.meta.service_model.service_name

            send = _sender(params.get("Body"), lambda sent: real(client, operation, sent))

            def perform() -> Any:
                with self.clock.at_aws():
                    return self._perform(service, operation, params, send)

            task = current_task()
            return perform() if task is None else self._in_turn(task, service, operation, params, perform)

        patches.set(BaseClient, "_make_api_call", make_api_call)

    def _in_turn(self, task: Task, service: str, operation: str, params: Sent, perform: Callable[[], Any]) -> Any:
        if not task.process.alive:
            raise ProcessDied
        site = call_site(operation)
        came_at = self.clock.time
        task.pause(site)
        self.called_at[site] += 1
        if task.acknowledged:
            self.complain(f"{task.name.split('-')[0]} went on with {site} after its message was deleted")
        task.acknowledged = task.acknowledged or operation == "DeleteMessage"
        fate = self.misfortune.fate_of(task.name, site, service, operation)
        self.trace.append(f"{self.clock.time:.3f} {task.name} {site} {fate}")
        if fate in (Fate.GO, Fate.DIE_AFTER, Fate.ANSWER_LOST, Fate.DONE_TWICE):
            answer = _done(perform, fate)
            _count_loose(task, service, operation, params, 1 + (fate == Fate.DONE_TWICE))
            self._watch_asking(task, site, operation, params, came_at)
            if operation in STORES and self.clock.time - task.process.entered_at > get_settings().lease_s:
                task.late[params.get("Key", "")] = self.clock.time
        if fate in (Fate.DIE_BEFORE, Fate.DIE_AFTER):
            task.process.alive = False
            raise ProcessDied
        if fate == Fate.GO:
            return answer
        task.struck = True
        if fate == Fate.DONE_TWICE:
            return answer
        raise error_of(fate, service, operation)

    def _watch_asking(self, task: Task, site: str, operation: str, params: Sent, came_at: float) -> None:
        """AWS asks no condition before a retrieval: who stood still for a lease asks although another one may, too."""
        if site.startswith("archive.moves:ask_alone:"):
            task.may_ask_until = came_at + get_settings().lease_s - SKEW_S
        elif operation in ("InitiateJob", "RestoreObject") and self.clock.time > task.may_ask_until:
            self.asked_late.add((_asked_for(operation, params), self.clock.time))

    def _perform(self, service: str, operation: str, params: Sent, real: Callable[[Sent], Any]) -> Any:
        if service in ("sns", "sqs"):
            return self.mailboxes.answer(service, operation, params)
        if service == "sesv2":
            self.outbox.append(params)
            return {"MessageId": str(len(self.outbox))}
        params = self._small_pages(operation, params)
        if service == "dynamodb":
            with self.indexes.around(operation, params):
                answer = self._dynamodb.answer(operation, params, lambda: real(params))
        else:
            answer = real(params)
        self.on_change(service, operation, params, answer)
        return answer

    def _small_pages(self, operation: str, params: Sent) -> Sent:
        """AWS may end a page wherever it likes (1 MB, 1,000 keys): here after very few entries."""
        limit = PAGES.get(operation)
        if limit is None or self.page_size is None or current_task() is None:
            return params
        return {limit: self.page_size} | params


def _asked_for(operation: str, params: Sent) -> str:
    """What is retrieved, as the list of what was paid for names it."""
    if operation == "InitiateJob":
        return str(params["jobParameters"].get("ArchiveId", ""))
    return f"{params['Bucket']}/{params['Key']}"


def _sender(body: Any, real: Callable[[Sent], Any]) -> Callable[[Sent], Any]:
    """Sends the whole body each time, as the AWS library does when it repeats a request by itself: it keeps what is
    sent in the very parameters that it was given, and has read that to its end after the first time."""
    start = body.tell() if hasattr(body, "seek") else None

    def send(sent: Sent) -> Any:
        if start is not None:
            body.seek(start)
        return real(dict(sent))

    return send


def _done(perform: Callable[[], Any], fate: Fate) -> Any:
    if fate == Fate.DONE_TWICE:
        perform()
        return perform()
    try:
        return perform()
    except (ClientError, BotoCoreError):
        if fate == Fate.GO:
            raise
        return None  # nobody hears of the refusal


def _count_loose(task: Task, service: str, operation: str, params: Sent, times: int) -> None:
    """What the task has begun and has to bring to an end."""
    if service == "s3" and operation == "CreateMultipartUpload":
        task.loose["uploads"] += times
    elif service == "s3" and operation in ("CompleteMultipartUpload", "AbortMultipartUpload"):
        task.loose["uploads"] -= 1
