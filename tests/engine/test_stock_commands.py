"""Counting and moving, decided one after the other: no piece appears or is lost but by a count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.records import Stock
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.engine.stock.count import CountStock
from gerai.engine.stock.move import MoveStock

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
MINE: dict[str, Any] = {"merchant_id": 1, "environment": "production"}


@dataclass
class Moment:
    """All that these commands ask of a context."""

    now: datetime = LATER


def shop(*rows: tuple[int, int]) -> State:
    """(on hand, reserved) of one item in warehouses 1, 2 …"""
    state = State()
    state.stock.load([Stock(1, n, "production", 7, n, have, held, NOW) for n, (have, held) in enumerate(rows, 1)])
    return state


def decide(state: State, command: Any) -> Any:
    """The answer, or the refusal with all its changes taken back."""
    try:
        answer = command.decide(state, cast("Context", Moment()))
    except (InputInvalid, ChangedMeanwhile) as refusal:
        state.rollback_command()
        return refusal
    state.commit_command()
    return answer


def figures(state: State) -> list[tuple[int, int]]:
    """(on hand, reserved) by warehouse."""
    return [(row.on_hand, row.reserved) for row in state.stock.rows.values()]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("count"), st.integers(1, 3), st.integers(0, 12)),
        st.tuples(st.just("move"), st.permutations([1, 2, 3]), st.integers(1, 12)),
    ),
    max_size=30,
)


@given(steps=STEPS, held=st.tuples(*[st.integers(0, 5)] * 3))
def test_pieces_are_where_somebody_put_them(steps: list[Any], held: tuple[int, int, int]) -> None:
    """Whatever is counted and moved: what is promised stays and is there, a move keeps the sum, a count is exact, and
    what is refused changes nothing."""
    state = shop(*((number + 3, number) for number in held))
    there = [number + 3 for number in held]
    for what, where, number in steps:
        if what == "count":
            answer = decide(state, CountStock(**MINE, stock_id=where, on_hand=number))
            if number >= held[where - 1]:
                assert (answer.was, answer.stock.on_hand, answer.stock.updated_at) == (there[where - 1], number, LATER)
                there[where - 1] = number
            else:
                assert isinstance(answer, InputInvalid)
        else:
            source, target, _ = where
            answer = decide(state, MoveStock(**MINE, stock_id=source, to_stock_id=target, quantity=number))
            if number <= there[source - 1] - held[source - 1]:
                there[source - 1] -= number
                there[target - 1] += number
                assert (answer.source.on_hand, answer.target.on_hand) == (there[source - 1], there[target - 1])
            else:
                assert isinstance(answer, InputInvalid)
        assert figures(state) == [*zip(there, held, strict=True)]


def test_a_count_that_was_seen_otherwise_is_refused() -> None:
    """Other pieces were there than whoever counted had seen."""
    state = shop((10, 2))
    assert isinstance(decide(state, CountStock(**MINE, stock_id=1, on_hand=9, was=11)), ChangedMeanwhile)
    assert figures(state) == [(10, 2)]
    assert decide(state, CountStock(**MINE, stock_id=1, on_hand=9, was=10)).stock.on_hand == 9


def test_a_row_of_another_environment_is_not_there() -> None:
    """What stands in production is not counted or moved in the sandbox, and what is nowhere is not either."""
    state, elsewhere = shop((10, 0), (10, 0)), {"merchant_id": 1, "environment": "sandbox"}
    with pytest.raises(NotFound):
        decide(state, CountStock(**elsewhere, stock_id=1, on_hand=1))
    with pytest.raises(NotFound):
        decide(state, MoveStock(**elsewhere, stock_id=1, to_stock_id=2, quantity=1))
    with pytest.raises(NotFound):
        decide(state, CountStock(**MINE, stock_id=3, on_hand=1))
    assert figures(state) == [(10, 0), (10, 0)]


def test_no_warehouse_holds_more_than_its_column() -> None:
    """A move that would make more than a thousand million is refused."""
    state = shop((5, 0), (1_000_000_000 - 4, 0))
    refused = decide(state, MoveStock(**MINE, stock_id=1, to_stock_id=2, quantity=5))
    assert "more than 1000000000" in str(refused)
    assert decide(state, MoveStock(**MINE, stock_id=1, to_stock_id=2, quantity=4)).target.on_hand == 1_000_000_000
