"""Senders of money notices at the terminal: an address is made and shown once; what waits is read or dismissed."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json

import httpx
import pytest
from terminal_kit import run_here

from gerai.domain.money import rupiah
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.notices.keep import KeepNotice
from gerai.engine.notices.sources import SOURCES
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox, new_key
from gerai.ports.gateways import Gateway
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
GATEWAYS: dict[str, Gateway] = discover("gerai.partners.gateways", "GATEWAY")
BANK = {"bank": "BCA", "number": "7770123456", "holder": "Budi"}
KEY = new_key()
_numbers = itertools.count(1)


async def opened(engine: Engine) -> tuple[int, str, int]:
    """A real merchant with a bank account: its id, its code, the account's."""
    code = f"sender{next(_numbers)}"
    merchant_id = await open_merchant(engine, code, "Toko Saya")
    account = await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    return merchant_id, code, account.receiving_id


async def gerai(dsn: str, *words: str, typed: str = "") -> tuple[int, str, str]:
    environ = {
        "DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": KEY, "GERAI_HTTP_PUBLIC_BASE_URL": "https://toko.example",
    }  # fmt: skip
    return await run_here(environ, ("payments", "notices", *words), typed)


async def test_an_address_is_made_and_closed(dsn: str, engine: Engine, client: httpx.AsyncClient) -> None:
    """The address and the secret are shown once and open what is stored; the list shows neither, and a closed one
    leads nowhere."""
    merchant_id, code, account = await opened(engine)
    of = ("--merchant", code)
    code_, out, _ = await gerai(dsn, "add", "moota", *of)
    assert code_ == 0, out
    address = next(line for line in out.splitlines() if line.startswith("https://toko.example/in/"))
    secret = next(line for line in out.splitlines() if line.startswith("secret / rahasia: ")).split(": ")[1]
    assert "Moota" in out
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    [source] = engine.directory.get(SOURCES, merchant_id)
    assert SecretBox(KEY).open(source.secret_sealed) == secret
    assert address.removeprefix(f"https://toko.example/in/{merchant_id}/") not in (address, "")

    assert (await gerai(dsn, "add", "phone", "--account", str(account), *of))[0] == 0
    code_, out, _ = await gerai(dsn, "list", *of)
    assert (code_, "moota" in out, "as each notice says" in out, str(account) in out) == (0, True, True, True)
    assert secret not in out
    assert (await gerai(dsn, "close", str(source.source_id), *of))[0] == 0
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    body = b"[]"
    signed = {"Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    path = address.removeprefix("https://toko.example")
    assert (await client.post(path, content=body, headers=signed)).status_code == 404
    assert "moota" not in (await gerai(dsn, "list", *of))[1]


async def test_what_a_sender_needs_is_asked_for(dsn: str, engine: Engine) -> None:
    """A secret that the sender shows is read from standard input, unseen; one that names no account needs one; a short
    secret and a missing one are refused, and nothing is stored."""
    merchant_id, code, account = await opened(engine)
    of = ("--merchant", code)
    rc, _, err = await gerai(dsn, "add", "qrisly", *of)
    assert (rc, "account: is missing" in " ".join(err.split())) == (1, True), err
    for typed, said in (("", "shows a secret"), ("short\n", "8 to 256")):
        rc, _, err = await gerai(dsn, "add", "mutasibank", *of, typed=typed)
        assert (rc in (1, 2), said in " ".join(err.split())) == (True, True), err
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    assert engine.directory.get(SOURCES, merchant_id) == ()
    secret = "s" * 64
    rc, out, _ = await gerai(dsn, "add", "mutasibank", *of, typed=f"{secret}\n")
    assert (rc, secret in out) == (0, False), out
    assert (await gerai(dsn, "add", "qrisly", "--account", str(account), *of))[0] == 0
    no_key = await run_here({"DATABASE_URL": dsn}, ("payments", "notices", "add", "moota", *of))
    assert (no_key[0], "seal_key" in no_key[2]) == (1, True), no_key


async def test_what_waits(dsn: str, engine: Engine) -> None:
    """A notice that waits is listed with its reason, shown as it came without what would move the terminal, read again,
    and dismissed once."""
    merchant_id, code, _ = await opened(engine)
    of = ("--merchant", code)
    assert (await gerai(dsn, "waiting", *of))[1].startswith("nothing waits")
    await gerai(dsn, "add", "moota", *of)
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    [source] = engine.directory.get(SOURCES, merchant_id)
    body = json.dumps({"not": "a list \x1b[2J"}, ensure_ascii=False).encode()
    kept = KeepNotice(
        merchant_id=merchant_id, environment="production", notice_id=engine.ids.next(), source_id=source.source_id,
        digest=hashlib.sha256(body).digest(), body=body,
    )  # fmt: skip
    notice = str((await engine.submit(kept)).answer.notice_id)
    assert "is a worker running?" in " ".join((await gerai(dsn, "waiting", *of))[1].split())
    rc, _, err = await gerai(dsn, "read", notice, *of)
    assert (rc, "waits still / masih menunggu: Expected" in " ".join(err.split())) == (1, True), err
    assert "Expected" in (await gerai(dsn, "waiting", *of))[1]
    shown = (await gerai(dsn, "show", notice, *of))[1]
    assert ("not" in shown, "\x1b[2J" in shown) == (True, False)
    assert (await gerai(dsn, "dismiss", notice, *of))[0] == 0
    rc, _, err = await gerai(dsn, "dismiss", notice, *of)
    assert (rc, f"no such notice that waits: {notice}" in " ".join(err.split())) == (1, True)


async def test_a_courier_needs_no_account(dsn: str, engine: Engine) -> None:
    """Its notices tell of no account's money: one that is named is refused; a notice that waits is shown with how each
    parcel stands, and read again or dismissed as any other."""
    merchant_id, code, account = await opened(engine)
    of = ("--merchant", code)
    rc, _, err = await gerai(dsn, "add", "courier", "--account", str(account), *of)
    assert (rc, "account: is needless" in " ".join(err.split())) == (1, True), err
    rc, out, _ = await gerai(dsn, "add", "courier", *of)
    assert (rc, "secret / rahasia: " in out, "X-Gerai-Secret" in out) == (0, True, True)
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    [source] = engine.directory.get(SOURCES, merchant_id)
    assert "as each notice says" not in (await gerai(dsn, "list", *of))[1]
    told = {"reference": "JNE-1", "paid_at": "2026-11-30", "parcels": [{"receipt": "R-7", "collected": 5000}]}
    body = json.dumps(told).encode()
    notice_id = engine.ids.next()
    await engine.submit(
        KeepNotice(
            merchant_id=merchant_id, environment="production", notice_id=notice_id, source_id=source.source_id,
            digest=hashlib.sha256(body).digest(), body=body,
        )
    )  # fmt: skip
    why = "no parcel of yours has this receipt"
    rc, _, err = await gerai(dsn, "read", str(notice_id), *of)
    assert (rc, why in " ".join(err.split())) == (1, True), err
    rc, out, _ = await gerai(dsn, "show", str(notice_id), *of)
    assert (rc, out.splitlines()[1].split()[:3], why in out, body.decode() in out) == (
        0, ["R-7", "Rp5.000", "Rp0"], True, True,
    )  # fmt: skip
    assert f"1 of 1 parcels wait: R-7: {why}" in (await gerai(dsn, "waiting", *of))[1]
    assert (await gerai(dsn, "dismiss", str(notice_id), *of))[0] == 0


@pytest.mark.parametrize("name", ["tripay", "xendit"])
async def test_a_gateways_notice_is_read_by_its_gateway(dsn: str, engine: Engine, name: str) -> None:
    """Read again at the terminal it says what is wrong with it, not that nobody knows its sender; where its gateway
    must be asked and does not answer, it stays as it was. One that was not read at all can be dismissed, too."""
    merchant_id, code, _ = await opened(engine)
    gateway, of = GATEWAYS[name], ("--merchant", code)
    given = {one.name: "secret" if one.name.startswith("secret_") else "T1" for one in gateway.asks}
    draft = draft_contract(
        engine, SecretBox(KEY), merchant_id, gateway, "production", given, ways=ways_of(gateway, METHODS),
        base_url="http://127.0.0.1:65535", by="t", here=True,
    )  # fmt: skip
    contract = await open_contract(engine, draft)

    async def kept(reference: str) -> int:
        body = json.dumps(
            {
                "event": "payment.capture", "reference": "T1", "status": "PAID", "merchant_ref": reference,
                "total_amount": 50000, "fee_merchant": 0, "fee_customer": 0,
                "data": {"reference_id": reference, "payment_request_id": "pr-1"},
            }
        ).encode()  # fmt: skip
        notice_id = engine.ids.next()
        command = KeepNotice(
            merchant_id=merchant_id, environment="production", notice_id=notice_id, source_id=contract.source_id,
            digest=hashlib.sha256(body).digest(), body=body,
        )  # fmt: skip
        await engine.submit(command)
        return notice_id

    unknown = await kept("nobodys")
    rc, _, err = await gerai(dsn, "read", str(unknown), *of)
    assert (rc, "it is about a payment that was not started here" in " ".join(err.split())) == (1, True), err
    assert "not started here" in (await gerai(dsn, "waiting", *of))[1]
    if name == "xendit":
        view = await engine.submit(
            PlaceOrder(
                merchant_id=merchant_id, environment="production", channel="t", key_id=None,
                order_id=(order_id := engine.ids.next()), public_id=f"o-{order_id}", number=f"N{order_id}",
                secret=token(), total_sen=rupiah(50_000), funding="invoice",
                lines=(NewLine("goods", 0, "Kopi", 1, rupiah(50_000), rupiah(50_000)),),
            )
        )  # fmt: skip
        merchant = engine.directory.merchant(merchant_id)
        wanted = WantedPayment(method="qris", channel="QRIS")
        start = payment_to_start(engine.ids.next(), merchant, METHODS, view.answer.view, wanted)
        [payment] = (await engine.submit(start)).answer.payments
        asked = await kept(payment.public_id)
        rc, _, err = await gerai(dsn, "read", str(asked), *of)
        assert rc == 1, err
    unread = await kept("unread")
    assert "not read yet" in (await gerai(dsn, "waiting", *of))[1]
    for notice in (unread, unknown):
        assert (await gerai(dsn, "dismiss", str(notice), *of))[0] == 0
        rc, _, err = await gerai(dsn, "dismiss", str(notice), *of)
        assert (rc, "no notice that waits" in " ".join(err.split())) != (0, False)
