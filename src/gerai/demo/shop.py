"""The demo shop as a whole: opened once, written down in ``demo.json``, shown at every start."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from gerai.app import DIALECTS
from gerai.doors.http.demo import Demo, DemoShop, Shown
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.kit.files import write_private

DEMOS: Final[dict[str, Demo]] = {dialect.name: dialect.demo for dialect in DIALECTS if dialect.demo}
FILE: Final = "demo.json"


@dataclass
class Tour:
    """What the doors answered, by door; the page on which one order was paid; and what went wrong, in words."""

    doors: dict[str, list[Shown]] = field(default_factory=dict[str, list[Shown]])
    paid_url: str = ""
    failed: list[str] = field(default_factory=list[str])


def read_demo(folder: Path) -> dict[str, Any] | None:
    """``demo.json`` of an earlier start; None when there is none."""
    try:
        return json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def write_demo(folder: Path, demo: dict[str, Any]) -> None:
    """Write ``demo.json`` (0600): it holds working keys."""
    write_private(folder / FILE, json.dumps(demo, indent=2, ensure_ascii=False) + "\n")


async def open_demo(engine: Engine) -> dict[str, Any]:
    """Open a demo merchant with everything the four doors need; answers the sections of ``demo.json``.

    Its production keys use the simulators too. A demo whose ``demo.json`` was lost cannot be found again (keys are
    stored as digests), so a new one is opened beside it.
    """
    taken = {merchant.code for merchant in engine.directory.merchants()}
    code = next(c for c in ("demo", *(f"demo-{n}" for n in range(2, len(taken) + 3))) if c not in taken)
    merchant_id = await open_merchant(engine, code, "Toko Demo", simulated=True)
    shop = DemoShop(engine, merchant_id)
    return {name: await demo.seed(shop) for name, demo in DEMOS.items()}


async def show_all(client: httpx.AsyncClient, demo: dict[str, Any]) -> Tour:
    """Place the contracts' own example orders at every door, and pay the first that has a pay page."""
    tour = Tour()
    for name, of in DEMOS.items():
        tour.doors[name] = await of.tour(client, demo[name])
        for shown in tour.doors[name]:
            if not 200 <= shown.status < 300:
                tour.failed.append(f"{shown.title}: {shown.status}")
    pages = [shown.pay_url for calls in tour.doors.values() for shown in calls if shown.pay_url]
    for page in pages:
        if await pay(client, page):
            tour.paid_url = page
            return tour
    tour.failed.append("no order could be paid")
    return tour


async def pay(client: httpx.AsyncClient, pay_url: str) -> bool:
    """Play the payer on the order's own page, as the button there does. Whether the page then says it is paid."""
    parts = urlsplit(pay_url)
    query = f"?{parts.query}" if parts.query else ""
    answer = await client.post(f"{parts.path}/play{query}", data={"act": "pay"}, follow_redirects=True)
    return answer.status_code == 200
