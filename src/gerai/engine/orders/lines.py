"""The lines of an order: what is ordered, as a door composes it, and the rows made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gerai.domain.records import OrderLine


class NewLine(msgspec.Struct, frozen=True):
    """What is ordered. ``total_sen`` is what the line costs, usually quantity x unit price. ``asked_at`` is the field
    of the request that its quantity came from, for refusals; it is not kept."""

    item_kind: str
    item_id: int
    name: str
    quantity: int
    unit_price_sen: int
    total_sen: int
    stock_id: int | None = None
    details: dict[str, Any] = {}
    asked_at: str = ""


def order_lines(merchant_id: int, order_id: int, lines: Iterable[NewLine]) -> tuple[OrderLine, ...]:
    """The rows of these lines, numbered from 1."""
    return tuple(
        OrderLine(
            merchant_id, order_id, number, line.item_kind, line.item_id, line.stock_id, line.name,
            line.quantity, line.unit_price_sen, line.total_sen, line.details,
        )
        for number, line in enumerate(lines, start=1)
    )  # fmt: skip
