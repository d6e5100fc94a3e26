"""A payer who is played at the terminal, as the button on the page of an order or a top-up does it."""

from __future__ import annotations

from typing import Final

from gerai.cli.terminal import fail
from gerai.domain.money import display
from gerai.domain.records import Deposit, OrderView, Payment
from gerai.domain.refusals import AmountOutOfRange, MethodUnavailable, SurchargeForbidden
from gerai.doors.pay.actions import PLAYED_ACTS
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.payments.offered import offered_channels, require_offered
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.record import RecordPayment
from gerai.found import FoundPartners
from gerai.settings import Settings

#: How a payer pays, by what it is called.
PLAYED: Final = PLAYED_ACTS
_OPEN: Final = ("processing",)
_OR_RUN_OUT: Final = ("processing", "expired")


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
    does, order = PLAYED[way], view.order
    states = _OR_RUN_OUT if does.played == "late" else _OPEN
    payment = next((one for one in reversed(view.payments) if one.status in states), None)
    if payment is None and does.played == "in_time":
        payment = await _start_any(engine, settings, view)
    if payment is None:
        fail(f"order {order.number} is {order.status}, and no payment of it can be played / tidak bisa dibayar lagi")
    command = RecordPayment(
        merchant_id=order.merchant_id,
        environment=order.environment,
        order_id=order.order_id,
        payment_id=payment.payment_id,
        outcome=does.outcome,
        failure=does.failure,
        played=does.played,
        came_sen=came_sen,
    )
    return (await engine.submit(command)).answer


async def play_top_up(engine: Engine, deposit: Deposit, way: str, came_sen: int | None) -> Deposit:
    """Play the member who tops up a wallet; returns the top-up as it is then. Leaves where real money is paid, and for
    another amount: a top-up is one payment, of what it asks. Refuses what the engine refuses."""
    code, does = deposit.public_id, PLAYED[way]
    if not engine.directory.merchant(deposit.merchant_id).plays_with(deposit.environment):
        fail(f"top-up {code} is real: its payer is not played / isi saldo sungguhan: pembayarnya tidak dimainkan")
    if came_sen is not None and came_sen != deposit.pay_sen:
        asked = display(deposit.pay_sen)
        fail(f"top-up {code} is played with what it asks, {asked} / isi saldo dimainkan dengan nominalnya", 2)
    command = RecordDeposit(
        merchant_id=deposit.merchant_id,
        environment=deposit.environment,
        deposit_id=deposit.deposit_id,
        outcome=does.outcome,
        failure=does.failure,
        played=does.played,
    )
    return (await engine.submit(command)).answer


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
