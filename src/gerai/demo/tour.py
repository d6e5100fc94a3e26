"""The tour of the counters: the contracts' own example orders, placed once, and written down to be shown again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog

from gerai.app import DIALECTS
from gerai.demo.shop import DEMOS, DemoState, Sections
from gerai.doors.http.demo import Shown
from gerai.kit.files import write_private

log = structlog.get_logger("gerai.demo")

#: In the data folder, beside demo.json: the calls of the tour, which hold working keys.
FILE: Final = "demo-tour.json"
TITLES: Final = {dialect.name: dialect.title for dialect in DIALECTS}
#: Stands for the server's address, which changes from start to start.
_HERE: Final = "{base_url}"


class KeptCall(msgspec.Struct, frozen=True):
    """A call that can be repeated, with the pay page of the order it made (or none), and whether it was paid there."""

    title: str
    curl: str
    pay_url: str
    paid: bool = False


class KeptTour(msgspec.Struct, frozen=True):
    """A dialect's calls, and whose they are: another demo shop has other keys and other orders (:func:`_shop_of`)."""

    shop: str
    calls: list[KeptCall]


@dataclass
class Tour:
    """What the doors returned, by dialect; the pages whose payer was played; and what went wrong, in words."""

    doors: dict[str, list[Shown]] = field(default_factory=dict[str, list[Shown]])
    paid_urls: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])


async def show_all(client: httpx.AsyncClient, demo: Sections, names: Iterable[str] | None = None) -> Tour:
    """Place the contracts' example orders at the doors (all of ``demo``, or those named), and pay where a call says so.

    Nothing that goes wrong at one door keeps the others from being shown.
    """
    tour = Tour()
    for name in DEMOS if names is None else names:
        tour.doors[name] = []
        try:
            tour.doors[name] = await DEMOS[name].tour(client, demo[name])
            for shown in tour.doors[name]:
                await _look_at(client, shown, tour)
        except Exception as error:
            log.exception("demo.tour_broken", dialect=name)
            tour.failed.append(f"{TITLES[name]}: the tour broke off: {error!r}")
    return tour


async def _look_at(client: httpx.AsyncClient, shown: Shown, tour: Tour) -> None:
    """Whether the call succeeded; and play the payer of its order where it asks for that."""
    if not 200 <= shown.status < 300:
        tour.failed.append(f"{shown.title}: {shown.status}")
    elif shown.play_payer and await pay(client, shown.pay_url):
        tour.paid_urls.append(shown.pay_url)
    elif shown.play_payer:
        tour.failed.append(f"{shown.title}: its page could not be paid")


async def pay(client: httpx.AsyncClient, pay_url: str) -> bool:
    """Play the payer on the order's own page, as the button there does. Whether the page took it."""
    parts = urlsplit(pay_url)
    query = f"?{parts.query}" if parts.query else ""
    # The path alone: the link may carry a public address that this machine cannot reach.
    answer = await client.post(f"{parts.path}/play{query}", data={"act": "pay"}, follow_redirects=True)
    return answer.status_code == 200


async def tour_of(client: httpx.AsyncClient, folder: Path, state: DemoState, *, again: bool) -> Tour:
    """The tour of a start. Orders are placed at the dialects whose tour no earlier start has placed, or at all of them
    when ``again``; of the others the calls are shown as they were written down."""
    base_url = str(client.base_url).rstrip("/")
    shops = {name: _shop_of(state.sections[name]) for name in state.usable}
    kept = {} if again else _kept(folder, shops)
    tour = await show_all(client, state.sections, [name for name in state.usable if name not in kept])
    kept |= {name: KeptTour(shops[name], _to_keep(calls, tour, base_url)) for name, calls in tour.doors.items()}
    earlier = {name: kept[name].calls for name in state.usable if name not in tour.doors}
    tour.paid_urls += [k.pay_url.replace(_HERE, base_url) for calls in earlier.values() for k in calls if k.paid]
    shown = {name: _from_kept(calls, base_url) for name, calls in earlier.items()}
    tour.doors = {name: (tour.doors | shown)[name] for name in state.usable}
    tour.failed[:0] = state.problems
    if state.usable:
        text = msgspec.json.format(msgspec.json.encode(kept), indent=2).decode()
        write_private(folder / FILE, text + "\n")
    return tour


def _shop_of(section: dict[str, Any]) -> str:
    """A digest of a dialect's part of demo.json: its keys are in it, so that no two shops have the same."""
    return hashlib.sha256(json.dumps(section, sort_keys=True).encode()).hexdigest()[:16]


def _kept(folder: Path, shops: dict[str, str]) -> dict[str, KeptTour]:
    """The calls of earlier starts by dialect, without those of another demo shop; none when none are written down."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=dict[str, KeptTour])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return {name: one for name, one in found.items() if shops.get(name, one.shop) == one.shop}


def _to_keep(calls: Iterable[Shown], tour: Tour, base_url: str) -> list[KeptCall]:
    """What succeeded and can be repeated, without the server's address."""
    return [
        KeptCall(
            s.title, s.curl.replace(base_url, _HERE), s.pay_url.replace(base_url, _HERE), s.pay_url in tour.paid_urls
        )
        for s in calls
        if not s.follows and 200 <= s.status < 300
    ]


def _from_kept(calls: Iterable[KeptCall], base_url: str) -> list[Shown]:
    return [Shown(k.title, k.curl.replace(_HERE, base_url), 0, None, k.pay_url.replace(_HERE, base_url)) for k in calls]
