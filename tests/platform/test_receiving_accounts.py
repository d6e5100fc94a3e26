"""A seller without a gateway: names an account of their own, is paid there for real, and says that the money came."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from terminal_kit import gerai_here as gerai

from gerai.app import DIALECTS, App
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.merchants.receiving import close_account, open_account
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit.discover import discover
from gerai.kit.ids import base62, token
from gerai.partners.payments.qris.emv import decode
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BANK = {"bank": "bca", "number": "123-456.78 90", "holder": "  Budi   Santoso "}
CODE = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
_numbers = itertools.count(1)
Shop = tuple[int, str]


@pytest.fixture
def opened(engine: Engine) -> Callable[..., Awaitable[Shop]]:
    """Opens a merchant of the test's own: id and code."""

    async def act(*, simulated: bool = False) -> Shop:
        code = f"own{next(_numbers)}"
        return await open_merchant(engine, code, "Toko Saya", simulated=simulated), code

    return act


async def placed(engine: Engine, merchant_id: int, environment: Any, channel: str) -> OrderView:
    """A pending order of Rp174.000 that came through ``channel``."""
    order_id = engine.ids.next()
    command = PlaceOrder(
        merchant_id=merchant_id, environment=environment, channel=channel, key_id=None, order_id=order_id,
        public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=rupiah(174_000),
        lines=(NewLine("goods", 0, "Kopi", 1, rupiah(174_000), rupiah(174_000)),), funding="invoice",
    )  # fmt: skip
    return (await engine.submit(command)).answer.view


async def view_of(engine: Engine, merchant_id: int, order_id: int) -> OrderView:
    """The order as it is now."""
    view = await engine.orders.by_id(merchant_id, order_id)
    assert view is not None
    return view


async def stored(engine: Engine, merchant_id: int) -> list[tuple[Any, ...]]:
    """All receiving accounts of a merchant, closed ones too."""
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT method, channel, details, closed_at IS NULL, closed_by FROM receiving_accounts "
            "WHERE merchant_id = %s ORDER BY receiving_id",
            (merchant_id,),
        )
        return await cursor.fetchall()


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
async def test_from_the_account_to_the_paid_order(
    dsn: str, engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]], dialect: Any
) -> None:
    """At the terminal alone: a bank account and a QRIS code are named, an order's page offers these two and nothing
    else and shows them to the letter, the seller confirms what arrived, and the order is paid, once."""
    merchant_id, code = await opened()
    assert (await gerai(dsn, "payments", "accounts", "list", "--merchant", code))[1].startswith("there is none")
    bank = [f"{name}={value}" for name, value in BANK.items()]
    unsure = await gerai(dsn, "payments", "accounts", "add", "bank_transfer", *bank, "--merchant", code)
    assert (unsure[0], unsure[1]) == (1, "bank: BCA\nnumber: 1234567890\nholder: Budi Santoso\n")
    assert "Nothing is stored yet" in unsure[2]
    assert await stored(engine, merchant_id) == []
    for words in (["bank_transfer", *bank], ["qris", f"code={CODE}"]):
        done = await gerai(dsn, "payments", "accounts", "add", *words, "--yes", "--merchant", code)
        assert done[0] == 0, done
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])

    for choice in ("bank_transfer:BCA", "qris:QRIS"):
        order = (await placed(engine, merchant_id, "production", dialect.name)).order
        path = f"/i/{order.secret}"
        page = (await client.get(path)).text
        assert set(re.findall(r'name="choice"[^>]*value="([^"]+)"', page)) == {"bank_transfer:BCA", "qris:QRIS"}
        await client.post(f"{path}/method", data={"choice": choice})
        page = (await client.get(path)).text
        [payment] = (await view_of(engine, merchant_id, order.order_id)).payments
        assert payment.receiving_id is not None
        # A bank says nothing but an amount, so the payer is asked for one of their own.
        asked = payment.asked_sen // 100
        assert asked - 174_000 in (range(1, 1000) if choice == "bank_transfer:BCA" else (0,))
        assert f"Rp{asked:,}".replace(",", ".") in page
        assert ("Kode unik" in page) is (choice == "bank_transfer:BCA")
        if choice == "qris:QRIS":
            assert "TOKO CONTOH" in page
            assert "NMID ID1020000000017" in page
        else:
            assert 'data-copy="1234567890"' in page
            assert "Budi Santoso" in page
        assert "Simulasi" not in page
        confirm = ["payments", "confirm", order.number, "--merchant", code, "--reference", f"ref-{order.number}"]
        wrong = await gerai(dsn, *confirm, "--amount", str(asked + 1))
        assert (wrong[0], "nothing is booked" in wrong[2]) == (1, True)
        assert (await gerai(dsn, *confirm, "--amount", str(asked)))[0] == 0
        assert "nothing is booked now" in (await gerai(dsn, *confirm, "--amount", str(asked)))[1]
        view = await view_of(engine, merchant_id, order.order_id)
        assert (view.order.charged_sen, view.payments[0].status) == (rupiah(174_000), "completed")
        assert view.payments[0].method == choice.partition(":")[0]
    assert await check(engine, merchant_id) == []


