"""The order or payment somebody means. Sandbox and production may both have one of a name; an act on the wrong one
could not be undone, so nothing is guessed."""

from __future__ import annotations

import re
from typing import Annotated, Final, NoReturn

import typer

from gerai.cli.completing import among
from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.terminal import fail
from gerai.domain.records import OrderView, Payment
from gerai.domain.states import ORDER
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS

EnvironmentOption = Annotated[
    str,
    typer.Option(
        "--environment", help="sandbox or production, when both have one.", autocompletion=among(ENVIRONMENTS)
    ),
]

#: As many of the newest orders are looked through for what somebody may have meant.
_NEWEST: Final = 200
#: An id of the engine.
ENGINE_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


async def order_named(engine: Engine, merchant: str, name: str, environment: str) -> OrderView:
    """The one order somebody means. Leaves with a clear message when there is none, or several."""
    _require_environment(environment)
    merchant_id = await merchant_named(engine, merchant)
    fit = await _orders(engine, merchant_id, name, environment)
    if not fit:
        newest = await _newest(engine, merchant_id, environment)
        no_such("order", name, [view.order.number for view in newest], "gerai orders list --status all")
    if len(fit) > 1:
        several = ", ".join(f"{view.order.public_id} ({view.order.environment})" for view in fit)
        fail(f"{name} means several: {several}; name one, or its --environment")
    return fit[0]


async def payment_named(engine: Engine, merchant: str, name: str, environment: str, *states: str) -> Payment:
    """The one payment somebody means. Leaves with a clear message when there is none in these states, or several."""
    _require_environment(environment)
    merchant_id = await merchant_named(engine, merchant)
    found = await engine.payments.named(merchant_id, name)
    if not found:
        found = [p for view in await _orders(engine, merchant_id, name, environment) for p in view.payments]
    mine = [payment for payment in found if environment in ("", payment.environment)]
    fit = [payment for payment in mine if payment.status in states]
    if not mine:
        if orders := await _orders(engine, merchant_id, name, environment):
            fail(f"order {orders[0].order.number} has no payment")
        await _neither(engine, merchant_id, name, environment, *states)
    if not fit:
        fail(f"{name} has no {states[0]} payment: " + ", ".join(f"{p.public_id} is {p.status}" for p in mine))
    if len(fit) > 1:
        several = ", ".join(f"{p.public_id} ({p.environment})" for p in fit)
        fail(f"{name} means several: {several}; name one, or its --environment")
    return fit[0]


async def payable_named(engine: Engine, merchant: str, name: str, environment: str) -> tuple[OrderView, Payment | None]:
    """The order money came for and, when one was named, its payment; else a clear message."""
    _require_environment(environment)
    merchant_id = await merchant_named(engine, merchant)
    orders = await _orders(engine, merchant_id, name, environment)
    found = await engine.payments.named(merchant_id, name)
    mine = [p for p in found if p.public_id == name and environment in ("", p.environment)]
    if not orders and not mine:
        await _neither(engine, merchant_id, name, environment)
    # Money is never booked by a guess.
    if len(orders) + len(mine) > 1:
        fail(f"{name} means several; name one payment, or its --environment")
    if orders:
        if orders[0].invoice is None:
            fail(f"order {name} has no invoice: it is paid from its member's wallet")
        return orders[0], None
    view = await engine.orders.by_id(merchant_id, mine[0].order_id)
    if view is None:
        fail(f"no such order: {name}")
    return view, mine[0]


async def _orders(engine: Engine, merchant_id: int, name: str, environment: str) -> list[OrderView]:
    """The orders with this number or identifier, else with exactly this reference of the seller's own, else the one
    with this id of the engine."""
    found = await engine.orders.named(merchant_id, name)
    if not found:
        searched = await engine.orders.search(merchant_id, [*ENVIRONMENTS], name, _NEWEST)
        found = [view for view in searched if view.order.reference == name]
    if not found and ENGINE_ID.fullmatch(name):
        found = [view for view in [await engine.orders.by_id(merchant_id, int(name))] if view is not None]
    return [view for view in found if environment in ("", view.order.environment)]


async def _neither(engine: Engine, merchant_id: int, name: str, environment: str, *states: str) -> NoReturn:
    """Leave: no payment and no order has this name. What is listed has a payment in one of these states."""
    views = await _newest(engine, merchant_id, environment)
    fit = [v for v in views if not states or any(payment.status in states for payment in v.payments)]
    payments = [p.public_id for v in fit for p in v.payments if not states or p.status in states]
    known = [*(v.order.number for v in fit), *payments]
    none = f"no order has a {states[0]} payment" if states and views else "there is none yet"
    no_such("payment or order", name, known, "gerai orders list --status all", none)


async def _newest(engine: Engine, merchant_id: int, environment: str) -> list[OrderView]:
    environments = [environment] if environment else [*ENVIRONMENTS]
    return await engine.orders.of_merchant(merchant_id, environments, sorted(ORDER.states), _NEWEST)


def _require_environment(environment: str) -> None:
    if environment:
        one_of(environment, ENVIRONMENTS, "environment")
