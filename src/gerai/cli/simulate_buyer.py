"""A payer who is played at the terminal, as the button on the page of an order does it."""

from __future__ import annotations

from typing import Final

from gerai.cli.terminal import fail
from gerai.domain.records import OrderView, Payment
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable, SurchargeForbidden
from gerai.engine.core import Engine
from gerai.engine.payments.offered import offered_channels, require_offered
from gerai.engine.payments.open import WantedPayment, payment_to_start
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
        payment = await _start_any(engine, settings, view)
    if payment is None:
        fail(f"order {order.number} is {order.status}, and no payment of it can be played / tidak bisa dibayar lagi")
    return (await engine.submit(play_command(view, payment, way, came_sen))).answer


async def _start_any(engine: Engine, settings: Settings, view: OrderView) -> Payment | None:
    """A payment by the first method that takes this order and is no gateway's; None: there is none."""
    order, merchant = view.order, engine.directory.merchant(view.order.merchant_id)
    methods = FoundPartners(settings).payment_methods
    for name, channels in offered_channels(methods, merchant, order.environment).items():
        for channel in channels:
            if require_offered(methods, merchant, order.environment, name, channel).contract is not None:
                continue
            wanted = WantedPayment(method=name, channel=channel, only_if_none_open=True)
            try:
                command = payment_to_start(engine.ids.next(), merchant, methods, view, wanted)
            except (MethodUnavailable, SurchargeForbidden, AmountOutOfRange):
                continue
            started = (await engine.submit(command)).answer
            return next(one for one in started.payments if one.payment_id == command.payment_id)
    return None
