"""The demo shop at a start: opened once, its orders placed once, and never a reason not to serve."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from gerai.app import App
from gerai.demo.shop import DEMOS, DemoState, prepare_demo
from gerai.demo.tour import Tour, tour_of
from gerai.doors.http.demo import DemoShop, Shown
from gerai.engine.core import Engine
from gerai.engine.directory_entries import KeyFacts
from gerai.engine.keys.manage import revoke_key
from gerai.engine.merchants.open import change_settings

BASE_URL = "http://gerai.test"


@dataclass
class Starts:
    """A data folder and the starts on it."""

    engine: Engine
    client: httpx.AsyncClient
    folder: Path
    dsn: str

    async def start(self, *, again: bool = False, port: int = 80) -> tuple[DemoState, Tour]:
        """What `gerai up` does for the demo."""
        base_url = BASE_URL if port == 80 else f"{BASE_URL}:{port}"
        self.client.base_url = httpx.URL(base_url)
        state = await prepare_demo(self.engine, self.folder, base_url)
        return state, await tour_of(self.client, self.folder, state, again=again)

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))

    def key(self, section: str, name: str) -> KeyFacts:
        found = self.engine.directory.find_key(self.demo[section][name])
        assert found is not None
        return found

    def orders(self) -> int:
        """How many orders the demo merchant has."""
        merchant_id = self.key("leuwongrr", "production_token").merchant.merchant_id
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute("SELECT count(*) FROM orders WHERE merchant_id = %s", (merchant_id,)).fetchone()
        assert row is not None
        return row[0]


@pytest_asyncio.fixture
async def starts(app: App, client: httpx.AsyncClient, tmp_path: Path, dsn: str) -> AsyncGenerator[Starts]:
    """An empty data folder."""
    yield Starts(app.engine, client, tmp_path, dsn)


def curl_lines(shown: Tour) -> list[str]:
    return [call.curl for calls in shown.doors.values() for call in calls]


async def paste(client: httpx.AsyncClient, line: str) -> httpx.Response:
    """What the shell would send."""
    words, method, url, body, headers = shlex.split(line)[2:], "GET", "", None, dict[str, str]()
    while words:
        match words:
            case ["-X", value, *rest]:
                method = value
            case ["-H", value, *rest]:
                name, _, text = value.partition(": ")
                headers[name] = text
            case ["-d", value, *rest]:
                body = value
            case _:
                url, *rest = words
        words = rest
    return await client.request(method, url, headers=headers, content=body)


async def test_orders_are_placed_once(starts: Starts) -> None:
    """The first start places the example orders of every dialect and pays where its tour says so; the second places
    none, keeps every key, and shows lines for its own address that work when they are pasted."""
    state, first = await starts.start()
    before, demo = starts.orders(), starts.demo
    assert (state.problems, first.failed, list(first.doors)) == ([], [], list(DEMOS))
    assert before >= len(DEMOS)
    assert first.paid_urls == [s.pay_url for s in first.doors["leuwongrr"] if s.play_payer]

    _, second = await starts.start(port=8001)

    assert starts.orders() == before
    assert starts.demo == demo | {"base_url": f"{BASE_URL}:8001"}
    assert (second.failed, list(second.doors)) == ([], list(DEMOS))
    assert [url.replace(":8001", "") for url in second.paid_urls] == first.paid_urls
    shown = [s for calls in second.doors.values() for s in calls]
    assert {(s.status, s.answer) for s in shown} == {(0, None)}
    kept = [s for calls in first.doors.values() for s in calls if not s.follows]
    assert [s.curl.replace(":8001", "") for s in shown] == [s.curl for s in kept]
    assert [s.pay_url.replace(":8001", "") for s in shown] == [s.pay_url for s in kept]
    for line in curl_lines(second):
        assert f"{BASE_URL}:8001/" in line
        assert (await paste(starts.client, line)).is_success, line


async def test_the_tour_again(starts: Starts) -> None:
    """With --tour the orders are placed once more, and the next start shows those."""
    _, first = await starts.start()
    placed = starts.orders()

    _, again = await starts.start(again=True)

    assert starts.orders() == 2 * placed
    assert again.failed == []
    _, later = await starts.start()
    pages = [s.pay_url for calls in later.doors.values() for s in calls if s.pay_url]
    assert pages == [s.pay_url for calls in again.doors.values() for s in calls if s.pay_url and not s.follows]
    assert not set(pages) & {s.pay_url for calls in first.doors.values() for s in calls}
    assert starts.orders() == 2 * placed


async def test_a_revoked_key(starts: Starts) -> None:
    """A revoked key is named; its dialect shows no line that would not work, all others do, and nothing is ordered."""
    await starts.start()
    before = starts.orders()
    key = starts.key("leuwongrr", "sandbox_token")
    await revoke_key(starts.engine, key.merchant.merchant_id, key.key_id)

    for again in (False, True):
        state, shown = await starts.start(again=again)

        assert state.problems == [
            f"{starts.folder}/demo.json: leuwongrr.sandbox_token is revoked; "
            "move it away, and the next start opens a new demo shop"
        ]
        assert shown.failed == state.problems
        assert list(shown.doors) == [name for name in DEMOS if name != "leuwongrr"]
        assert (starts.orders() > before) is again

    # What is advised, done: a shop of its own, with orders of its own, although the old calls are still written down.
    old = [call.curl for calls in (await starts.start())[1].doors.values() for call in calls]
    (starts.folder / "demo.json").rename(starts.folder / "demo.json.old")
    state, shown = await starts.start()
    assert (state.problems, shown.failed, list(shown.doors)) == ([], [], list(DEMOS))
    assert {s.status for calls in shown.doors.values() for s in calls} <= {200, 201}
    assert starts.orders() >= len(DEMOS)
    _, later = await starts.start()
    assert not set(curl_lines(later)) & set(old)
    for line in curl_lines(later):
        assert (await paste(starts.client, line)).is_success, line


async def test_a_setting_that_stops_an_example(starts: Starts) -> None:
    """A merchant setting under which an example order is refused is told as that call's status; the others succeed."""
    await starts.start()
    merchant_id = starts.key("leuwongrr", "sandbox_token").merchant.merchant_id
    await change_settings(starts.engine, merchant_id, {"robux_rate_sen": 0})

    assert (await starts.start())[1].failed == []
    _, shown = await starts.start(again=True)

    assert [failed.partition(": ")[0] for failed in shown.failed] == ["LeuwongRR"] * len(shown.doors["leuwongrr"])
    assert all(200 <= s.status < 300 for name, calls in shown.doors.items() if name != "leuwongrr" for s in calls)


