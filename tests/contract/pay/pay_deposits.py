"""Deposits for the tests of their pages: made by hand, and started on the real engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pay_orders import NOW

from gerai.domain.money import rupiah
from gerai.domain.records import Deposit
from gerai.engine.core import Engine
from gerai.engine.deposits.start import StartDeposit
from gerai.kit import ids
from gerai.kit.clock import real_now

VA = {"kind": "code", "code": "3901705487754335", "steps": {"id": ["Buka aplikasi."], "en": ["Open the app."]}}
QR = {"kind": "qr", "qr_text": "00020101021226"}
REDIRECT = {"kind": "redirect"}
#: A method, its channel and what it tells the payer.
BY_VA: dict[str, Any] = {"method": "va", "channel_code": "BCA", "instructions": VA}
BY_QR: dict[str, Any] = {"method": "qris", "channel_code": "QRIS", "instructions": QR}
BY_WALLET: dict[str, Any] = {"method": "ewallet", "channel_code": "DANA", "instructions": REDIRECT}
BY_HAND: dict[str, Any] = {"method": "manual", "channel_code": "", "instructions": {}}


def deposit(status: str = "pending", **changes: Any) -> Deposit:
    """Rp50.000 into a wallet by virtual account, Rp4.000 on top and Rp123 to tell it apart, open for an hour."""
    facts: dict[str, Any] = {
        "merchant_id": 1, "deposit_id": 5, "environment": "sandbox", "channel": "leuwongrr", "member_id": 2,
        "account_id": 3, "public_id": "D-5", "secret": "deposit-secret-that-nobody-guesses", "status": status,
        "amount_sen": rupiah(50_000), "fee_sen": rupiah(4_000), "pay_sen": rupiah(54_123), "reference": "",
        "provider_reference": "", "note": "", "transfer_id": 8 if status == "succeeded" else None, "created_at": NOW,
        "updated_at": NOW, "expires_at": NOW + timedelta(hours=1),
        "completed_at": NOW if status == "succeeded" else None,
    }  # fmt: skip
    return Deposit(**(BY_VA | facts | changes))


async def start(engine: Engine, merchant: Any, environment: str = "sandbox", **changes: Any) -> Deposit:
    """A deposit of Rp50.000 by virtual account, Rp4.000 on top, open for an hour."""
    member = await merchant.member("leuwongrr")
    deposit_id = engine.ids.next()
    fields: dict[str, Any] = {
        "account_id": member.wallets[environment],
        "amount_sen": rupiah(50_000),
        "fee_sen": rupiah(4_000),
        "expires_at": real_now() + timedelta(hours=1),
    }
    command = StartDeposit(
        merchant_id=merchant.merchant_id, environment=environment, channel="leuwongrr", deposit_id=deposit_id,
        public_id=f"D-{deposit_id}", secret=ids.token(), **(BY_VA | fields | changes),
    )  # fmt: skip
    return (await engine.submit(command)).answer


def address(made: Deposit, below: str = "") -> str:
    """Where the deposit's page is, or what lies below it."""
    return f"/user/invoice/{made.public_id}{below}?t={made.secret}"


async def status_of(engine: Engine, made: Deposit) -> str:
    """How it stands now."""
    return (await engine.deposits.as_now(made)).status