async def test_money_that_came_in_another_way(
    dsn: str, engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]]
) -> None:
    """What arrived is the payment its payer chose where no other way is named: cash for the same order is a payment of
    its own, and the transfer is cancelled, so that money on it is late."""
    merchant_id, code = await opened()
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    order = (await placed(engine, merchant_id, "production", "scalev")).order
    await client.post(f"/i/{order.secret}/method", data={"choice": "bank_transfer:BCA"})
    done = await gerai(dsn, "payments", "confirm", order.number, "--method", "cash", "--merchant", code)
    assert done[0] == 0, done
    payments = (await view_of(engine, merchant_id, order.order_id)).payments
    assert [(p.method, p.status) for p in payments] == [("bank_transfer", "cancelled"), ("cash", "completed")]


async def test_money_that_came_twice(
    dsn: str, engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]]
) -> None:
    """A payer scans the code a second time: booked with ``--second`` it is late money of that order, and without it the
    seller is asked. A way that the payer left again is not what came."""
    merchant_id, code = await opened()
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    order = (await placed(engine, merchant_id, "production", "scalev")).order
    await client.post(f"/i/{order.secret}/method", data={"choice": "bank_transfer:BCA"})
    await client.post(f"/i/{order.secret}/change")
    await client.post(f"/i/{order.secret}/method", data={"choice": "qris:QRIS"})
    confirm = ["payments", "confirm", order.number, "--merchant", code]
    assert (await gerai(dsn, *confirm, "--reference", "R1"))[0] == 0
    payments = (await view_of(engine, merchant_id, order.order_id)).payments
    assert [(p.method, p.status) for p in payments] == [("bank_transfer", "cancelled"), ("qris", "completed")]
    again = await gerai(dsn, *confirm, "--reference", "R2")
    assert (again[0], "--second" in again[2]) == (1, True), again
    second = await gerai(dsn, *confirm, "--amount", "174000", "--reference", "R2", "--second")
    assert (second[0], "came late" in second[1]) == (0, True), second
    assert await check(engine, merchant_id) == []


async def test_found_by_what_came(
    dsn: str, engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]]
) -> None:
    """Of five orders at one price the one that was asked for this amount is found, and what it asks is shown."""
    merchant_id, code = await opened()
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    orders = [(await placed(engine, merchant_id, "production", "scalev")).order for _ in range(5)]
    for order in orders:
        await client.post(f"/i/{order.secret}/method", data={"choice": "bank_transfer:BCA"})
    asked = (await view_of(engine, merchant_id, orders[3].order_id)).payments[0].asked_sen // 100
    found = await gerai(dsn, "orders", "find", str(asked), "--merchant", code)
    assert [one.number in found[1] for one in orders] == [n == 3 for n in range(5)]
    shown = await gerai(dsn, "orders", "show", orders[3].number, "--merchant", code)
    assert f"asked Rp{asked:,}".replace(",", ".") in shown[1]


