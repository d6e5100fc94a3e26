"""``POST /payments/charge``, ``verify`` and ``va/simulate``: what a client may send (contract §6.1, §6.4, §7)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.doors.dialects.durianpay.methods import BY_NAME
from gerai.doors.dialects.durianpay.wire.form import BLANK, INVALID, Form

_LONGEST_DELAY_MS: Final = 24 * 60 * 60 * 1000


class SandboxOptions(msgspec.Struct, frozen=True):
    """How a sandbox payment ends by itself."""

    force_fail: bool
    delay_ms: int


class NewCharge(msgspec.Struct, frozen=True):
    """A charge request whose shape is right. ``channel_field`` is what to complain of about ``channel``."""

    type: str
    method: str
    channel_field: str
    channel: str
    order_id: str
    amount_sen: int
    payment_ref_id: str = ""
    name: str = ""
    mobile: str = ""
    requested_type: str = ""
    sandbox: SandboxOptions | None = None

    @property
    def details_for_partner(self) -> dict[str, str]:
        return {"name": self.name, "mobile": self.mobile}


class Simulation(msgspec.Struct, frozen=True):
    """Somebody transferred to a virtual account (sandbox)."""

    account_number: str
    amount_sen: int
    force_fail: bool


def read_charge(body: Any) -> NewCharge:
    """Decode and check. BodyUnreadable; InputInvalid with every field that is wrong.

    Fields of ``request`` are named without a prefix in complaints (the contract's ``errors[].field = "amount"``).
    """
    form = Form.of(body)
    kind = BY_NAME.get(form.text("type").upper())
    if kind is None:
        form.refuse("type", INVALID if form.has("type") else BLANK)
    form.require("request")
    sandbox = _sandbox(form.form("sandbox_options"))
    request = form.unnamed("request")
    request.require("order_id", "amount", *kind.required)
    channel = request.text(kind.channel_field).upper() if kind.channel_field else kind.only_channel
    charge = NewCharge(
        type=kind.type,
        method=kind.method,
        channel_field=kind.channel_field or "type",
        channel=channel,
        order_id=request.text("order_id"),
        amount_sen=request.amount("amount") or 0,
        payment_ref_id=request.text("payment_ref_id"),
        name=request.text("name"),
        mobile=request.text("mobile"),
        requested_type=request.text("type"),
        sandbox=sandbox,
    )
    form.check()
    return charge


def _sandbox(form: Form | None) -> SandboxOptions | None:
    if form is None:
        return None
    return SandboxOptions(
        force_fail=form.flag("force_fail"), delay_ms=form.integer("delay_ms", 0, _LONGEST_DELAY_MS) or 0
    )


def read_simulation(body: Any) -> Simulation:
    """Decode and check. BodyUnreadable; InputInvalid."""
    form = Form.of(body)
    form.require("account_number", "amount")
    simulation = Simulation(
        account_number=form.text("account_number"),
        amount_sen=form.amount("amount") or 0,
        force_fail=form.flag("force_fail"),
    )
    form.check()
    return simulation


def read_signature(body: Any) -> str:
    """The signature to verify; empty when absent or no text. BodyUnreadable."""
    return Form.of(body).text("verification_signature", 4_096)
