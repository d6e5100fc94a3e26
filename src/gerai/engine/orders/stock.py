"""Stock on the working copy: reserved when an order is placed, released when it ends unsold, consumed when it
leaves."""

from __future__ import annotations

import msgspec

from gerai.domain.records import Order, OrderLine, Stock
from gerai.domain.refusals import OutOfStock
from gerai.engine.command import Context
from gerai.engine.state import State


def reserve(state: State, context: Context, lines: tuple[OrderLine, ...]) -> None:
    """Promise every line's quantity. OutOfStock names the first line that cannot be."""
    for line in lines:
        stock = _stock(state, line)
        if stock is None:
            continue
        if stock.available < line.quantity:
            raise OutOfStock(item=line.name, wanted=line.quantity, available=stock.available)
        _put(state, context, stock, reserved=stock.reserved + line.quantity)


def release(state: State, context: Context, order: Order) -> None:
    """Take the promise back."""
    for line in state.lines_of(order):
        stock = _stock(state, line)
        if stock is not None:
            _put(state, context, stock, reserved=stock.reserved - line.quantity)


def consume(state: State, context: Context, order: Order) -> None:
    """The goods have left."""
    for line in state.lines_of(order):
        stock = _stock(state, line)
        if stock is not None:
            left = {"reserved": stock.reserved - line.quantity, "on_hand": stock.on_hand - line.quantity}
            _put(state, context, stock, **left)


def _stock(state: State, line: OrderLine) -> Stock | None:
    if line.stock_id is None:
        return None
    found = state.stock.get(line.merchant_id, line.stock_id)
    if found is None:
        # A row that was not loaded is not locked either: changing it could sell it twice.
        raise AssertionError(f"stock {line.stock_id} was not loaded")
    return found


def _put(state: State, context: Context, stock: Stock, **counts: int) -> None:
    state.stock.update(msgspec.structs.replace(stock, updated_at=context.now, **counts))
