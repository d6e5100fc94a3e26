"""The database that `gerai up` runs itself: noticed when it dies, and started again."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from gerai.kit.supervise import Supervisor
from gerai.kit.tasks import to_the_end
from gerai.store.embedded import EmbeddedPostgres

log = structlog.get_logger("gerai.database")
_NAME: Final = "PostgreSQL"
#: A fourth end with less than this between each two is no accident any more.
_RESTARTS_AT_MOST: Final = 3
_HEALTHY_AFTER_S: Final = 300.0
_LOOK_EVERY_S: Final = 0.1


class DatabaseDied(Exception):
    """The database's server process ended although nobody asked it to."""


@asynccontextmanager
async def kept_alive(server: EmbeddedPostgres) -> AsyncGenerator[Supervisor]:
    """Until the end of the block: the server is started again when it dies, three times in a row at most. Gives up when
    that does not help."""
    watch = Supervisor(
        _NAME, failures_at_most=_RESTARTS_AT_MOST + 1, healthy_after_s=_HEALTHY_AFTER_S, longest_pause_s=2.0
    )
    watch.start(_NAME, lambda: _until_it_dies(server))
    try:
        yield watch
    finally:
        await watch.stop()


async def _until_it_dies(server: EmbeddedPostgres) -> None:
    """Start it when it does not run; wait for its end. Raises DatabaseDied, or EmbeddedError when it does not start."""
    if server.ended_with is not None:
        began_s = time.monotonic()
        # To the end: a server that is just starting must not be left to itself.
        await to_the_end(asyncio.to_thread(server.again))
        log.warning("database.started_again", took_s=round(time.monotonic() - began_s, 1))
    while (code := server.ended_with) is None:  # noqa: ASYNC110 - on every system, and in any thread
        await asyncio.sleep(_LOOK_EVERY_S)
    raise DatabaseDied(f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with code {code}")