async def test_leuwongrr_starts_it_with_the_order(
    app: App, engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]], monkeypatch: Any
) -> None:
    """A live token that names the bank or the code: placed and started in one act, and the answer asks for what the
    page and the instructions do."""
    monkeypatch.setattr(app.partners, "_clients", app.partners._simulators)  # pyright: ignore[reportPrivateUsage]
    merchant_id, _ = await opened()
    await change_settings(engine, merchant_id, {"robux_rate_sen": 15_000})
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    member_id, _ = await add_member(engine, merchant_id, "leuwongrr", "m", "M")
    secret = "lrrp_v1_" + base62(40)
    await create_key(
        engine, merchant_id, "production", "leuwongrr", secret, name="t", prefix="lrrp_v1_", member_id=member_id
    )
    body = {"roblox_username": "LeuwongUser", "place_id": 123456789, "roblox_pass_id": 987654321}
    amounts: list[int] = []
    for code in ("bank-transfer-bca", "bank-transfer-bca", "qris"):
        answer = await client.post(
            "/api/v1/me/orders", json=body | {"payment_method": code}, headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code == 201, answer.text
        gateway = re.findall(r'"gateway":(\{[^}]*\})', answer.text.replace(" ", ""))
        told = json.loads(gateway[0])
        [view] = await engine.orders.of_merchant(merchant_id, ["production"], ["pending"], 1)
        [payment] = view.payments
        assert told["amount"] * 100 == payment.asked_sen
        assert payment.receiving_id is not None
        if code != "qris":
            assert told["pay_code"] == "1234567890"
            assert f"Rp{told['amount']:,}".replace(",", ".") in payment.instructions["steps"]["id"][0]
        amounts.append(told["amount"])
    assert len({*amounts}) == 3
    price = amounts[2]
    assert all(0 < amount - price < 1000 for amount in amounts[:2])


async def test_a_live_key_gets_the_sellers_code(
    engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]]
) -> None:
    """A Durianpay charge with a live key answers with the seller's own code and the amount in it; the test key of the
    same shop gets an invented one."""
    merchant_id, _ = await opened()
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    body = {name: value for name, value in ORDER.items() if name != "expiry_date"} | {"amount": "20000.00"}
    owners: dict[str, str] = {}
    for environment, start in (("production", "dp_live_"), ("sandbox", "dp_test_")):
        secret = start + base62(40)
        await create_key(engine, merchant_id, environment, "durianpay", secret, name="t", prefix=start)
        order = (await client.post("/v1/orders", json=body, auth=(secret, ""))).json()["data"]
        charge = {
            "type": "QRIS",
            "request": {"order_id": order["id"], "amount": order["amount"], "type": "QRIS", "name": "J"},
        }
        answer = await client.post("/v1/payments/charge", json=charge, auth=(secret, ""))
        assert answer.status_code == 200, answer.text
        told = decode(re.findall(r'"(000201[^"]+)"', answer.text)[0])
        assert (told["01"], told["54"]) == ("12", "20000")
        owners[environment] = told["59"]
    assert owners["production"] == "TOKO CONTOH" != owners["sandbox"]


