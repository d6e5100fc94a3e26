"""How a shop's orders can be paid, at the terminal: by whom, between which amounts."""

from __future__ import annotations

from terminal_kit import gerai_here as gerai

from gateway_kit import METHODS, gateway_shop
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account

BANK = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}


async def test_who_takes_the_money(dsn: str, engine: Engine) -> None:
    """A shop without any is told what to do; its own account and its gateway are named with their ids; an amount beyond
    the gateway's bounds leaves the account alone; sandbox orders are played."""
    nothing = await open_merchant(engine, "nothing", "Toko")
    assert nothing
    assert (await gerai(dsn, "payments", "methods", "--merchant", "nothing"))[1].startswith(
        "none: gerai payments accounts"
    )
    shop = await gateway_shop(engine)
    account = await open_account(engine, shop.merchant_id, METHODS["bank_transfer"], BANK, "t")
    of = ("--merchant", engine.directory.merchant(shop.merchant_id).code)
    rc, out, err = await gerai(dsn, "payments", "methods", *of)
    assert rc == 0, err
    rows = [" ".join(line.split()) for line in out.splitlines()]
    contract = shop.contract.contract_id
    assert f"va BCA Rp10.000 Rp5.000.000 toy ({contract})" in rows
    assert f"bank_transfer BCA Rp1 Rp999.999.999.999 your account {account.receiving_id}" in rows
    assert not any("simulated" in row for row in rows)
    huge = (await gerai(dsn, "payments", "methods", "--amount", "950000000", *of))[1]
    assert ("your account" in huge, "toy" in huge) == (True, False)
    assert "simulated" in (await gerai(dsn, "payments", "methods", "--environment", "sandbox", *of))[1]
