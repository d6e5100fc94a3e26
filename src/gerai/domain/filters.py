"""What reads are asked for: whose things (:class:`Scope`), and which of them. Pure values; the store makes SQL of them.

In a filter, None or empty means anything. ``before_id`` and ``after_id`` name the order (by the engine's id) at
whose place in the list a page ends or begins; a deposit's ``before_id`` is compared itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from gerai.domain.search import EVERYWHERE, SearchField


class Scope(NamedTuple):
    """Whose things a caller may see: one merchant's, in one environment, of one channel; with ``member_id``, only that
    member's. What belongs to somebody else is not found."""

    merchant_id: int
    environment: str
    channel: str
    member_id: int | None = None


@dataclass(frozen=True)
class OrderFilter:
    """Orders. ``search`` is looked for in ``search_fields`` (``gerai.domain.search.query_of``); an order with one of
    ``search_labels`` is found as well. ``numbers`` and ``payment_public_id`` are whole and as they are kept,
    ``references`` and ``receipt`` (a courier's number) whole and in any case. The order must have every one of
    ``labels``. ``payment_status`` (unpaid, paid, conflict or settled), ``shipment_statuses`` and ``total_sen`` are kept
    of orders that have labels and are not a wallet's."""

    statuses: tuple[str, ...] = ()
    shipment_statuses: tuple[str, ...] = ()
    receipt: str = ""
    references: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    search: str = ""
    search_fields: tuple[SearchField, ...] = EVERYWHERE
    search_labels: tuple[tuple[str, str], ...] = ()
    payment_public_id: str = ""
    payment_status: str = ""
    total_sen: int | None = None
    labels: dict[str, str] = field(default_factory=dict[str, str])
    created_from: datetime | None = None
    created_until: datetime | None = None
    before_id: int | None = None
    after_id: int | None = None
    skip: int = 0


@dataclass(frozen=True)
class PaymentFilter:
    """Payments, by when they were made: from ``created_from`` until before ``created_until``."""

    created_from: datetime | None = None
    created_until: datetime | None = None
    skip: int = 0


@dataclass(frozen=True)
class DepositFilter:
    """Deposits."""

    statuses: tuple[str, ...] = ()
    before_id: int | None = None


@dataclass(frozen=True)
class DeliveryFilter:
    """Webhook deliveries. ``happened_from``, ``happened_until``: when the event was, the end not included.
    ``undelivered``: leave out what was delivered. ``before``: when the event of a delivery was, and its id; only what
    comes after it in a list of the newest."""

    endpoint_id: int | None = None
    environment: str = ""
    status: str = ""
    happened_from: datetime | None = None
    happened_until: datetime | None = None
    undelivered: bool = False
    before: tuple[datetime, int] | None = None
