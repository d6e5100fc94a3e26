"""What a dialect lets the hosted page of its orders show, beside the engine's own columns.

A dialect reads its own ``Order.details`` and returns a :class:`PageDetails` (``Dialect.page_details``); the pages never
look into the details themselves. Who ordered stands in ``Order.contact``.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gerai.domain.records import OrderView
from gerai.kit.bilingual import Bilingual


class ShippingDetails(msgspec.Struct, frozen=True):
    """How the order is sent. ``title``: courier and service; ``etd``: when it should arrive, in words; ``address``:
    one text for people."""

    title: str = ""
    cost_sen: int = 0
    etd: str = ""
    address: str = ""


class Discount(msgspec.Struct, frozen=True):
    """Something taken off the total; the page names one without a title itself."""

    title: str
    amount_sen: int


class Link(msgspec.Struct, frozen=True):
    """An address to open; without a title the address itself is shown. The page follows only http and https."""

    url: str
    title: str = ""


class DigitalProduct(msgspec.Struct, frozen=True):
    """What is handed out once the order is paid."""

    title: str = ""
    links: tuple[Link, ...] = ()


class Fact(msgspec.Struct, frozen=True):
    """Something else that came with the order, such as whom the goods are for."""

    label: Bilingual
    value: str


class PageDetails(msgspec.Struct, frozen=True):
    """Everything is optional. ``facts`` stand above who ordered; one without a value is left out.
    ``cash_on_delivery``: the courier takes the money of an order that is not paid here. ``domain``: what the address of
    the page begins with, where that is not the server's own."""

    shipping: ShippingDetails | None = None
    discounts: tuple[Discount, ...] = ()
    note: str = ""
    digital: DigitalProduct | None = None
    cash_on_delivery: bool = False
    facts: tuple[Fact, ...] = ()
    domain: str = ""


NO_DETAILS = PageDetails()
ReadPageDetails = Callable[[OrderView], PageDetails]


def no_page_details(view: OrderView) -> PageDetails:
    """For dialects whose orders have nothing but the engine's columns to show."""
    return NO_DETAILS
