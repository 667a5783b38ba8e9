"""The calm beginning of a schedule: brings everything to where the rough part begins, so that no stage of a result's
life is met rarely."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.accounts.store import PLANS
from util_jobs.faults import rules_of_results
from util_jobs.faults.character import Character
from util_jobs.faults.draining import Drain
from util_jobs.faults.stage import Stage
from util_jobs.faults.wishes import People
from util_jobs.faults.world import World


@dataclass(frozen=True)
class Beginning:
    """Nothing fails while it runs."""

    world: World
    stage: Stage
    drain: Drain
    people: People
    character: Character

    def prepare(self) -> int:
        """Begin as the character says; how many wishes more (or less) are left for the rough part."""
        begins = self.character.begins
        if begins == "with nothing":
            return 0
        submitted = self._submit_all()
        if begins == "with results":
            return -submitted
        self.drain.run()
        self._look_at_the_calm()
        if begins == "with results coming back":
            self._bring_back()
            return -submitted
        self.people.eager = list(self.people.ids)
        return len(self.people.ids) - submitted

    def _submit_all(self) -> int:
        """Every file that arrived is submitted and annotated; how many there were."""
        count = len(self.people.uploads)
        while self.people.uploads:
            name, wish = self.people.next(calm=True)
            self.stage.note(f"a user wishes: {name}")
            self.stage.user(wish)
            self.drain.finish_running()
        while self.world.mailboxes.visible("annotate"):
            self.stage.work("annotate")
            self.drain.finish_running()
        self._look_at_the_calm()
        return count

    def _bring_back(self) -> None:
        """Everybody upgrades, and is free again before anything is back."""
        for plan in reversed(PLANS):
            for user_id in self.people.ids:
                self.stage.user(self.people.change_plan(user_id, plan))
                self.drain.work_off()

    def _look_at_the_calm(self) -> None:
        for breach in rules_of_results.calm_work_leaves_no_trace():
            self.world.calls.complain(breach)
