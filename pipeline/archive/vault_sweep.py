"""The sweep's look at a Glacier vault: asks for its inventory once a day, and reads it slice by slice.

Nothing is written down: Glacier itself lists the inventories that were asked for. A process that starts anew reads the
list from its beginning, which does no harm; nor do two sweeps at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline import clock
from pipeline.archive.stores import vault_inventory
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.vault_inventory import InventoryJob
from pipeline.archive.vault_orphans import remove_unnamed
from pipeline.settings import get_settings

LOOK_S = 600  # between two questions whether an inventory is there; Glacier takes hours to make it


@dataclass
class VaultSweep:
    """How far this process is. `job_id` is the inventory that it reads, or has read up to `position`."""

    next_look: float = 0.0
    job_id: str = ""
    position: int = 0

    def step(self) -> str:
        """Do what is next, at most one slice of a list; gives a word for what was done."""
        settings = get_settings()
        in_use = settings.archive_store == "vault" or settings.vault_name is not None
        if not in_use or not settings.vault_inventory_s or clock.now() < self.next_look:
            return "nothing"
        vault = settings.resolved_vault_name()
        self.next_look = clock.now() + LOOK_S
        job = vault_inventory.newest(vault)
        if job is not None and job.state == Retrieval.READY and not self._has_read(job):
            return self._read_on(vault, job)
        if job is None or (job.state == Retrieval.READY and job.created_at + settings.vault_inventory_s <= clock.now()):
            return "vault_inventory_asked" if vault_inventory.ask(vault) else "nothing"
        return "nothing"

    def _has_read(self, job: InventoryJob) -> bool:
        return self.job_id == job.job_id and self.position >= job.size

    def _read_on(self, vault: str, job: InventoryJob) -> str:
        start = self.position if self.job_id == job.job_id else 0
        listed, end = vault_inventory.read_slice(vault, job, start)
        remove_unnamed(vault, listed)
        self.job_id, self.position = job.job_id, end
        if not self._has_read(job):
            self.next_look = 0.0  # the rest with the next rounds
        return "vault_inventory_read"