async def test_the_first_orders_of_the_page(
    app: App, engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]], monkeypatch: Any
) -> None:
    """What docs/how-to/receive-money.md sends to each counter with a production key makes an order that can be paid."""
    monkeypatch.setattr(app.partners, "_clients", app.partners._simulators)  # pyright: ignore[reportPrivateUsage]
    merchant_id, _ = await opened()
    await change_settings(engine, merchant_id, {"robux_rate_sen": 15_000})
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    member_id, _ = await add_member(engine, merchant_id, "leuwongrr", "m", "M")
    key, secret = "dp_live_" + base62(40), "lrrp_v1_" + base62(40)
    await create_key(engine, merchant_id, "production", "durianpay", key, name="t", prefix="dp_live_")
    await create_key(
        engine, merchant_id, "production", "leuwongrr", secret, name="t", prefix="lrrp_v1_", member_id=member_id
    )
    page = (Path(__file__).parents[2] / "docs/how-to/receive-money.md").read_text("utf-8").partition("## Be paid")[2]
    first, second = [json.loads(body) for body in re.findall(r"-d '([^']+)'", page)[:2]]
    link = await client.post("/v1/orders", json=first, auth=(key, ""))
    assert link.status_code == 200, link.text
    shown = await client.get(f"/payment/{link.json()['data']['payment_link_url']}", follow_redirects=True)
    assert (shown.status_code, "Rp30.000" in shown.text) == (200, True)
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "coba-1"}
    order = await client.post("/api/v1/me/orders", json=second, headers=headers)
    assert (order.status_code, '"invoice_url":' in order.text, "TOKO" in order.text) == (201, True, True), order.text


async def test_named_once_also_twice_at_once(engine: Engine, opened: Callable[..., Awaitable[Shop]]) -> None:
    """Of several that name an account for the same bank at the same moment one does; once it is closed another can be
    named, and what was there stays written down."""
    merchant_id, _ = await opened()
    numbers = [f"111111111{n}" for n in range(4)]
    named = [open_account(engine, merchant_id, METHODS["bank_transfer"], BANK | {"number": n}, "a") for n in numbers]
    results = await asyncio.gather(*named, return_exceptions=True)
    done = [one for one in results if not isinstance(one, BaseException)]
    assert len(done) == 1
    assert {type(one) for one in results} - {type(done[0])} == {InputInvalid}
    assert engine.directory.merchant(merchant_id).receiving == tuple(done)

    await close_account(engine, merchant_id, done[0].receiving_id, "b")
    with pytest.raises(NotFound):
        await close_account(engine, merchant_id, done[0].receiving_id, "b")
    assert engine.directory.merchant(merchant_id).receiving == ()
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "a")
    first, second = await stored(engine, merchant_id)
    assert (first[2]["number"], first[3:]) == (done[0].details["number"], (False, "b"))
    assert (second[2], second[3:]) == ({"number": "1234567890", "holder": "Budi Santoso"}, (True, ""))


async def test_nobody_elses(engine: Engine, opened: Callable[..., Awaitable[Shop]]) -> None:
    """An account belongs to one merchant: another one's orders are not offered it, nor can it close it. A merchant that
    is marked simulated cannot name one: its payers are played."""
    mine, _ = await opened()
    other, _ = await opened()
    account = await open_account(engine, mine, METHODS["bank_transfer"], BANK, "t")
    with pytest.raises(NotFound):
        await close_account(engine, other, account.receiving_id, "t")
    assert engine.directory.merchant(other).receiving == ()
    simulated, _ = await opened(simulated=True)
    with pytest.raises(InputInvalid) as refused:
        await open_account(engine, simulated, METHODS["bank_transfer"], BANK, "t")
    assert list(refused.value.fields) == ["merchant"]
    assert await stored(engine, simulated) == []


@pytest.mark.parametrize("environment", ["sandbox"])
@pytest.mark.parametrize("choice", ["bank_transfer:BCA", "qris:QRIS"])
async def test_play_money_never_goes_there(
    engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]], environment: str, choice: str
) -> None:
    """A sandbox order of the same shop shows an invented account, never the real one."""
    merchant_id, _ = await opened()
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    order = (await placed(engine, merchant_id, environment, "scalev")).order
    await client.post(f"/i/{order.secret}/method", data={"choice": choice})
    page = (await client.get(f"/i/{order.secret}")).text
    assert "Rp174.000" in page
    for real in ("1234567890", "Budi Santoso", "TOKO CONTOH", "ID1020000000017"):
        assert real not in page
    [payment] = (await view_of(engine, merchant_id, order.order_id)).payments
    assert (payment.receiving_id, payment.matching_sen) == (None, 0)


