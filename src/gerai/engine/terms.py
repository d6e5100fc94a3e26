"""What the orders of a batch are found by, as it changes with them: written in their own transaction, so that a search
finds everything that was acknowledged."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gerai.domain.records import Order, OrderTerm
from gerai.domain.search_terms import records, states_of, terms_of
from gerai.engine.rows import Key, Rows
from gerai.engine.state import State

Row = TypeVar("Row", bound=msgspec.Struct)


def changed_terms(state: State) -> tuple[list[OrderTerm], list[OrderTerm]]:
    """Terms to remove, and new ones."""
    gone: list[OrderTerm] = []
    new: list[OrderTerm] = []
    orders = state.orders
    for key, order in orders.inserted.items():
        new += records(order, terms_of(order) + _states_now(state, key, order))
    around = (state.invoices, state.fulfilments, state.shipments)
    touched = {*orders.updated}.union(*(rows.updated for rows in around), *(rows.inserted for rows in around))
    for key in touched.difference(orders.inserted):
        order = orders.rows[key]
        was = orders.loaded.get(key, order)
        before, after = _states_before(state, key, was), _states_now(state, key, order)
        # Nearly always the very same contact: what changes of an order is its state.
        if order.contact is not was.contact or order.reference != was.reference or order.number != was.number:
            before, after = terms_of(was) + before, terms_of(order) + after
        if before != after:
            gone += records(order, [term for term in before if term not in after])
            new += records(order, [term for term in after if term not in before])
    return gone, new


def _states_now(state: State, key: Key, order: Order) -> list[str]:
    return states_of(
        order, state.invoices.rows.get(key), state.fulfilments.rows.get(key), state.shipments.rows.get(key)
    )


def _states_before(state: State, key: Key, order: Order) -> list[str]:
    return states_of(
        order, _before(state.invoices, key), _before(state.fulfilments, key), _before(state.shipments, key)
    )


def _before(rows: Rows[Row], key: Key) -> Row | None:
    """The row as the database has it."""
    return None if key in rows.inserted else rows.loaded.get(key) or rows.rows.get(key)
