"""What all commands about one order have in common."""

from __future__ import annotations

from gerai.domain.records import Order, OrderView
from gerai.domain.refusals import NotFound
from gerai.engine.command import Command, Needs
from gerai.engine.made import Made
from gerai.engine.orders.find import order_now
from gerai.engine.state import State
from gerai.store.connection import Connection


class OrderCommand(Command[OrderView], frozen=True, kw_only=True):
    """Base of what may move an order and its money: it sees all that the order holds, and returns it as it stands."""

    order_id: int

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), wallets_of_orders=True, stock_of_orders=True)

    def order(self, state: State) -> Order:
        """The order. NotFound also when it is of the other environment."""
        order = state.order(self.merchant_id, self.order_id)
        if order.environment != self.environment:
            raise NotFound("order", str(self.order_id))
        return order

    def identify(self, answer: OrderView) -> Made:
        return Made(order_id=answer.order.order_id)

    @classmethod
    async def reload(cls, connection: Connection, merchant_id: int, made: Made) -> OrderView:
        return await order_now(connection, merchant_id, made.order_id)