async def test_a_closed_account_is_shown_to_those_who_saw_it(
    engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]]
) -> None:
    """Whoever chose it may have paid: their page goes on showing it, and no new payment is started there."""
    merchant_id, _ = await opened()
    account = await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    order, late = [(await placed(engine, merchant_id, "production", "scalev")).order for _ in range(2)]
    await client.post(f"/i/{order.secret}/method", data={"choice": "bank_transfer:BCA"})
    await close_account(engine, merchant_id, account.receiving_id, "t")
    assert "1234567890" in (await client.get(f"/i/{order.secret}")).text
    answer = await client.post(f"/i/{late.secret}/method", data={"choice": "bank_transfer:BCA"})
    assert answer.headers["location"].endswith("?notice=unavailable")
    assert (await view_of(engine, merchant_id, late.order_id)).payments == ()


async def test_a_bank_that_is_full_cannot_be_chosen(
    engine: Engine, client: httpx.AsyncClient, opened: Callable[..., Awaitable[Shop]]
) -> None:
    """While all 999 amounts above the price are expected of others, the page shows the bank as not available now; once
    one of them is free it can be chosen again."""
    merchant_id, _ = await opened()
    account = await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    order = (await placed(engine, merchant_id, "production", "scalev")).order
    async with engine.connection() as connection:
        await connection.execute(
            "INSERT INTO expected_amounts SELECT %s, %s, n, 1, 1, now() + interval '1 day' "
            "FROM generate_series(17400100::int8, 17499900::int8, 100) n",
            (merchant_id, account.receiving_id),
        )
    page = (await client.get(f"/i/{order.secret}")).text
    assert re.findall(r'name="choice"[^>]*value="([^"]+)"', page) == ["qris:QRIS"]
    assert "Sedang tidak tersedia; coba lagi nanti" in page
    async with engine.connection() as connection:
        await connection.execute(
            "DELETE FROM expected_amounts WHERE merchant_id = %s AND amount_sen = 17450000", (merchant_id,)
        )
    page = (await client.get(f"/i/{order.secret}")).text
    assert re.findall(r'name="choice"[^>]*value="([^"]+)"', page) == ["qris:QRIS", "bank_transfer:BCA"]
    assert "Sedang tidak tersedia" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bank_transfer", "bank=BCA", "number=123"], "holder: missing"),
        (["bank_transfer", "bank=BCX", "number=1234567890", "holder=B"], "none of BCA"),
        (["bank_transfer", "bank=BCA", "number=12345", "holder=B"], "no account number"),
        (["bank_transfer", "bank=BCA", "number=１２３４５６７８９０", "holder=B"], "no account number"),
        (["bank_transfer", "bank=BCA", "number=1234567890", "holder=B\x1b[2J"], "printable"),
        (["bank_transfer", "bank=BCA", "number=1234567890", "holder=" + "B" * 600], "longer than 512"),
        (["bank_transfer", "bank=BCA", "number=1234567890", "holder=B", "iban=7"], "iban: not asked"),
        (["bank_transfer", "bank=BCA", "bank=BNI", "number=1234567890", "holder=B"], "stands once"),
        (["bank_transfer", "BCA"], "stands once"),
        (["va", "bank=BCA"], "no such method: va"),
        (["qris", f"code={CODE[:-1]}3"], "checksum"),
        (["qris", "code=  "], "code is empty: give it a value"),
        (["qris", "mode=whole"], "code: missing"),
    ],
)
async def test_what_is_refused(
    dsn: str, engine: Engine, opened: Callable[..., Awaitable[Shop]], words: list[str], said: str
) -> None:
    """In one sentence that says what is wrong, with exit code 2, and nothing is stored."""
    merchant_id, code = await opened()
    done = await gerai(dsn, "payments", "accounts", "add", *words, "--yes", "--merchant", code)
    assert done[0] == 2, done
    assert said in done[2]
    assert "Traceback" not in done[2]
    assert await stored(engine, merchant_id) == []
