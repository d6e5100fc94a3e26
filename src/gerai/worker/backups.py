"""The daily backup: made in a process of its own, so that a large one slows nobody down, when one is due."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

import structlog

from gerai.engine.backups import backup_is_due
from gerai.engine.core import Engine
from gerai.engine.outage import DatabaseError
from gerai.kit.tasks import to_the_end
from gerai.settings import Settings, as_environment

log = structlog.get_logger("gerai.backups")
#: Whoever has just started has other things to do.
FIRST_AFTER_S: Final = 300.0
_LOOK_S: Final = 60.0
_HOUR_S: Final = 3600.0


async def watch_backups(
    engine: Engine, settings: Settings, folder: Path | None, first_after_s: float = FIRST_AFTER_S
) -> None:
    """Until cancelled: have a backup made whenever the last one is old enough. ``folder``: the data folder whose keys
    belong to it. Without ``backup.dir``, or with ``backup.every_h`` 0, never."""
    await asyncio.sleep(first_after_s)
    every_s = settings.backup.every_h * _HOUR_S
    while True:
        try:
            if settings.backup.dir and every_s > 0 and await backup_is_due(engine, every_s):
                await _make(settings, folder)
        except DatabaseError as error:
            log.warning("backup.not_looked", error=str(error))
        await asyncio.sleep(min(every_s, _LOOK_S) if every_s > 0 else _LOOK_S)


async def _make(settings: Settings, folder: Path | None) -> None:
    """Run `gerai backup --scheduled`; its words go into our log. Cancelled, it is ended and leaves nothing."""
    command = [sys.executable, "-P", "-m", "gerai", "backup", "--scheduled"]
    command += [] if folder is None else ["--secrets-of", str(folder)]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=_environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await to_the_end(process.wait())
    made = out.decode(errors="replace").strip()
    if process.returncode != 0:
        reason = " ".join(complaints.decode(errors="replace").split())[-500:]
        log.error("backup.failed", code=process.returncode, reason=reason.removeprefix("gerai: "))
    elif made:
        log.info("backup.made", file=made)


def _environment(settings: Settings) -> dict[str, str]:
    """What this process was given, and the settings it has, wherever they come from."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GERAI_DATA", "GERAI_SETTINGS")}
    ours = as_environment(settings, "backup", "database")
    return kept | ours | {"GERAI_WEBHOOKS_SEAL_KEY": settings.webhooks.seal_key}
