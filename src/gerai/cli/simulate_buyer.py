"""A payer who is played at the terminal, as the button on the page of an order does it."""

from __future__ import annotations

from typing import Final

from gerai.cli.terminal import fail
from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.desk.played_payer import start_any
from gerai.engine.payments.play import PLAYED_ACTS, play_command, played_payment
from gerai.found import FoundPartners
from gerai.settings import Settings

#: How a payer pays, by what it is called.
PLAYED: Final = PLAYED_ACTS


def require_play_money(engine: Engine, view: OrderView) -> None:
    """Leaves where the order is paid with real money, or from a wallet."""
    order = view.order
    if not engine.directory.merchant(order.merchant_id).plays_with(order.environment):
        fail(f"order {order.number} is real: its payer is not played / pesanan sungguhan: pembayarnya tidak dimainkan")
    if view.invoice is None:
        fail(f"order {order.number} has no invoice: it is paid from its member's wallet")


async def play_payer(engine: Engine, settings: Settings, view: OrderView, way: str, came_sen: int | None) -> OrderView:
    """Play the payer of the order; returns it as it is then. One who has not chosen pays with the first method that is
    offered. ``came_sen``: what comes, if it is not what is asked. Refuses what the engine refuses."""
    order, payment = view.order, played_payment(view, way)
    if payment is None and PLAYED[way].played == "in_time":
        payment = await start_any(engine, FoundPartners(settings).payment_methods, view)
    if payment is None:
        fail(f"order {order.number} is {order.status}, and no payment of it can be played / tidak bisa dibayar lagi")
    return (await engine.submit(play_command(view, payment, way, came_sen))).answer