async def test_the_demo_of_another_database(starts: Starts) -> None:
    """A database that was restored does not know demo.json's keys: each is named, nothing is opened, placed or lost."""
    await starts.start()
    file = starts.folder / "demo.json"
    foreign = {
        name: {field: f"{value}x" if field.endswith(("key", "token")) else value for field, value in section.items()}
        for name, section in starts.demo.items()
        if name != "base_url"
    }
    file.write_text(json.dumps(foreign), encoding="utf-8")
    merchants = len(starts.engine.directory.merchants())

    state, shown = await starts.start(again=True)

    assert len(state.problems) == sum(field.endswith(("key", "token")) for s in foreign.values() for field in s)
    assert all("is not a key of this database" in problem for problem in state.problems)
    assert (shown.doors, shown.failed) == ({}, state.problems)
    assert len(starts.engine.directory.merchants()) == merchants
    assert {name: section for name, section in starts.demo.items() if name != "base_url"} == foreign


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff", None])
async def test_a_demo_file_that_is_none(starts: Starts, text: str | None) -> None:
    """demo.json cut short, of another form or no file at all: said in words, left as it is, no new shop."""
    file = starts.folder / "demo.json"
    if text is None:
        file.mkdir()
    else:
        file.write_bytes(text.encode("latin-1"))
    merchants = len(starts.engine.directory.merchants())

    state, shown = await starts.start()

    assert (state.sections, shown.doors) == ({}, {})
    [problem] = shown.failed
    assert "demo.json" in problem
    assert "move it away" in problem
    assert len(starts.engine.directory.merchants()) == merchants
    assert text is None or file.read_bytes() == text.encode("latin-1")
    assert not (starts.folder / "demo-tour.json").exists()


async def test_a_dialect_that_came_later(starts: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialect that demo.json does not know gets its part at the same merchant, and its orders; no other is placed."""
    with monkeypatch.context() as patch:
        patch.delitem(DEMOS, "cekceir")
        _, first = await starts.start()
    assert list(first.doors) == [name for name in DEMOS if name != "cekceir"]
    before, merchants = starts.orders(), len(starts.engine.directory.merchants())

    _, shown = await starts.start()

    assert (shown.failed, list(shown.doors)) == ([], list(DEMOS))
    assert starts.key("cekceir", "api_key").merchant == starts.key("leuwongrr", "sandbox_token").merchant
    assert len(starts.engine.directory.merchants()) == merchants
    assert {name: {s.status for s in calls} for name, calls in shown.doors.items()} == {
        name: {200} if name == "cekceir" else {0} for name in DEMOS
    }
    assert starts.orders() == before + 1


async def test_a_dialect_that_breaks(starts: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tour or a seed that raises is told of and keeps no other dialect from being shown; a seed is tried again."""

    async def broken_tour(client: httpx.AsyncClient, section: dict[str, Any]) -> list[Shown]:
        raise KeyError("order_id")

    async def broken_seed(demo: DemoShop) -> dict[str, Any]:
        raise RuntimeError("no such table")

    with monkeypatch.context() as patch:
        patch.setitem(DEMOS, "durianpay", dataclasses.replace(DEMOS["durianpay"], tour=broken_tour))
        _, shown = await starts.start()
    assert shown.failed == ["Durianpay: the tour broke off: KeyError('order_id')"]
    assert [name for name, calls in shown.doors.items() if calls] == [name for name in DEMOS if name != "durianpay"]

    for name in ("demo.json", "demo-tour.json"):
        (starts.folder / name).unlink()
    with monkeypatch.context() as patch:
        patch.setitem(DEMOS, "durianpay", dataclasses.replace(DEMOS["durianpay"], seed=broken_seed))
        _, shown = await starts.start()
    assert shown.failed == ["durianpay: its part of the demo shop could not be made: RuntimeError('no such table')"]
    assert "durianpay" not in starts.demo
    merchants = len(starts.engine.directory.merchants())
    _, shown = await starts.start()
    assert (shown.failed, set(shown.doors)) == ([], set(DEMOS))
    assert len(starts.engine.directory.merchants()) == merchants
