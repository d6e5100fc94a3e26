"""The steps of ``POST /me/deposits``: what is wanted, the way to pay it, and the deposit with its instructions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH, rupiah
from gerai.doors.dialects.leuwongrr.auth import Caller
from gerai.doors.dialects.leuwongrr.gateway import canonical_code, find
from gerai.doors.dialects.leuwongrr.request import IDEMPOTENCY, RULES
from gerai.doors.http.context import RequestContext
from gerai.doors.http.fields import Fields
from gerai.doors.http.topping_up import AskedTopUp, top_up_to_start
from gerai.engine.command import Idempotency
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.payments.offered import known_of, offered_channels

_FIELDS: Final = frozenset({"amount", "payment_method", "client_reference"})
_MAX_METHOD: Final = 50
_MAX_REFERENCE: Final = 255


class WantedTopUp(msgspec.Struct, frozen=True):
    """The decoded request. ``payment_method`` is a code's canonical spelling; ``amount`` in rupiah is what the balance
    is to get."""

    amount: int
    payment_method: str
    client_reference: str


def read_top_up(body: Any) -> WantedTopUp:
    """A create-deposit body. Refuses: BodyUnreadable, FieldsForbidden, InputInvalid with all mistakes."""
    form = Fields.of_body(body, RULES)
    form.only(_FIELDS)
    wanted = WantedTopUp(
        amount=form.integer("amount", required=True, most=MAX_SEN // SEN_PER_RUPIAH) or 0,
        payment_method=canonical_code(form.text("payment_method", required=True, most=_MAX_METHOD, numbers=False)),
        client_reference=form.text("client_reference", most=_MAX_REFERENCE),
    )
    form.check()
    return wanted


def attempt(ctx: RequestContext, caller: Caller, wanted: WantedTopUp) -> Idempotency | None:
    """The request's Idempotency-Key; None when it has none. InputInvalid (headers)."""
    return IDEMPOTENCY.attempt(ctx, "create_deposit", caller.owner, wanted)


def compose(ctx: RequestContext, caller: Caller, wanted: WantedTopUp) -> StartDeposit:
    """What starts the deposit. Refuses: MethodUnavailable, AmountOutOfRange, NotFound (the member has no wallet)."""
    merchant, settings, methods = caller.key.merchant, caller.settings, ctx.services.partners.payment_methods
    offered = offered_channels(methods, merchant, caller.key.environment, known_of(caller.member))
    gateway = find(wanted.payment_method, methods, offered, settings.leuwongrr_payment_methods)
    asked = AskedTopUp(
        amount_sen=rupiah(wanted.amount),
        way=(gateway.method.name, gateway.channel_code),
        open_for=timedelta(minutes=settings.leuwongrr_invoice_minutes),
        reference=wanted.client_reference,
    )
    return top_up_to_start(ctx, asked)
