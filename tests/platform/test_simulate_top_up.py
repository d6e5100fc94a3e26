"""`gerai simulate pay` plays members who top up their wallets, at whichever counter they asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from terminal_kit import gerai_here

from gerai.domain.money import rupiah
from gerai.domain.records import Deposit, Environment
from gerai.engine.check import check
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.kit.clock import real_now
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
PRICE = rupiah(50_000)


async def deposit(
    engine: Any, merchant_id: int, channel: str = "leuwongrr", environment: Environment = "sandbox", way: str = "va"
) -> Deposit:
    """A top-up of Rp50.000 of a new member by way of BCA, which waits for its money."""
    _, wallets = await add_member(engine, merchant_id, channel, f"m{engine.ids.next()}", "Budi")
    deposit_id = engine.ids.next()
    wanted = WantedDeposit(
        deposit_id=deposit_id, public_id=f"SBX-DEP{deposit_id}", secret=token(), channel=channel,
        account_id=wallets[environment], amount_sen=PRICE, way=(way, "BCA"), page_path="/x",
        expires_at=real_now() + timedelta(days=1),
    )  # fmt: skip
    command = deposit_to_start(engine.directory.merchant(merchant_id), environment, METHODS, wanted)
    return (await engine.submit(command)).answer


@pytest.mark.parametrize("channel", ["leuwongrr", "cekceir"])
@pytest.mark.parametrize("named_by", ["code", "id"])
async def test_a_top_up_is_paid(dsn: str, merchant: Any, channel: str, named_by: str) -> None:
    """By its code or the engine's id; its wallet has the money once, and a second press is refused."""
    engine, of = merchant.engine, ("--merchant", merchant.code)
    one = await deposit(engine, merchant.merchant_id, channel)
    name = one.public_id if named_by == "code" else str(one.deposit_id)
    code, out, err = await gerai_here(dsn, "simulate", "pay", name, *of)
    assert (code, err, out) == (0, "", f"top-up {one.public_id} (va) is succeeded: Rp50.000\n")
    code, out, err = await gerai_here(dsn, "simulate", "pay", name, *of)
    assert (code, out, one.public_id in err) == (1, "", True)
    assert (await engine.deposits.as_now(one)).status == "succeeded"
    assert await check(engine, merchant.merchant_id) == []


async def test_a_top_up_fails_or_comes_late(dsn: str, merchant: Any) -> None:
    """Failed it brings nothing; late what has run out, and then what the merchant's rule says; what waits cannot be
    late, nor come with another amount."""
    engine, of = merchant.engine, ("--merchant", merchant.code)
    failing, late = [await deposit(engine, merchant.merchant_id) for _ in range(2)]
    code, out, _ = await gerai_here(dsn, "simulate", "pay", failing.public_id, "--as", "fail", *of)
    assert (code, out) == (0, f"top-up {failing.public_id} (va) is failed: Rp50.000\n")
    code, out, err = await gerai_here(dsn, "simulate", "pay", late.public_id, "--amount", "10000", *of)
    assert (code, out, "is played with what it asks, Rp50.000" in err) == (2, "", True)
    code, out, _ = await gerai_here(dsn, "simulate", "pay", late.public_id, "--as", "late", *of)
    assert (code, out) == (1, "")
    await change_settings(engine, merchant.merchant_id, {"late_payment": "hold"})
    await engine.submit(
        RecordDeposit(
            merchant_id=merchant.merchant_id, environment="sandbox", deposit_id=late.deposit_id, outcome="expired"
        )
    )
    code, out, _ = await gerai_here(dsn, "simulate", "pay", late.public_id, "--as", "late", *of)
    assert (code, out) == (0, f"top-up {late.public_id} (va) is late: Rp50.000\n")
    assert await check(engine, merchant.merchant_id) == []


async def test_other_peoples_and_other_environments(dsn: str, merchant: Any) -> None:
    """Another merchant's top-up is not there, by its code or its id; nor is one of the other environment."""
    engine, other = merchant.engine, await open_merchant(merchant.engine, "lain", "Toko Lain", simulated=True)
    one = await deposit(engine, other)
    for name in (one.public_id, str(one.deposit_id)):
        for words in (("--merchant", merchant.code), ("--merchant", "lain", "--environment", "production")):
            code, out, err = await gerai_here(dsn, "simulate", "pay", name, *words)
            assert (code, out, f"no such order: {name}" in err) == (1, "", True), words
    assert (await engine.deposits.as_now(one)).status == "pending"


async def test_real_money_is_not_played(dsn: str, engine: Any) -> None:
    """A production top-up of a merchant that is not simulated is refused, and stands as it stood."""
    merchant_id = await open_merchant(engine, "sungguh", "Toko Sungguhan")
    account = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
    await open_account(engine, merchant_id, METHODS["bank_transfer"], account, "t")
    one = await deposit(engine, merchant_id, environment="production", way="bank_transfer")
    code, out, err = await gerai_here(dsn, "simulate", "pay", one.public_id, "--merchant", "sungguh")
    assert (code, out, "is real: its payer is not played" in err) == (1, "", True)
    assert (await engine.deposits.as_now(one)).status == "pending"
