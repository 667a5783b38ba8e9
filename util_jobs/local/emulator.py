"""The embedded AWS: ministack on 127.0.0.1, with its state saved while it runs (`python -m util_jobs.local.emulator`).

ministack itself writes objects through to disk and everything else only at a clean stop. Here every service's state
is saved within `emulator_save_interval_s` of a change, and before any object is deleted after it, so that a `kill -9`
costs at most the last two seconds.
Uses ministack's private functions, therefore its version is pinned; `tests/e2e/test_emulator.py` holds the promise.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pipeline import logs
from pipeline.errors import ConfigurationError
from pipeline.settings import Settings, get_settings
from util_jobs.local.changes import ChangeWatch
from util_jobs.local.objects import remove_half_written
from util_jobs.local.saver import StateSaver
from util_jobs.local.snapshots import Snapshots, unpack

BIND_HOST = "127.0.0.1"
SECRET_ACCESS_KEY = "test"  # noqa: S105 - the emulator's own, it guards nothing
GRACEFUL_TIMEOUT_S = 1.0
# Queue URLs are stored with this port whatever port is bound, so that a stack moved to another port still works.
CANONICAL_PORT = "4566"


def ministack_environment(settings: Settings) -> dict[str, str]:
    """What ministack reads while it is imported."""
    folder = aws_folder(settings)
    return {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "loaded"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "objects"),
        "BIND_HOST": BIND_HOST,
        "GATEWAY_PORT": CANONICAL_PORT,
        "MINISTACK_ACCOUNT_ID": settings.aws_account_id,
        "MINISTACK_REGION": settings.aws_region,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # ministack removes containers of other ministacks at its start: keep it away from the user's Docker.
        "DOCKER_HOST": f"unix://{folder / 'no-docker.sock'}",
    }


def aws_folder(settings: Settings) -> Path:
    """Where the embedded AWS keeps everything."""
    return (settings.data_dir / "aws").resolve()


def main() -> None:
    """Serve until SIGTERM or SIGINT; exit 1 with a sentence if the saved state cannot be read."""
    settings = get_settings()
    logs.configure("emulator")
    log = logs.get_logger()
    folder = aws_folder(settings)
    try:
        snapshots = Snapshots(folder / "state")
        state, broken = snapshots.newest_readable()
    except ConfigurationError as error:
        print(error.message, file=sys.stderr)
        raise SystemExit(1) from error
    if broken:
        snapshots.set_aside(broken)
        log.warning("older_state_used", unreadable=[path.name for path in broken])
    unpack(state, folder / "loaded")
    removed = remove_half_written(folder / "objects")
    if removed:
        log.warning("half_written_objects_removed", files=removed)
    os.environ.update(ministack_environment(settings))
    asyncio.run(_serve(settings, snapshots))


async def _serve(settings: Settings, snapshots: Snapshots) -> None:
    # Imported only now: ministack reads its environment while it is imported.
    import ministack.app
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    saver = StateSaver(ministack.app._build_persistence_save_dict, snapshots)
    watch = ChangeWatch(ministack.app.app)
    # At a clean stop ministack saves by itself; the snapshot takes the place of that.
    ministack.app.save_all = lambda services: saver.save()

    config = Config()
    config.bind = [f"{BIND_HOST}:{settings.emulator_port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = GRACEFUL_TIMEOUT_S
    config.loglevel = "WARNING"

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    saving = asyncio.create_task(_save_while_running(watch, saver, settings.emulator_save_interval_s))
    await serve(watch, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
    saving.cancel()


async def _save_while_running(watch: ChangeWatch, saver: StateSaver, interval_s: float) -> None:
    """Save after changes; a state that takes long to save is saved less often, so that answers stay quick."""
    log: Any = logs.get_logger()
    rest, pause = 0.0, interval_s
    while True:
        await watch.until_wanted(rest, pause)
        changes = watch.take_changes()
        if changes is None:
            continue
        started = time.monotonic()
        try:
            state = saver.serialise()
            blocked_s = time.monotonic() - started
            await asyncio.to_thread(saver.write, state)
        except (OSError, RuntimeError, TypeError, ValueError, KeyError) as error:
            # A state that changes while it is copied, or a full disk: the next round tries again.
            watch.note_failed()
            rest = pause
            log.error("state_not_saved", reason=str(error))
            continue
        watch.note_saved(changes)
        rest = 2 * blocked_s
        pause = max(interval_s, rest)
        if pause > 2 * interval_s:
            log.warning("state_saved_slowly", blocked_s=round(blocked_s, 2), next_save_in_s=round(pause, 1))


if __name__ == "__main__":
    main()
