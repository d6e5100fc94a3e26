"""Set how many of an item a warehouse has, as somebody counted them."""

from __future__ import annotations

from typing import Any

import msgspec

from gerai.domain.records import Stock
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound
from gerai.engine.command import Command, Context, Needs
from gerai.engine.made import Made
from gerai.engine.state import State
from gerai.store import stock as sql
from gerai.store.connection import Connection


class StockCounted(msgspec.Struct, frozen=True):
    """The row afterwards, and how many there were before."""

    stock: Stock
    was: int


class CountStock(Command[StockCounted], frozen=True, kw_only=True):
    """``on_hand`` are there, whatever was thought before. ``was``: how many whoever counted had seen; None: however
    many.

    Safe beside orders: it waits for those that reserve or release, and they see what was counted.
    Refuses: NotFound, ChangedMeanwhile (others were there than ``was``), InputInvalid (fewer than open orders were
    promised).
    """

    stock_id: int
    on_hand: int
    was: int | None = None

    def needs(self) -> Needs:
        return Needs(stock=(self.stock_id,))

    def decide(self, state: State, context: Context) -> StockCounted:
        stock = stock_in(state, self, self.stock_id)
        if self.was not in (None, stock.on_hand):
            raise ChangedMeanwhile("stock", str(stock.item_id))
        require_enough(stock.reserved, self.on_hand)
        after = msgspec.structs.replace(stock, on_hand=self.on_hand, updated_at=context.now)
        state.stock.update(after)
        return StockCounted(after, stock.on_hand)

    def audited(self, answer: StockCounted) -> dict[str, Any]:
        return {"on_hand": [answer.was, answer.stock.on_hand]}

    def identify(self, answer: StockCounted) -> Made:
        return Made(target=str(self.stock_id))

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> StockCounted:
        stock = await stock_now(connection, merchant_id, made.target)
        return StockCounted(stock, stock.on_hand)


def require_enough(reserved: int, on_hand: int) -> None:
    """Refuses InputInvalid: fewer were counted than open orders were promised."""
    if on_hand < reserved:
        text = f"{reserved} are promised to open orders: not fewer can be there, cancel some first"
        raise InputInvalid({"on_hand": [text]})


def stock_in(state: State, command: Command[Any], stock_id: int) -> Stock:
    """A row of the command's environment, locked. Refuses NotFound."""
    found = state.stock.get(command.merchant_id, stock_id)
    if found is None or found.environment != command.environment:
        raise NotFound("stock", str(stock_id))
    return found


async def stock_now(connection: Connection, merchant_id: int, stock_id: str) -> Stock:
    """A row as it is now. Refuses NotFound."""
    found = await sql.by_id(connection, merchant_id, int(stock_id))
    if found is None:
        raise NotFound("stock", stock_id)
    return found
