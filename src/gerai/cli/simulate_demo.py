"""The demo shop of a running `gerai up`, as a client of one of its counters sees it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from gerai.cli.database import DEFAULT_FOLDER
from gerai.cli.terminal import fail, fail_with
from gerai.demo.shop import DEMOS, DemoUnreadable, demo_keys, read_demo
from gerai.domain.records import OrderView
from gerai.domain.states import ORDER
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.kit.hosts import is_loopback
from gerai.kit.json_values import is_object

#: How an item ends for which the simulated provider answers so (docs/reference/fulfilment-simulator.md).
ANSWERS: Final = {"done": "0001", "failed": "9001", "slow": "9002", "unknown": "9004", "unreachable": "9007"}


@dataclass(frozen=True)
class DoorDemo:
    """A counter of the demo shop. ``section``: of ``demo.json``."""

    door: str
    code: str
    merchant_id: int
    section: dict[str, Any]
    client: httpx.AsyncClient
    engine: Engine


@asynccontextmanager
async def demo_here(engine: Engine, data: Path | None, door: str) -> AsyncGenerator[DoorDemo]:
    """The counter, over HTTP on this machine. Leaves with a clear message when there is no demo shop, when its server
    is another machine's, or when one of its keys could move real money."""
    folder = data or DEFAULT_FOLDER
    try:
        found = read_demo(folder) or {}
    except DemoUnreadable as error:
        fail_with(error)
    section, base_url = found.get(door), str(found.get("base_url", ""))
    if not is_object(section):
        fail(f"{folder} has no demo shop with the counter {door}: gerai up makes one / belum ada toko demo: gerai up")
    if not is_loopback(urlsplit(base_url).hostname or ""):
        fail(f"{base_url} is not this machine: nothing is simulated there / hanya di komputer ini")
    keys = [*demo_keys(engine, section).values()]
    if not keys or any(key is None or not key.simulated for key in keys):
        fail(
            f"the keys of {door} in {folder}/demo.json are none of play money: nothing is done / tidak ada yang dibuat"
        )
    merchant = next(key.merchant for key in keys if key is not None)
    async with httpx.AsyncClient(base_url=base_url, timeout=30, trust_env=False) as client:
        yield DoorDemo(door, merchant.code, merchant.merchant_id, section, client, engine)


async def place(demo: DoorDemo, number: int, ending: str = "") -> tuple[int, str, OrderView | None]:
    """Place the ``number``-th order there: the answer's status and body, and the order it made. ``ending``: of the item
    that is ordered. Leaves when no provider works there, or no server answers."""
    makes = DEMOS[demo.door]
    if ending and makes.ending is None:
        able = ", ".join(name for name, one in DEMOS.items() if one.ending is not None)
        fail(f"orders of {demo.door} go to no provider; --answer is for {able}", 2)
    call = makes.order(demo.section, number)
    if ending and makes.ending is not None:
        call = makes.ending(demo.section, number, ending)
    before = await _newest(demo)
    try:
        answer = await demo.client.request(call.method, call.path, headers=dict(call.headers), json=call.body)
    except httpx.TransportError:
        fail(f"no server answers at {demo.client.base_url}: start gerai up / jalankan gerai up dulu")
    # By what is there: Cek Ceir answers 503 of an order that was placed and then failed.
    made = await _newest(demo)
    is_new = made is not None and (before is None or made.order.order_id != before.order.order_id)
    return answer.status_code, answer.text, made if is_new else None


async def _newest(demo: DoorDemo) -> OrderView | None:
    """The shop's newest order, if it is this counter's."""
    found = await demo.engine.orders.of_merchant(demo.merchant_id, [*ENVIRONMENTS], sorted(ORDER.states), 1)
    return next((view for view in found if view.order.channel == demo.door), None)
