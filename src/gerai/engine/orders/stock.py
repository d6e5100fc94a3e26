"""Stock on the working copy: reserved when an order is placed, released when it ends unsold, consumed when it
leaves."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gerai.domain.records import Order, OrderLine, Stock
from gerai.domain.refusals import OutOfStock
from gerai.engine.command import Context
from gerai.engine.orders.lines import NewLine
from gerai.engine.state import State


def reserve(state: State, context: Context, lines: Sequence[OrderLine], asked: Sequence[NewLine]) -> None:
    """Promise every line's quantity. OutOfStock names the first item that cannot be, with all that is ``asked`` of it
    on whatever line, and what there was before this order."""
    for line in lines:
        stock = _stock(state, line)
        if stock is None:
            continue
        if stock.available < line.quantity:
            same = [other for other in asked if other.stock_id == line.stock_id]
            taken = sum(other.quantity for other in lines[: line.line_no - 1] if other.stock_id == line.stock_id)
            raise OutOfStock(
                item=line.name,
                wanted=sum(other.quantity for other in same),
                available=stock.available + taken,
                fields=tuple(dict.fromkeys(other.asked_at for other in same if other.asked_at)),
            )
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


def take_in(state: State, context: Context, order: Order) -> None:
    """The goods had not left after all: they are on the shelf again, and promised again."""
    for line in state.lines_of(order):
        stock = _stock(state, line)
        if stock is not None:
            back = {"reserved": stock.reserved + line.quantity, "on_hand": stock.on_hand + line.quantity}
            _put(state, context, stock, **back)


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
