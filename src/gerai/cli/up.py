"""`gerai up`: everything on one machine, with a demo shop: database, server, worker, and one order at each counter."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import httpx
import structlog
import typer

from gerai.app import App
from gerai.cli.backup import BACKUPS
from gerai.cli.database import DEFAULT_FOLDER, SettingsOption, read_settings, with_database_url
from gerai.cli.holidays import with_holidays
from gerai.cli.metrics import TOKEN_FILE, holding_metrics_address, kept_token, serving_metrics
from gerai.cli.migrate import apply_missing
from gerai.cli.own_database import kept_alive
from gerai.cli.people import FIRST_LOGIN, show_way_in
from gerai.cli.public_address import require_for_network, warn_at_start, warn_without_proxy
from gerai.cli.report import report
from gerai.cli.seal_key import warn_of_closed_secrets, with_seal_key
from gerai.cli.serving import HostOption, PortOption, free_port, healthy, run, serving, unless, until_stopped
from gerai.cli.terminal import Steps, console, errors, fail, fail_with
from gerai.demo.shop import DemoState, prepare_demo
from gerai.demo.tour import Tour, tour_of
from gerai.doors.http.hosts import TrustedProxies
from gerai.engine.people.join import first_person
from gerai.kit import log
from gerai.kit.hosts import is_loopback, local_url
from gerai.kit.log_file import open_log
from gerai.settings import Settings
from gerai.store.embedded import EmbeddedPostgres
from gerai.store.embedded_folder import forgotten_homes, require_free
from gerai.store.embedded_host import EmbeddedError

_LOG_NAME: Final = "gerai.log"


@dataclass(frozen=True)
class RunLocation:
    """Where this run lives. ``token_file``: where its metrics' token is, unless the settings give one."""

    folder: Path
    host: str
    port: int
    token_file: Path | None

    @property
    def base_url(self) -> str:
        return local_url(self.host, self.port)


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line: stop after the demo, have a demo shop, place its orders again."""

    once: bool
    demo: bool
    tour: bool


def up(
    host: HostOption = None,
    port: PortOption = None,
    data: Annotated[Path, typer.Option(envvar="GERAI_DATA", help="Data folder.")] = DEFAULT_FOLDER,
    once: Annotated[bool, typer.Option("--once", help="Start, show the demo, and stop; 1 if the demo failed.")] = False,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="With or without the demo shop.")] = True,
    tour: Annotated[bool, typer.Option("--tour", help="Place the demo orders again.")] = False,
    settings_file: SettingsOption = None,
) -> None:
    """Start Gerai with its own database and a demo shop; the first start places orders at each counter.

    What is wrong with the demo shop is said and does not stop the server.
    """
    if tour and not demo:
        fail("--tour needs the demo shop; leave --no-demo out", 2)
    settings = read_settings(settings_file)
    chosen = settings.server.host if host is None else host
    _require_free(data)
    token_file = None if settings.metrics.token else data / TOKEN_FILE
    place = RunLocation(data, chosen, free_port(chosen, settings.server.port if port is None else port), token_file)
    require_for_network(dataclasses.replace(settings, server=dataclasses.replace(settings.server, host=chosen)))
    server = EmbeddedPostgres(data)
    with ExitStack() as stack:
        with Steps() as steps:
            dsn = _start_database(server, steps)
            stack.callback(server.stop)
            log.configure(settings.log.level, settings.log.format, stack.enter_context(open_log(data / _LOG_NAME)))
            steps.next("bringing the database up to date")
            settings = with_database_url(settings, dsn)
            apply_missing(settings.database)
        settings = _here(with_holidays(with_seal_key(settings, data), data), place)
        warn_of_closed_secrets(settings, data)
        warn_at_start(settings, printed=True)
        warn_without_proxy(place.host, settings.http.trusted_proxies, printed=True)
        stack.enter_context(holding_metrics_address(settings))
        run(lambda stop: _serve(settings, server, place, stop, Wish(once, demo, tour)))
    console.line("stopped / berhenti", style="dim")


def _require_free(folder: Path) -> None:
    """Leave when the data folder is another Gerai's now: that is why its port is taken, too."""
    try:
        require_free(folder.absolute())
    except EmbeddedError as error:
        fail(str(error))


def _here(settings: Settings, place: RunLocation) -> Settings:
    """The settings of this run. A server only this machine reaches may call back to this machine."""
    webhooks = settings.webhooks
    return dataclasses.replace(
        settings,
        backup=dataclasses.replace(settings.backup, dir=settings.backup.dir or str(place.folder / BACKUPS)),
        server=dataclasses.replace(settings.server, host=place.host, port=place.port),
        webhooks=dataclasses.replace(webhooks, allow_loopback=webhooks.allow_loopback or is_loopback(place.host)),
        metrics=dataclasses.replace(
            settings.metrics, token=settings.metrics.token or kept_token(place.folder / TOKEN_FILE)
        ),
    )


def _start_database(server: EmbeddedPostgres, steps: Steps) -> str:
    first = not (server.folder / "database.json").exists()
    steps.next("creating the database" if first else "starting the database")
    for home in forgotten_homes(server.folder):
        errors.line(f"{home} is the database of an earlier {server.folder}; delete it when you do not need it")
    try:
        return server.start()
    except EmbeddedError as error:
        fail_with(error)


async def _serve(
    settings: Settings, database: EmbeddedPostgres, place: RunLocation, stop: asyncio.Event, wish: Wish
) -> None:
    app = App(settings, with_worker=True, folder=place.folder)
    async with kept_alive(database) as watch, app.running():
        first = await first_person(app.engine, FIRST_LOGIN)
        # Before the server accepts: nobody meets a half-open demo shop.
        state = await unless(stop, _demo(app, place, wish))
        if state is None:
            return
        async with (
            serving_metrics(settings, app.scrape),
            serving(app, settings.server, TrustedProxies(settings.http.trusted_proxies)) as connections,
            httpx.AsyncClient(base_url=place.base_url, timeout=30, trust_env=False) as client,
        ):
            tour = await unless(stop, _tour(client, place, state, again=wish.tour))
            if tour is None:
                return
            report(place.base_url, place.folder, place.token_file, tour if wish.demo else None)
            show_way_in(place.base_url, first)
            if wish.once:
                if tour.failed:
                    raise typer.Exit(1)
                return
            console.lines("", "Ctrl-C menghentikan. / Ctrl-C stops.")
            sys.stdout.flush()
            await until_stopped(stop, watch, connections, *app.supervisors)


async def _demo(app: App, place: RunLocation, wish: Wish) -> DemoState:
    """The demo shop of this data folder; an empty one when nobody wants it."""
    if not wish.demo:
        return DemoState()
    with Steps() as steps:
        steps.next("opening the demo shop")
        state = await prepare_demo(app.engine, place.folder, place.base_url)
    structlog.get_logger("gerai").info("demo.simulated", text="the demo shop's production keys use the simulators")
    return state


async def _tour(client: httpx.AsyncClient, place: RunLocation, state: DemoState, *, again: bool) -> Tour:
    with Steps() as steps:
        steps.next("waiting until the server answers")
        await healthy(client)
        steps.next("placing orders at the counters")
        return await tour_of(client, place.folder, state, again=again)
