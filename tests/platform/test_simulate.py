"""`gerai simulate`: payers, orders and traffic of play money, on this machine, and never of a real order."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from terminal_kit import gerai_here, run_here

from app_kit import app_of
from gerai.app import App
from gerai.demo.shop import DEMOS, FILE, prepare_demo
from gerai.engine.check import check
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.settings import DatabaseSettings, Settings
from gerai.testing.loopback import served


@pytest_asyncio.fixture(scope="module")
async def demo(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[App, Path]]:
    """A server with the demo shop, and the folder that says where it is."""
    app, folder = (
        app_of(replace(Settings(), database=DatabaseSettings(url=own_dsn))),
        tmp_path_factory.mktemp("demo") / "gerai-data",
    )
    folder.mkdir()
    async with app.running(), served(app) as here:
        assert (await prepare_demo(app.engine, folder, here)).problems == []
        yield app, folder


async def ordered(engine: Any, merchant_id: int, number: str, environment: str = "sandbox") -> None:
    """An open order of Rp15.000 with an invoice."""
    order_id = engine.ids.next()
    await engine.submit(
        PlaceOrder(
            merchant_id=merchant_id, environment=environment, channel="test", key_id=None, order_id=order_id,
            public_id=f"o{order_id}", number=number, secret=f"s{order_id}", total_sen=15_000_00, funding="invoice",
            lines=(NewLine("thing", 1, "Thing", 1, 15_000_00, 15_000_00),), after_payment="confirm",
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "payment", "amount", "order"),
    [
        ((), "completed", "Rp15.000", "confirmed"),
        (("--as", "fail"), "failed", "Rp15.000", "pending"),
        (("--amount", "10000"), "late", "Rp10.000", "pending"),
        (("--amount", "Rp20.000"), "late", "Rp20.000", "pending"),
    ],
)
async def test_a_payer_is_played(
    dsn: str, merchant: Any, words: tuple[str, ...], payment: str, amount: str, order: str
) -> None:
    """In time the order is paid; a payment that fails, or another amount, pays nothing: what came waits, to the sen."""
    engine, of = merchant.engine, ("--merchant", merchant.code)
    await ordered(engine, merchant.merchant_id, "S-1")
    code, out, err = await gerai_here(dsn, "simulate", "pay", "S-1", *words, *of)
    assert (code, err) == (0, "")
    assert re.search(rf"payment \S+ \(\S+\) is {payment}: {re.escape(amount)}\norder S-1 is {order}\n", out), out
    assert await check(engine, merchant.merchant_id) == []


async def test_paid_late_and_twice(dsn: str, merchant: Any) -> None:
    """What comes late waits where the merchant's rule has it wait; what is paid is not paid again."""
    engine, of = merchant.engine, ("--merchant", merchant.code)
    await change_settings(engine, merchant.merchant_id, {"other_amount": "accept_over"})
    await ordered(engine, merchant.merchant_id, "S-2")
    over = await gerai_here(dsn, "simulate", "pay", "S-2", "--amount", "16000", *of)
    assert (over[0], "is completed: Rp15.000" in over[1], "S-2 is confirmed" in over[1]) == (0, True, True), over
    code, out, err = await gerai_here(dsn, "simulate", "pay", "S-2", *of)
    assert (code, out) == (1, "")
    assert "S-2" in err
    code, _, err = await gerai_here(dsn, "simulate", "pay", "S-2", "--as", "late", "--amount", "5", *of)
    assert (code, "--amount goes with --as pay" in err) == (2, True)
    assert await check(engine, merchant.merchant_id) == []


async def test_a_real_order_is_refused(dsn: str, engine: Any) -> None:
    """The payer of a production order of a merchant that is not simulated is never played; nothing is started."""
    merchant_id = await open_merchant(engine, "sungguh", "Toko Sungguhan")
    await ordered(engine, merchant_id, "R-1", "production")
    code, out, err = await gerai_here(dsn, "simulate", "pay", "R-1", "--merchant", "sungguh")
    assert (code, out, "R-1 is real: its payer is not played" in err) == (1, "", True)
    [view] = await engine.orders.named(merchant_id, "R-1")
    assert (view.order.status, view.payments) == ("pending", ())


async def test_an_order_at_each_counter(demo: tuple[App, Path], own_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is placed over HTTP as its client would, and named; what the provider answers can be chosen where there is
    one. The books hold."""
    app, folder = demo
    monkeypatch.chdir(folder.parent)
    environ = {"DATABASE_URL": own_dsn}
    for door in DEMOS:
        code, out, err = await run_here(environ, ("simulate", "order", door))
        assert (code, err) == (0, ""), (door, err)
        assert re.search(r"^20[01]: order \S+ of Rp[\d.]+ is \w+$", out, re.M), (door, out)
        await asyncio.sleep(1)
    failed = await run_here(environ, ("simulate", "order", "cekceir", "--answer", "failed"))
    assert (failed[0], '"processed_error": 1' in failed[1]) == (0, True), failed
    none = await run_here(environ, ("simulate", "order", "scalev", "--answer", "failed"))
    assert (none[0], none[1], "go to no provider" in none[2]) == (2, "", True)
    code, out, _ = await run_here(environ, ("simulate", "traffic", "--rate", "4", "--minutes", "0.05", "--paid", "100"))
    assert (code, out.splitlines()[-1].endswith(" paid")) == (0, True), out
    assert " 12 placed" in out.splitlines()[-1]
    [shop] = app.engine.directory.merchants()
    assert await check(app.engine, shop.merchant_id) == []


async def test_nothing_is_done_elsewhere(
    demo: tuple[App, Path], own_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a demo shop, at another machine's address, with a key that is not play money's, or where no server
    answers, nothing is placed."""
    app, folder = demo
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gerai-data").mkdir()
    environ, here = {"DATABASE_URL": own_dsn}, json.loads((folder / FILE).read_text(encoding="utf-8"))
    real = await open_merchant(app.engine, "asli", "Toko Asli")
    made = await run_here(environ, ("keys", "create", "scalev", "production", "--merchant", "asli"))
    cases = {
        "has no demo shop": None,
        "is not this machine": {**here, "base_url": "https://shop.example"},
        "none of play money": {**here, "scalev": {**here["scalev"], "secret_key": made[1].splitlines()[-1]}},
        "no server answers": {**here, "base_url": "http://127.0.0.1:9"},
    }
    async with app.engine.connection() as connection:
        await app.engine.directory.load(connection, [real])
    for said, content in cases.items():
        if content is not None:
            (tmp_path / "gerai-data" / FILE).write_text(json.dumps(content), encoding="utf-8")
        code, out, err = await run_here(environ, ("simulate", "order", "scalev"))
        assert (code, out) == (1, ""), said
        assert said in " ".join(err.split()), said


def test_webhooks_are_printed() -> None:
    """The receiver shows what comes, and answers as it was told to; stopped, it leaves with 0."""
    command = [sys.executable, "-P", "-m", "gerai", "simulate", "webhook-receiver", "--status", "503"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        found = re.match(r"(http://127\.0\.0\.1:\d+/hook) takes webhooks", process.stdout.readline())
        assert found is not None
        sent = httpx.post(found[1], json={"order": "INV-1"}, headers={"webhook-id": "msg_1"}, trust_env=False)
        assert sent.status_code == 503
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "webhook-id: msg_1" in out
    assert '"order": "INV-1"' in out
