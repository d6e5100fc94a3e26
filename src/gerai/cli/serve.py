"""`gerai serve`: the production server: settings from file and environment, a PostgreSQL of your own, N processes."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from gerai.app import App
from gerai.cli.database import SettingsOption, read_settings, require_database
from gerai.cli.metrics import holding_metrics_address, serving_metrics
from gerai.cli.public_address import require_for_network, warn_at_start, warn_without_proxy
from gerai.cli.seal_key import warn_of_closed_secrets
from gerai.cli.serving import (
    HostOption,
    PortOption,
    accepting,
    free_port,
    run,
    serving,
    setting_shown,
    unless,
    until_stopped,
)
from gerai.doors.http.hosts import TrustedProxies
from gerai.engine.outage import outages_of
from gerai.kit import log
from gerai.kit.shared_counters import CounterShare, shared_memory
from gerai.kit.supervise import Ended, Supervisor
from gerai.kit.tasks import to_the_end
from gerai.settings import ServerSettings, Settings

#: A process that died is replaced after this long, and later when it dies again and again.
_RESTART_AFTER_S: Final = 1.0
_PARENT_LOOK_S: Final = 1.0


def serve(
    host: HostOption = None,
    port: PortOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, show_default=setting_shown("workers"), help="Server processes.")
    ] = None,
    settings_file: SettingsOption = None,
    part: Annotated[int | None, typer.Option("--part", hidden=True)] = None,
    parent: Annotated[int, typer.Option("--parent", hidden=True)] = 0,
    counts: Annotated[int | None, typer.Option("--counts", hidden=True)] = None,
) -> None:
    """Serve all doors from the database that DATABASE_URL names. Background work is `gerai work`."""
    settings = read_settings(settings_file)
    given = {k: v for k, v in (("host", host), ("port", port), ("workers", workers)) if v is not None}
    server = dataclasses.replace(settings.server, **given)
    log.configure(settings.log.level, settings.log.format)
    if part is None:
        require_for_network(dataclasses.replace(settings, server=server))
        require_database(settings, migrated=True)
        warn_at_start(settings)
        warn_of_closed_secrets(settings)
        warn_without_proxy(server.host, settings.http.trusted_proxies)
        # Port 0 is resolved once, here: all processes must share one.
        server = dataclasses.replace(server, port=free_port(server.host, server.port))
        structlog.get_logger("gerai").info(
            "server.starting", host=server.host, port=server.port, workers=server.workers
        )
    settings = dataclasses.replace(settings, server=server)
    if part is not None and counts is not None:
        share = CounterShare(counts, part)
        run(lambda stop: _serve_for(parent, settings, share, stop))
        return
    with holding_metrics_address(settings):
        if server.workers == 1:
            run(lambda stop: _serve(settings, None, stop))
        else:
            run(lambda stop: _supervise(_command(server, settings_file), settings, stop))


async def _serve(settings: Settings, share: CounterShare | None, stop: asyncio.Event) -> None:
    server = settings.server
    app = App(settings, share=share)
    async with (
        app.running(),
        serving_metrics(settings, app.scrape),
        serving(app, server, TrustedProxies(settings.http.trusted_proxies)) as connections,
    ):
        if share is None:
            await unless(stop, _listening(server))
        await until_stopped(stop, connections, *app.supervisors)


async def _listening(server: ServerSettings) -> None:
    """Writes that connections are accepted, once they are: who starts the server may wait for that line."""
    await accepting(server.host, server.port)
    structlog.get_logger("gerai").info("server.listening", host=server.host, port=server.port, workers=server.workers)


async def _serve_for(parent: int, settings: Settings, share: CounterShare, stop: asyncio.Event) -> None:
    """Serve as one of several, and end when the supervisor has died: nobody else would ever end us. It passes
    ``parent``, its process id, because it may be dead before we can look."""

    async def watch() -> None:
        while os.getppid() == parent:  # noqa: ASYNC110 - the kernel has no event for it
            await asyncio.sleep(_PARENT_LOOK_S)
        stop.set()

    watching = asyncio.create_task(watch())
    try:
        await _serve(settings, share, stop)
    finally:
        watching.cancel()


def _command(server: ServerSettings, settings_file: Path | None) -> list[str]:
    # -P: nothing is imported from the folder in which somebody happens to stand.
    words = [sys.executable, "-P", "-m", "gerai", "serve", "--host", server.host, "--port", str(server.port)]
    return words if settings_file is None else [*words, "--settings", str(settings_file)]


async def _supervise(command: list[str], settings: Settings, stop: asyncio.Event) -> None:
    """Keep as many processes as wanted, all on one port; at the end each finishes what it accepted. One that dies is
    replaced; GaveUp when that happens again and again while the database is there."""
    server = settings.server
    counts = shared_memory(server.workers)
    names = [f"server process {number}" for number in range(1, server.workers + 1)]
    watch = Supervisor(*names, excused=outages_of(settings.database.url), first_pause_s=_RESTART_AFTER_S)
    try:
        for index, name in enumerate(names):
            mine = [*command, "--parent", str(os.getpid()), "--part", str(index), "--counts", str(counts)]
            watch.start(name, partial(_keep_process, mine, index + 1, counts))
        await unless(stop, _listening(server))
        await until_stopped(stop, watch)
    finally:
        await watch.stop()
        os.close(counts)


async def _keep_process(command: list[str], number: int, counts: int) -> None:
    """One server process, to its end. Cancelled, it is ended properly."""
    # A session of its own: Ctrl-C reaches the supervisor alone, which ends its processes in order.
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True, pass_fds=(counts,))
    try:
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await to_the_end(process.wait())
    structlog.get_logger("gerai").error("server.died", number=number, code=code)
    raise Ended(f"it ended with code {code}")
