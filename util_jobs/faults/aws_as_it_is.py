"""AWS's archives as they behave, over moto: restores and retrievals that take time, are refused, run once, and expire.

    with mock_aws():
        archives = AwsAsItIs()
        archives.attach(aws.client("s3"), aws.client("glacier"))
        archives.restores.expedited_available = False        # 503 GlacierExpeditedRetrievalNotAvailable
        archives.vaults.expedited_error = "PolicyEnforcedException"  # or "InsufficientCapacityException"
        ...
        archives.detach()

All times are those of `pipeline.clock`; there is no random number and no real time in it. `paid` lists every retrieval
that AWS would charge for, and says which of them were needless. S3 objects stay moto's own, the vaults are ours.
"""

from __future__ import annotations

import threading
from typing import Any

from util_jobs.faults.as_it_is_answers import Answer, PaidRetrieval
from util_jobs.faults.as_it_is_s3 import Restores
from util_jobs.faults.as_it_is_vaults import Vaults

# How long a retrieval takes here, by tier: within what AWS states (1-5 minutes, 3-5 hours, 5-12 hours).
DELAYS_S = {"Expedited": 180.0, "Standard": 4 * 3600.0, "Bulk": 8 * 3600.0}
_NOTED = "as_it_is_params"


class AwsAsItIs:
    """Hooks into boto3 clients (events of botocore); may be called from several threads."""

    def __init__(self, delays_s: dict[str, float] | None = None) -> None:
        self._delays_s = DELAYS_S | (delays_s or {})
        self._clients: list[Any] = []
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget every restore, vault, archive and payment (moto's objects are not touched)."""
        self.paid: list[PaidRetrieval] = []
        self.restores = Restores(self._delays_s, self.paid)
        self.vaults = Vaults(self._delays_s, self.paid)

    def attach(self, *clients: Any) -> None:
        """Answer for these clients (of S3 or Glacier) from now on."""
        for client in clients:
            self._clients.append(client)
            for event, hook in self._hooks(client):
                client.meta.events.register(event, hook)

    def detach(self) -> None:
        """Leave every client as it was."""
        while self._clients:
            client = self._clients.pop()
            for event, hook in self._hooks(client):
                client.meta.events.unregister(event, hook)

    @property
    def needless(self) -> list[PaidRetrieval]:
        """Retrievals that were paid although one of the same file was running or could be read (C14, C28)."""
        return [paid for paid in self.paid if paid.needless]

    def next_ready(self) -> float | None:
        """When (epoch s) the next running restore or retrieval will be ready."""
        return min([*self.restores.ready_times(), *self.vaults.ready_times()], default=None)

    def completed_restores(self) -> list[tuple[str, str]]:
        """Bucket and key of each S3 restore that was finished since the last call: what S3 sends as events."""
        with self._lock:
            return self.restores.completed()

    def _hooks(self, client: Any) -> list[tuple[str, Any]]:
        service = client.meta.service_model.service_id.hyphenize()
        hooks: list[tuple[str, Any]] = [(f"provide-client-params.{service}", self._note)]
        if service == "glacier":
            return [*hooks, ("before-call.glacier", self._before_glacier)]
        return [*hooks, ("before-call.s3", self._before_s3), ("after-call.s3", self._after_s3)]

    @staticmethod
    def _note(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_NOTED] = params

    def _before_s3(self, model: Any, context: dict[str, Any], **_: Any) -> Answer | None:
        with self._lock:
            return self.restores.before(model.name, context[_NOTED])

    def _after_s3(self, model: Any, context: dict[str, Any], parsed: dict[str, Any], **_: Any) -> None:
        with self._lock:
            self.restores.after(model.name, context[_NOTED], parsed)

    def _before_glacier(self, model: Any, context: dict[str, Any], **_: Any) -> Answer:
        with self._lock:
            return self.vaults.before(model.name, context[_NOTED])
