"""Move some of an item from one warehouse to another."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.records import Stock
from gerai.domain.refusals import InputInvalid
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.engine.stock.count import stock_in, stock_now
from gerai.store.connection import Connection

#: More of one thing is in no warehouse, and its column holds twice as many.
_MOST: Final = 1_000_000_000


class StockMoved(msgspec.Struct, frozen=True):
    """Both rows afterwards."""

    source: Stock
    target: Stock


class MoveStock(Command[StockMoved], frozen=True, kw_only=True):
    """``quantity`` (at least one) leave the row ``stock_id`` and are in ``to_stock_id``, another one of the same item,
    in one transaction: there are never more or fewer of them.

    Refuses: NotFound, InputInvalid (more than are there and not promised to open orders, or more than the other can
    hold).
    """

    stock_id: int
    to_stock_id: int
    quantity: int

    def needs(self) -> Needs:
        return Needs(stock=(self.stock_id, self.to_stock_id))

    def decide(self, state: State, context: Context) -> StockMoved:
        source, target = (stock_in(state, self, stock_id) for stock_id in (self.stock_id, self.to_stock_id))
        if self.quantity < 1 or source.stock_id == target.stock_id or source.item_id != target.item_id:
            raise AssertionError(f"{self.quantity} of stock {source.stock_id} cannot move to {target.stock_id}")
        if self.quantity > source.available:
            promised = f", {source.reserved} more are promised to open orders" if source.reserved else ""
            raise InputInvalid({"quantity": [f"{source.available} can be moved{promised}"]})
        if target.on_hand + self.quantity > _MOST:
            raise InputInvalid({"quantity": [f"the other warehouse would have more than {_MOST}"]})
        moved = StockMoved(
            msgspec.structs.replace(source, on_hand=source.on_hand - self.quantity, updated_at=context.now),
            msgspec.structs.replace(target, on_hand=target.on_hand + self.quantity, updated_at=context.now),
        )
        state.stock.update(moved.source)
        state.stock.update(moved.target)
        return moved

    def audited(self, answer: StockMoved) -> dict[str, Any]:
        left, there = answer.source.on_hand, answer.target.on_hand
        return {"on_hand": [left + self.quantity, left], "on_hand_there": [there - self.quantity, there]}

    def identify(self, answer: StockMoved) -> Made:
        return Made(target=f"{self.stock_id} {self.to_stock_id}")

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> StockMoved:
        source, target = made.target.split()
        return StockMoved(
            await stock_now(connection, merchant_id, source), await stock_now(connection, merchant_id, target)
        )
