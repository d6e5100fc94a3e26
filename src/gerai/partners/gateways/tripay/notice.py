"""Tripay's callback: signed over the whole body, so what it holds is proven."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from gerai.kit.wire import WireFault, read_as, signed
from gerai.partners.gateways.tripay.wire import STATUSES, seen_as, sen
from gerai.ports.gateways import Contract, GatewayNotice
from gerai.ports.notices import NoticeFault

SIGNATURE: Final = "X-Callback-Signature"


class _Callback(msgspec.Struct, frozen=True):
    """What is read of a callback; the rest is passed over. ``total_amount``: what the payer paid, ``fee_customer`` of
    it for Tripay."""

    reference: str
    status: str
    total_amount: Any
    fee_merchant: Any
    fee_customer: Any
    merchant_ref: str | None = None
    is_closed_payment: int = 1
    paid_at: str | int | None = None


def genuine(header: Callable[[str], str], body: bytes, contract: Contract) -> bool:
    return signed(body, contract.secrets["secret_private_key"], header(SIGNATURE))


def read_notice(body: bytes) -> tuple[GatewayNotice, ...]:
    """Nothing where it is about a number that may be paid with any amount, any number of times: none of ours is."""
    try:
        notice = read_as(_Callback, body)
        if not notice.merchant_ref or notice.is_closed_payment != 1:
            return ()
        # A word that Tripay adds later is a reason to ask, not to guess.
        seen = None
        if notice.status.upper() in STATUSES:
            due_sen = sen(notice.total_amount) - sen(notice.fee_customer)
            seen = seen_as(notice.status, notice.reference, due_sen, sen(notice.fee_merchant), notice.paid_at)
        return (GatewayNotice(notice.merchant_ref, notice.reference, seen, proven=seen is not None),)
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
