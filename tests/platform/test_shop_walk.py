"""From nothing to a shop that sells, by `gerai` commands alone: a fresh data folder, no demo shop, production keys."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import json
import os
import re
import shlex
import signal
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import httpx
import pytest
from shop_kit import ROOT, bearer, link_order, parcel_order, sent, shop_folder
from terminal_kit import run_here

from cluster_kit import make_ready
from fork_server import start_server
from gerai.cli.serving import free_port

_PATIENCE_S: Final = 60.0
_FAKE: Final = ROOT / "tests" / "partners" / "lookups" / "roblox" / "fake_roblox.py"
#: Where parcels can go, and by whom: there is no command for these yet, but the shop's files.
SENDING = """
[shop]
code = "toko"
name = "Toko Melati"

[[districts]]
id = 1
code = "31.71.05"
district = "Menteng"
city = "Kota Jakarta Pusat"
province = "DKI Jakarta"

[[couriers]]
courier = "jne"
courier_name = "JNE"
code = "REG"
name = "Reguler"

[[rates]]
courier = "jne/REG"
per_kg = 10000
"""


@dataclass
class Installation:
    """A data folder, and the server that runs on it."""

    folder: Path
    client: httpx.AsyncClient
    roblox: Any

    async def do(self, *words: str) -> str:
        """What a command prints that succeeds."""
        environ = {"GERAI_DATA": str(self.folder), "GERAI_HTTP_PUBLIC_BASE_URL": str(self.client.base_url)}
        code, said, why = await run_here(environ, words)
        assert code == 0, (words, said, why)
        return said

    async def made(self, *words: str) -> dict[str, Any]:
        """What an act made, as JSON."""
        return json.loads(await self.do(*words, "--json"))

    async def order(self, door: str, path: str, body: Any, key: str, **how: Any) -> str:
        """Place an order as soon as the server knows its key; its number."""
        how = how or {"headers": bearer(key) | {"Idempotency-Key": token_hex()}}
        until = time.monotonic() + _PATIENCE_S
        while True:
            answer = await self.client.post(path, json=body, **how)
            if answer.is_success or time.monotonic() > until or answer.status_code != HTTPStatus.UNAUTHORIZED:
                break
            await asyncio.sleep(0.05)
        assert answer.is_success, answer.text
        rows = json.loads(await self.do("orders", "list", "--json"))["rows"]
        return next(row["number"] for row in rows if row["door"] == door)

    async def status(self, number: str) -> str:
        """The state of an order."""
        return re.findall(r"\) is (\w+)$", await self.do("orders", "show", number), re.M)[0]

    async def key(self, door: str, *more: str) -> str:
        """A production key of a door."""
        return (await self.do("keys", "create", door, "production", *more)).strip().splitlines()[-1]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncGenerator[Installation]:
    """`gerai up --no-demo` on a fresh data folder, with a Roblox that is played on this machine."""
    spec = importlib.util.spec_from_file_location("fake_roblox", _FAKE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    roblox: Any = module.FakeRoblox()
    played = await asyncio.start_server(roblox.serve, "127.0.0.1", 0)
    roblox.url = f"http://127.0.0.1:{played.sockets[0].getsockname()[1]}"
    folder, port, log = tmp_path / "data", free_port("127.0.0.1", 0), tmp_path / "up.log"
    await asyncio.to_thread(make_ready, folder)
    base_url = f"http://127.0.0.1:{port}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("GERAI_", "DATABASE_"))}
    environ |= {f"GERAI_ROBLOX_{api}_BASE_URL": roblox.url for api in ("USERS", "GAMES", "APIS")}
    environ["GERAI_HTTP_PUBLIC_BASE_URL"] = base_url
    with log.open("wb") as output:
        words = ["up", "--no-demo", "--data", str(folder), "--port", str(port)]
        process = await asyncio.to_thread(start_server, words, environ, output)
    try:
        await asyncio.to_thread(_until_it_serves, log, process)
        async with httpx.AsyncClient(base_url=base_url, timeout=30, trust_env=False) as client:
            yield Installation(folder, client, roblox)
    finally:
        played.close()
        process.send_signal(signal.SIGINT)
        await asyncio.to_thread(process.wait, 30)


def _until_it_serves(log: Path, process: Any) -> None:
    until = time.monotonic() + _PATIENCE_S
    while b"\nCtrl-C" not in log.read_bytes():
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.05)


async def test_a_shop_is_opened_and_run_at_the_terminal(here: Installation, tmp_path: Path) -> None:
    """Own shop, product, service and rate; an order through each door with a production key, each paid and confirmed;
    one sent with its receipt, half of it given back; a member topped up; work done by hand finished; a key rotated. The
    books are clean."""
    said = await here.do(
        "shop", "init", "--name", "Toko Melati", "--code", "toko", "--bank", "BCA", "--number", "1234567890",
        "--holder", "Melati", "--product", "E-book Resep", "--price", "50000", "--yes",
    )  # fmt: skip
    key = said.splitlines()[said.splitlines().index("kunci, hanya tampil sekali / key, shown only now:") + 1]
    call = shlex.split(next(line for line in said.splitlines() if line.startswith("curl ")))
    ebook = await here.order("scalev", httpx.URL(call[1]).path, json.loads(call[call.index("-d") + 1]), key)
    await here.do("payments", "confirm", ebook, "--method", "cash", "--reference", "tunai-1")
    # Without a file or codes it is sent by hand.
    assert await here.status(ebook) == "confirmed"
    await here.do("orders", "complete", ebook)
    assert await here.status(ebook) == "completed"

    await send_and_give_back(here, tmp_path, key)
    await sell_services(here)
    link = await here.order("durianpay", "/v1/orders", link_order("30000"), "", auth=(await here.key("durianpay"), ""))
    await here.do("payments", "confirm", link, "--method", "bank_transfer")

    [old] = re.findall(r"^(\d+) +scalev ", await here.do("keys", "list"), re.M)
    fresh = (await here.made("keys", "rotate", old))["secret"]
    await until_refused(here, key)
    await sent(here.client, "GET", "/v3/stores/simplified", headers=bearer(fresh))
    assert "toko" in await here.do("merchants", "list")
    await here.do("check")


async def send_and_give_back(here: Installation, tmp_path: Path, key: str) -> None:
    """A counted product is put on the shelf, ordered, paid, sent with its receipt, and half of its price goes back."""
    await here.do("shop", "load", str(shop_folder(tmp_path, SENDING)))
    house = await here.made(
        "warehouses", "add", "--name", "Gudang", "--address", "Jl. Menteng 1", "--location-id", "1", "--postal-code",
        "10310",
    )  # fmt: skip
    mug = await here.made(
        "products", "add", "--name", "Mug", "--sku", "MUG", "--price-sen", "40000", "--weight-g", "400", "--counted",
        "yes",
    )  # fmt: skip
    variant = mug["details"]["variant_id"]
    await here.do(
        "stock", "count", "--variant-id", variant, "--warehouse-id", house["id"], "--on-hand", "9", "--reason", "awal"
    )
    found = await sent(here.client, "GET", "/v3/stores/simplified", headers=bearer(key))
    store = found["data"][0]
    asked = {"store_id": store["id"], "destination_id": 1, "variants": [{"variant_id": int(variant), "qty": 2}]}
    near = await sent(here.client, "POST", "/v3/shipping-costs/search-warehouse", asked, headers=bearer(key))
    place = near["data"][0]["warehouse"]
    asked = {"store_id": store["id"], "location_id": 1, "warehouse_id": place["id"], "weight": 800}
    asked["payment_method"] = "invoice"
    costs = await sent(here.client, "POST", "/v3/shipping-costs/search-courier-service", asked, headers=bearer(key))
    courier = costs["data"][0]["courier_service"]["id"]
    body = parcel_order(
        store["unique_id"], mug["details"]["variant_unique_id"], 2, place["unique_id"], courier, 10_000
    ) | {"payment_method": "invoice"}
    number = await here.order("scalev", "/v3/orders", body, key)
    await here.do("payments", "confirm", number, "--method", "cash", "--reference", "tunai-2")
    for step in ("process", "ready"):
        await here.do("orders", step, number)
    await here.do("orders", "ship", number, "--receipt", "JX1234567890")
    assert await here.status(number) == "shipped"
    await here.do("payments", "refund", number, "--amount", "45000", "--reference", "kembali-1")
    shown = await here.do("orders", "show", number)
    assert ("Rp90.000" in shown, "Rp45.000" in shown) == (True, True)
    [row] = json.loads(await here.do("stock", "list", "--json"))["rows"]
    assert (row["on_hand"], row["reserved"]) == (7, 0)


async def sell_services(here: Installation) -> None:
    """A rate, and a game pass paid to the shop's account; a service done by hand, paid from a member's wallet."""
    await here.do("merchants", "set", "robux_rate_sen", "15000")
    pass_order = {"roblox_username": "LeuwongUser", "place_id": 123456789, "roblox_pass_id": 987654321}
    number = await here.order("leuwongrr", "/api/v1/me/orders", pass_order, await here.key("leuwongrr"))
    await here.do("payments", "confirm", number, "--method", "cash", "--reference", "tunai-3")
    await here.do("orders", "complete", number)
    assert await here.status(number) == "completed"

    schema = {"type": "object", "properties": {"imeis": {"type": "array", "items": {"type": "string"}}}}
    schema |= {"required": ["imeis"], "x-quantityFrom": "/imeis", "x-requestFrom": "/imeis"}
    kind = await here.made(
        "service-types", "add", "--code", "imei", "--name", "IMEI", "--input-schema", json.dumps(schema)
    )
    await here.do(
        "services", "add", "--code", "cek_imei", "--name", "Cek IMEI", "--type-id", kind["id"], "--unit-price-sen",
        "2500", "--provider", "manual", "--processing-type", "manual",
    )  # fmt: skip
    member = (await here.made("members", "add", "--door", "cekceir", "--name", "Konter Budi"))["id"]
    await here.do("wallets", "top-up", member, "--amount-sen", "20000", "--reason", "transfer")
    body = {"code": "cek_imei", "data": {"imeis": ["356281920502180", "356281920502198"]}}
    number = await here.order("cekceir", "/api/order", body, await here.key("cekceir", "--member", member))
    await here.do("orders", "complete", number, "--result", '[{"status": "aktif"}]')
    assert await here.status(number) == "completed"
    wallets = {str(row["id"]): row for row in json.loads(await here.do("wallets", "list", "--json"))["rows"]}
    assert (wallets[member]["available_sen"], wallets[member]["held_sen"]) == (15_000_00, 0)


async def until_refused(here: Installation, key: str) -> None:
    """The old secret opens nothing any more, within a second or so."""
    for _ in itertools.repeat(None, 200):
        answer = await here.client.get("/v3/stores/simplified", headers=bearer(key))
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the rotated key still works")
