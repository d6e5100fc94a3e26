"""A payer who is played at the terminal, as the button on the page of an order or a top-up does it."""

from __future__ import annotations

from typing import Final

from gerai.cli.terminal import fail
from gerai.domain.money import display
from gerai.domain.records import Deposit, OrderView
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
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
