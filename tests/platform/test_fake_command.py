"""The stand-in for a gateway at the terminal, and a whole payment through it: named, charged, paid, reported."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from terminal_kit import run_here

from app_kit import app_of
from gateway_kit import METHODS, GatewayShop
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.engine.check import check
from gerai.engine.merchants.open import open_merchant
from gerai.kit.secret_box import new_key
from gerai.settings import DatabaseSettings, HttpSettings, Settings, WebhookSettings
from gerai.testing.gateways.tripay import TripayFake
from gerai.testing.loopback import served
from gerai.worker.main import Worker

SEAL = new_key()


@pytest_asyncio.fixture(scope="module")
async def app(own_dsn: str) -> AsyncGenerator[App]:
    """A server of this file's own, whose secrets the terminal can seal."""
    settings = replace(
        Settings(), database=DatabaseSettings(url=own_dsn), webhooks=WebhookSettings(seal_key=SEAL),
        http=HttpSettings(public_base_url="http://127.0.0.1:1"),
    )  # fmt: skip
    app = app_of(settings)
    async with app.running():
        yield app


@pytest.fixture
def fake() -> Generator[str]:
    """Where it listens."""
    command = [sys.executable, "-P", "-m", "gerai", "payments", "fake", "midtrans", "--key", "SB-Mid-server-x"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        address = re.match(r"(http://127\.0\.0\.1:\d+) stands in", first)
        assert address is not None, first
        yield address[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


async def test_from_the_contract_to_the_paid_order(app: App, own_dsn: str, fake: str) -> None:
    """A wrong key is said in a sentence and stored nowhere; with the right one a payer gets a number, pays it at the
    stand-in, and the report that comes in pays the order."""
    engine = app.engine
    merchant_id = await open_merchant(engine, "faked", "Toko Saya")
    environ = {"DATABASE_URL": own_dsn, "GERAI_WEBHOOKS_SEAL_KEY": SEAL}
    words = ("payments", "gateways", "add", "midtrans", "production", "--base-url", fake, "--merchant", "faked")
    wrong = await run_here(environ, words, "SB-Mid-server-wrong\n")
    assert (wrong[0], "Midtrans refuses" in wrong[2], "Nothing is stored" in wrong[2]) == (1, True, True), wrong
    assert "server-wrong" not in wrong[1] + wrong[2]
    done = await run_here(environ, words, "SB-Mid-server-x\n")
    assert (done[0], "va:BCA" in done[1]) == (0, True), done
    twice = await run_here(environ, words, "SB-Mid-server-x\n")
    assert (twice[0], "has an open contract" in " ".join(twice[2].split())) == (1, True), twice
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    [contract] = engine.directory.merchant(merchant_id).contracts
    of = ("--merchant", "faked")
    tried = await run_here(environ, ("payments", "gateways", "test", str(contract.contract_id), *of))
    assert tried[0] == 0, tried

    shown = await run_here(environ, ("payments", "gateways", "address", str(contract.contract_id), *of))
    assert (shown[0], f"/in/{merchant_id}/" in shown[1]) == (0, True), shown
    desk = app._desk  # pyright: ignore[reportPrivateUsage]
    shop = GatewayShop(engine, merchant_id, contract, desk, None)  # type: ignore[arg-type]
    async with served(app) as here:
        # The contract's address for reports begins with where this server is.
        desk._base_url = here  # pyright: ignore[reportPrivateUsage]
        payment = await shop.started()
        assert payment.instructions["code"].isdigit()
        assert METHODS["va"].name == payment.method
        async with httpx.AsyncClient(trust_env=False) as http:
            paid = await http.post(f"{fake}/_buyer/{payment.public_id}/pay", json={})
            assert paid.status_code == 200, paid.text
        async with asyncio.timeout(120):
            while (await shop.stands(payment))[0] != "completed":
                await Worker(engine, app.partners, desk, app.settings, WEBHOOK_CONTRACTS).run_once()
                await asyncio.sleep(0.05)
    assert (await shop.stands(payment))[1] == payment.amount_sen
    assert await check(engine, merchant_id) == []
    unknown = await run_here({}, ("payments", "fake", "midtran"))
    assert (unknown[0], "did you mean midtrans?" in " ".join(unknown[2].split())) == (2, True)
    closed = await run_here(environ, ("payments", "gateways", "close", str(contract.contract_id), *of))
    assert closed[0] == 0
    assert "no contract yet" in (await run_here(environ, ("payments", "gateways", "list", *of)))[1]


async def test_only_what_the_gateway_has_switched_on(app: App, own_dsn: str) -> None:
    """Tripay says which channels a merchant has: no other is offered, one that is asked for by name is refused and
    nothing stored; what was switched off later is named by `test`."""
    engine, fake = app.engine, TripayFake()
    await open_merchant(engine, "switched", "Toko Saya")
    environ, of = {"DATABASE_URL": own_dsn, "GERAI_WEBHOOKS_SEAL_KEY": SEAL}, ("--merchant", "switched")
    fake.switches.switched_off = ["BCAVA", "OVO"]
    async with served(fake.app) as url:
        facts = ("merchant_code=T0001", "email=toko@example.com")
        words = ("payments", "gateways", "add", "tripay", "production", *facts, "--base-url", url, *of)
        keys = "DEV-api-key\nprivate-key\n"
        refused = await run_here(environ, (*words, "--only", "va:BCA,va:BNI"), keys)
        assert refused[0] == 1, refused
        assert "not switched on at tripay: va:BCA" in " ".join(refused[2].split())
        assert "no contract yet" in (await run_here(environ, ("payments", "gateways", "list", *of)))[1]
        done = await run_here(environ, words, keys)
        assert (done[0], "va:BNI" in done[1], "va:BCA" in done[1], "OVO" in done[1]) == (0, True, False, False), done
        contract = re.findall(r"added (\d+)", done[1])[0]
        fake.switches.switched_off = ["BCAVA", "OVO", "BNIVA"]
        tried = await run_here(environ, ("payments", "gateways", "test", contract, *of))
        assert tried[0] == 0
        assert "belum aktif di sana: va:BNI" in " ".join(tried[1].split())
        for words, code, said in (
            (("va:BRI",), 0, "va:BRI: tripay: it answers, and takes secret_api_key; not tried, because only a"),
            (("va:BNI",), 1, "va:BNI: tripay has not switched it on"),
            (("va",), 1, "va:BRI: tripay: it answers"),
            (("va:BCA",), 1, "va:BCA is not offered to production orders; offered: va:BNI, va:BRI"),
            (("qris",), 0, "qris:QRIS: tripay: it answers"),
            (("card",), 1, "card is not offered to production orders; offered: none of it"),
            (("qris", "--environment", "sandbox"), 0, "qris:QRIS: simulated"),
            (("vva",), 2, "did you mean va?"),
        ):
            answer = await run_here(environ, ("payments", "test", *words, *of))
            assert (answer[0], said in " ".join((answer[1] + answer[2]).split())) == (code, True), answer
        assert "merchant_code, secret_private_key" in " ".join(done[1].split())
        assert "merchant_code, secret_private_key" in " ".join(tried[1].split())
        fake.switches.refuse = "Invalid API Key"
        assert (await run_here(environ, ("payments", "test", "va:BRI", *of)))[:2] == (
            1, "va:BRI: Tripay refuses: Invalid API Key (400)\n",
        )  # fmt: skip
        assert fake.transactions == {}
    offline = await run_here(environ, ("payments", "test", "va:BRI", *of))
    assert (offline[0], f"{url} is not reached" in offline[1], "Try again" in offline[1]) == (1, True, True), offline
