"""A member who tops up into the shop's own account, and the page that they pay on."""

from __future__ import annotations

from datetime import timedelta

from bank_kit import METHODS, PRICE
from desk_money_kit import Till
from gerai.domain.records import Deposit
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.kit.clock import real_now
from gerai.kit.ids import token


async def started(till: Till, bank: str = "BCA", method: str = "bank_transfer") -> Deposit:
    """A member is asked to pay for their wallet."""
    engine, secret, merchant = till.shop.engine, token(), till.within.merchant
    deposit_id = engine.ids.next()
    code = f"DEP20261130080000{deposit_id}"
    wanted = WantedDeposit(
        deposit_id=deposit_id, public_id=code, secret=secret, channel="leuwongrr", account_id=till.wallet_id,
        amount_sen=PRICE, way=(method, bank), page_path=at(code, secret),
        expires_at=real_now() + timedelta(days=1),
    )  # fmt: skip
    return (await engine.submit(deposit_to_start(merchant, "production", METHODS, wanted))).answer


def at(code: str, secret: str, below: str = "", notice: str = "") -> str:
    """The address of a top-up's page, or what lies below it."""
    return f"/user/invoice/{code}{below}?t={secret}{f'&notice={notice}' if notice else ''}"


def page_of(deposit: Deposit, below: str = "", notice: str = "") -> str:
    """The same of a top-up."""
    return at(deposit.public_id, deposit.secret, below, notice)
