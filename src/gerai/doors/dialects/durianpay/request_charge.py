"""``POST /payments/charge``, ``verify`` and ``va/simulate``: what a client may send (contract §6.1, §6.4, §7)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.doors.dialects.durianpay.methods import BY_NAME
from gerai.doors.dialects.durianpay.request_rules import BLANK, RULES, read_amount_of, read_phone
from gerai.doors.http.fields import Fields
from gerai.kit.phones import canonical_phone

_LONGEST_DELAY_MS: Final = 24 * 60 * 60 * 1000
#: The types whose request names the payer's telephone (§6.1).
_WITH_MOBILE: Final = ("EWALLET", "ONLINE_BANKING", "QRIS")


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
        return {"name": self.name, "mobile": canonical_phone(self.mobile) if self.mobile else ""}


class Simulation(msgspec.Struct, frozen=True):
    """Somebody transferred to a virtual account (sandbox)."""

    account_number: str
    amount_sen: int
    force_fail: bool


def read_charge(body: Any) -> NewCharge:
    """Decode and check. BodyUnreadable; InputInvalid with every field that is wrong.

    Fields of ``request`` are named without a prefix in complaints (the contract's ``errors[].field = "amount"``).
    """
    form = Fields.of_body(body, RULES)
    name = form.choice("type", BY_NAME, required=True)
    # Which fields there are depends on it.
    form.check()
    kind = BY_NAME[name]
    sandbox = _sandbox(form.object("sandbox_options"))
    request = form.object("request", required=True, unnamed=True)
    if request is None:
        form.require("order_id", *kind.required)
        form.refuse("amount", BLANK)
    request.require("order_id", *kind.required)
    channel = request.text(kind.channel_field).upper() if kind.channel_field else kind.only_channel
    charge = NewCharge(
        type=kind.type,
        method=kind.method,
        channel_field=kind.channel_field or "type",
        channel=channel,
        order_id=request.text("order_id"),
        amount_sen=read_amount_of(request),
        payment_ref_id=request.text("payment_ref_id"),
        name=request.text("name"),
        # Where the contract knows no such field, it is nobody's number to judge.
        mobile=read_phone(request, "mobile") if kind.type in _WITH_MOBILE else "",
        requested_type=request.choice("type", kind.kinds) if kind.kinds else "",
        sandbox=sandbox,
    )
    form.check()
    return charge


def _sandbox(form: Fields | None) -> SandboxOptions | None:
    # An empty map asks for nothing: PHP cannot tell it from an empty list, which is absent.
    if form is None or form.empty:
        return None
    delay_ms = form.integer("delay_ms", least=0, most=_LONGEST_DELAY_MS)
    return SandboxOptions(force_fail=form.flag("force_fail"), delay_ms=delay_ms or 0)


def read_simulation(body: Any) -> Simulation:
    """Decode and check. BodyUnreadable; InputInvalid."""
    form = Fields.of_body(body, RULES)
    simulation = Simulation(
        account_number=form.text("account_number", required=True),
        amount_sen=read_amount_of(form),
        force_fail=form.flag("force_fail"),
    )
    form.check()
    return simulation


def read_signature(body: Any) -> str:
    """The signature to verify; empty when absent. BodyUnreadable; InputInvalid."""
    form = Fields.of_body(body, RULES)
    signature = form.text("verification_signature", most=4_096)
    form.check()
    return signature
