"""One schedule: users and jobs, and a random order of all that may happen to them; then everything is drained."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.settings import get_settings
from util_jobs.faults.actors import QUEUES, Cast
from util_jobs.faults.beginnings import Beginning
from util_jobs.faults.character import Character
from util_jobs.faults.draining import Drain
from util_jobs.faults.heartbeats import ready_to_beat
from util_jobs.faults.processes import Task
from util_jobs.faults.stage import Stage
from util_jobs.faults.stalls import Stalls
from util_jobs.faults.wishes import People
from util_jobs.faults.world import World

MOST_AT_ONCE = 4  # tasks of workers and users in each other's way
EXPEDITED_ERRORS = ("InsufficientCapacityException", "PolicyEnforcedException")
CALM_STEPS = 40  # after the last wish
JUMPS_S = (61, 130, 1000, 20000, 3 * 86400)
MOVERS = ("annotate", "archive", "thaw")  # those who store what a user's wish may have made obsolete
STORING = (":PutObject", ":CopyObject", ":UploadPart", ":UploadPartCopy", ":UploadArchive")
ENDS = ("delete", "cancel", "leave", "upgrade", "downgrade")
Option = tuple[float, Callable[[], object]]


class Schedule:
    """Chooses who goes on, until nothing is left to do."""

    def __init__(self, world: World, cast: Cast, people: People, character: Character) -> None:
        self.world, self.people, self.character = world, people, character
        self.rng, self.clock = world.rng, world.clock
        self.stage = Stage(world, cast, character)
        self.drain = Drain(world, self.stage)
        self.wishes_left = character.wishes + character.jobs
        self.stalls = Stalls(world, self.stage)

    def run(self) -> None:
        """The rough part, then the one in which everything comes to its end; faults strike in both, as planned."""
        character = self.character
        get_settings().archive_store = character.store
        if character.parts:
            self.world.cut_files()
        self.wishes_left += Beginning(self.world, self.stage, self.drain, self.people, character).prepare()
        self.world.mailboxes.disorder = character.disorder
        self.world.calls.page_size = character.page_size
        self.world.calls.indexes.most_s = character.index_lag_s
        if character.poison:
            self.world.mailboxes.drop_in(self.rng.choice(QUEUES), "no JSON at all")
        self.world.misfortune.begin(character.misfortune)
        calm = 0
        while self.wishes_left or calm < CALM_STEPS:
            calm += not self.wishes_left
            self._something()
        if self.stalls.any and self.rng.random() < 0.5:
            self.drain.work_off()  # those who stand still wake up when the others did everything
        self.stalls.wake_all()
        self.drain.run()
        self.world.misfortune.end()
        self.drain.look_into_the_vault()

    def _something(self) -> None:
        self.stalls.sleep_on()
        options = [*self._on_stage(), *self._entrances(), *self._surroundings()]
        (chosen,) = self.rng.choices([what for _, what in options], [weight for weight, _ in options])
        chosen()

    def _on_stage(self) -> list[Option]:
        """What those may do, or suffer, who act already."""
        awake = self.stage.awake()
        silent = [process for process in ready_to_beat() if not process.stalled]
        options: list[Option] = []
        if awake:
            options.append((12, lambda: self.stage.step(self.rng.choice(awake))))
            options.append((0.15, lambda: self.stage.stop(self.rng.choice(awake).process)))
            options.append(
                (self.character.misfortune.crash_rate, lambda: self.stage.kill(self.rng.choice(awake).process))
            )
            options.append((self.character.stalls, lambda: self.stalls.begin(self.rng.choice(self._movers() or awake))))
        if silent:
            options.append((2, lambda: self.stage.beat(self.rng.choice(silent))))
        return options

    def _entrances(self) -> list[Option]:
        if len(self.stage.awake()) >= MOST_AT_ONCE:
            return []
        options: list[Option] = [(0.5, self.stage.sweep)]
        due = [queue for queue in QUEUES if self.world.mailboxes.visible(queue)]
        if due:
            options.append((3, lambda: self.stage.work(self.rng.choice(due))))
        if self.wishes_left:
            options.append((5 if self._storing() else 1.5, self._wish))
        return options

    def _surroundings(self) -> list[Option]:
        """Time goes by, AWS changes its mind, tells of something."""
        options: list[Option] = [
            (0.2, self._turn_capacity),
            (0.3, self.stage.tell_of_restores),
            (1, lambda: self.clock.advance(self.rng.uniform(0, 12))),
            (self.character.jumps, lambda: self.clock.advance(self.rng.choice(JUMPS_S))),
        ]
        ready = self.world.archives.next_ready()
        if ready is not None:
            options.append((0.6, lambda: self.clock.advance(ready - self.clock.now() + self.rng.uniform(0, 5))))
            options.append((0.2, lambda: self.clock.advance(3 * 86400)))
        return options

    def _movers(self) -> list[Task]:
        return [task for task in self.stage.awake() if task.name.startswith(MOVERS)]

    def _storing(self) -> list[Task]:
        """Those of them who are about to store something."""
        return [task for task in self._movers() if task.at.endswith(STORING)]

    def _wish(self) -> None:
        self.wishes_left -= 1
        name, wish = self.people.next()
        self.stage.note(f"a user wishes: {name}")
        movers = self._movers()
        if name in ENDS and movers and self.rng.random() < self.character.stalls:
            self.stalls.begin(self.rng.choice(self._storing() or movers))  # it will not notice before its next write
        self.stage.user(wish)

    def _turn_capacity(self) -> None:
        """From now on AWS has room for expedited retrievals, or has none."""
        refused = self.rng.random() < self.character.refusals
        archives = self.world.archives
        archives.restores.expedited_available = not refused
        archives.vaults.expedited_error = self.rng.choice(EXPEDITED_ERRORS) if refused else None
