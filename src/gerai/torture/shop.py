"""A demo shop that is broken under load: `gerai up` on a scratch folder, load, the breaking, load again, and a
reckoning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gerai.app import MERCHANT_SETTINGS
from gerai.engine.core import Engine
from gerai.settings import DatabaseSettings
from gerai.store.embedded import running
from gerai.store.session import USUAL
from gerai.testing.receiver import receiving
from gerai.testing.server import LiveServer, live_server
from gerai.torture.errands import SETTINGS, NotDone, open_errands
from gerai.torture.figures import Figures
from gerai.torture.load import CarefulClients, count_orders

_RECOVERED_WITHIN_S: Final = 60.0
_WORK_DONE_WITHIN_S: Final = 30.0


@dataclass(frozen=True)
class BrokenShop:
    """A running shop, and the figures that its rounds are added to. ``slack``: how many times longer it may take."""

    server: LiveServer
    figures: Figures
    clients: int
    load_s: float
    slack: float

    @asynccontextmanager
    async def breaking(self, what: str, *, may_cut: bool = False) -> AsyncGenerator[CarefulClients]:
        """One round: load for a while; the block breaks something and mends it; load until every counter is back; and
        what is stored is compared with what was acknowledged. ``may_cut``: connections may end without an answer."""
        with running(self.server.folder) as dsn:
            before = await count_orders(dsn)
        load = CarefulClients(self.server.base_url, self.server.demo)
        async with load.running(self.clients):
            await asyncio.sleep(self.load_s)
            yield load
            back = await load.recovered(time.monotonic(), _RECOVERED_WITHIN_S * self.slack)
        self.figures.rounds += 1
        self.figures.expect(back, f"{what}: not every counter came back")
        self.figures.expect(may_cut or load.cut == 0, f"{what}: {load.cut} connections were cut")
        with running(self.server.folder) as dsn:
            await load.settle(self.figures, dsn, before)

    async def work_goes_on(self, what: str = "") -> None:
        """Every kind of work is done in good time; notes how long it took. ``what``: when that is."""
        key_file, what = self.server.folder / "seal.key", what or f"after {self.figures.rounds} rounds"
        seal_key = (await asyncio.to_thread(key_file.read_text, encoding="utf-8")).strip()
        try:
            with receiving() as receiver, running(self.server.folder) as dsn:
                async with engine_beside(dsn).running() as engine:
                    errands = await open_errands(engine, receiver, seal_key)
                    done = await errands.done_after(_WORK_DONE_WITHIN_S * self.slack)
        except NotDone as error:
            self.figures.broken.append(f"{what}: {error}")
        else:
            self.figures.notes.append(f"{what}: every kind of work done in {max(done.values()):.1f} s")


def engine_beside(dsn: str, limits: DatabaseSettings = USUAL) -> Engine:
    """An engine of our own on a shop's database, which knows what merchants may set at every counter."""
    return Engine(dsn, database=limits, merchant_settings=MERCHANT_SETTINGS, reads_pool_size=4)


@asynccontextmanager
async def open_shop(
    folder: Path, figures: Figures, *, clients: int, load_s: float, slack: float, **environment: str
) -> AsyncGenerator[BrokenShop]:
    """A fresh shop, serving. What is added to ``figures`` is added by its rounds. ``environment``: the server's own,
    beside what every shop here is given."""
    with live_server(folder, **SETTINGS, **environment) as server:
        await asyncio.to_thread(server.start)
        yield BrokenShop(server, figures, clients, load_s, slack)
