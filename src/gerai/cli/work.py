"""`gerai work`: background work for servers started with `gerai serve`."""

from __future__ import annotations

import asyncio

import structlog

from gerai.app import ANNOUNCERS, FoundPartners, make_engine
from gerai.cli.database import SettingsOption, read_settings, require_database
from gerai.cli.serving import run
from gerai.kit import log
from gerai.settings import Settings
from gerai.worker.main import Worker


def work(settings_file: SettingsOption = None) -> None:
    """Run fulfilment, expiry and clean-up until stopped; any number of these may run at once."""
    settings = read_settings(settings_file)
    log.configure(settings.log.level, settings.log.format)
    require_database(settings, migrated=True)
    run(lambda stop: _work(settings, stop))


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    engine = make_engine(settings)
    async with engine.running():
        worker = Worker(engine, FoundPartners(settings), settings, ANNOUNCERS)
        task = asyncio.create_task(worker.run(), name="gerai-worker")
        asked = asyncio.create_task(stop.wait())
        structlog.get_logger("gerai").info("worker.started")
        await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        asked.cancel()
        await task
