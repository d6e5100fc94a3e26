"""The payment that is placed with an order (contract §9.2): one whose way to pay leaves its payer nothing to choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from gerai.domain.money import round_rupiah
from gerai.domain.records import OrderView
from gerai.engine.directory_entries import MerchantFacts
from gerai.engine.ids import Ids
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.offered import OfferedChannels
from gerai.engine.payments.open import WantedPayment, expected_by, payment_to_start
from gerai.engine.payments.start import StartPayment
from gerai.ports.payments import PaymentMethod

#: Looked for by people, who ask its buyer to say from where it comes.
_BY_HAND: Final = "bank_transfer"


def with_payment(
    order: PlaceOrder,
    ids: Ids,
    merchant: MerchantFacts,
    methods: Mapping[str, PaymentMethod],
    offered: OfferedChannels,
) -> PlaceOrder:
    """The order, placed together with the payment it asks for, in one transaction. As it is where its payer still
    chooses: an order that is a draft or waits for no money, a method of several channels none of which is named, one
    that is not ``offered`` or takes no such amount."""
    way = _way(order, offered)
    if way is None:
        return order
    payment_id, (method, channel) = ids.next(), way

    def charge(view: OrderView) -> StartPayment:
        wanted = WantedPayment(method=method, channel=channel, page_path=f"/o/{view.order.secret}")
        return payment_to_start(payment_id, merchant, methods, view, wanted)

    expected = expected_by(methods, merchant, order.environment, way, round_rupiah(order.total_sen))
    return msgspec.structs.replace(order, charge=charge, expected=expected)


def _way(order: PlaceOrder, offered: OfferedChannels) -> tuple[str, str] | None:
    """The method and channel that the order is to be paid by; None while there is something left to choose."""
    method, named = order.labels.get("method", ""), order.labels.get("channel_code", "")
    channels = offered.get(method, {})
    if order.funding != "invoice" or order.status != "pending" or method == _BY_HAND:
        return None
    found = [channel for channel in channels if named in ("", channel)]
    if len(found) != 1:
        return None
    fits = channels[found[0]].hold(round_rupiah(order.total_sen))
    return (method, found[0]) if fits else None
