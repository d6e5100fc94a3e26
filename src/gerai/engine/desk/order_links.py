"""Who is shown the link of an order's page. The page hands over what is digital to whoever opens it: its codes in
clear, and its files, each of which may be fetched so often. So the link is as good as they are."""

from __future__ import annotations

from typing import Final

from gerai.domain.permissions import Permission
from gerai.domain.records import OrderView
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.digital.hand_out import units_of
from gerai.engine.orders.handing_out import HAND_OUT

#: Who may have a code shown.
_REVEALS: Final[Permission] = "catalogue:write"
_HIDDEN: Final = "…"


def may_have_link(within: Within, view: OrderView) -> bool:
    """Whether whoever looks may have the link: they may see codes, or nothing of the order is digital, now or later.
    Others get it by ``orders.send_digital``, which takes a reason and is written down."""
    return _REVEALS in within.may or not _is_digital(within, view)


def without_secret(within: Within, view: OrderView, text: str) -> str:
    """A text in which the order's link stands, as whoever looks may see it."""
    return text if may_have_link(within, view) else text.replace(view.order.secret, _HIDDEN)


def _is_digital(within: Within, view: OrderView) -> bool:
    if view.order.after_payment in HAND_OUT:
        return True
    known = catalogue_of(within).variants
    # What is not known any more may have been anything.
    return any(variant_id not in known or known[variant_id].is_digital for variant_id in units_of(view))
