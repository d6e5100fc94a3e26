"""`gerai work`: background work for servers started with `gerai serve`."""

from __future__ import annotations

import asyncio

import structlog

from gerai.app import WEBHOOK_CONTRACTS, make_desk, make_engine
from gerai.cli.database import SettingsOption, read_settings, require_database
from gerai.cli.metrics import holding_metrics_address, serving_metrics
from gerai.cli.public_address import warn_at_start
from gerai.cli.seal_key import warn_of_closed_secrets
from gerai.cli.serving import run, until_stopped
from gerai.doors.http.scrape import Scrape
from gerai.found import FoundPartners
from gerai.kit import log
from gerai.kit.shared_counters import SharedCounters
from gerai.metrics.exposition import MetricsExposition
from gerai.metrics.process import Watched
from gerai.settings import Settings
from gerai.worker.main import Worker


def work(settings_file: SettingsOption = None) -> None:
    """Run fulfilment, expiry, webhooks, backups and clean-up until stopped; any number of these may run at once."""
    settings = read_settings(settings_file)
    log.configure(settings.log.level, settings.log.format)
    require_database(settings, migrated=True)
    warn_at_start(settings)
    warn_of_closed_secrets(settings)
    with holding_metrics_address(settings):
        run(lambda stop: _work(settings, stop))


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    engine, partners = make_engine(settings), FoundPartners(settings)
    desk = make_desk(engine, partners, settings)
    worker = Worker(engine, partners, desk, settings, WEBHOOK_CONTRACTS)
    supervisors = (engine.supervisor, worker.supervisor)
    outgoing = {**partners.outgoing, "gateways": desk.attempts, "webhooks": worker.outgoing}
    watched = Watched(outgoing, supervisors, webhooks=worker.places, jobs=worker.jobs_done)
    metrics = MetricsExposition(engine, watched, SharedCounters())
    scrape = Scrape(metrics.exposition, settings.metrics.token)
    async with metrics.running(), engine.running(), desk, serving_metrics(settings, scrape), worker.running():
        structlog.get_logger("gerai").info("worker.started")
        await until_stopped(stop, *supervisors)
