"""The state tables: legal moves arrive, every other pair is refused, and the page says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from gerai.domain.describe import states_page
from gerai.domain.refusals import Conflict, StateConflict
from gerai.domain.state_table import StateTable
from gerai.domain.states import DEPOSIT, FULFILMENT, INVOICE, ORDER, PAYMENT, REFUND, SHIPMENT, TABLES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "states.md"

LEGAL = [(table, *move) for table in TABLES for move in table.moves]
ILLEGAL = [
    (table, state, verb)
    for table in TABLES
    for state in sorted(table.states)
    for verb in sorted(table.verbs)
    if (state, verb) not in {(source, v) for source, v, _ in table.moves}
]


@pytest.mark.parametrize(("table", "source", "verb", "target"), LEGAL, ids=lambda value: getattr(value, "thing", value))
def test_a_legal_move_arrives(table: StateTable, source: str, verb: str, target: str) -> None:
    """A move of the table is possible and leads where the table says."""
    assert table.can(source, verb)
    assert table.move(source, verb) == target


@pytest.mark.parametrize(("table", "state", "verb"), ILLEGAL, ids=lambda value: getattr(value, "thing", value))
def test_an_illegal_pair_is_refused(table: StateTable, state: str, verb: str) -> None:
    """Every pair of state and verb that the table lacks is refused, and the refusal names thing, id, state and verb."""
    assert not table.can(state, verb)
    with pytest.raises(StateConflict) as refused:
        table.move(state, verb, "the-id")
    assert refused.value.all == (Conflict(table.thing, "the-id", state, verb),)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.thing)
def test_unknown_states_and_verbs_are_refused(table: StateTable) -> None:
    """A state or verb nobody has heard of is refused like any other illegal pair."""
    for state, verb in [("no such state", next(iter(table.verbs))), (next(iter(table.states)), "no such verb")]:
        with pytest.raises(StateConflict):
            table.move(state, verb)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.thing)
def test_every_state_can_be_reached(table: StateTable) -> None:
    """From the initial states, the moves lead to every state of the table."""
    reached = set(table.initial)
    while True:
        further = {target for source, _, target in table.moves if source in reached} - reached
        if not further:
            break
        reached |= further
    assert reached == table.states


def test_final_states_are_final() -> None:
    """What has ended stays ended: these states, and no others, have no way out. A refund may be withdrawn until it was
    sent, and its invoice and payment are then what they were; one that was sent, or withdrawn, is over."""
    assert ORDER.final == {"cancelled", "partial", "failed", "closed"}
    assert INVOICE.final == {"cancelled"}
    assert PAYMENT.final == set()
    assert REFUND.final == {"done", "withdrawn"}
    assert FULFILMENT.final == {"succeeded", "partial", "failed", "cancelled"}
    assert DEPOSIT.final == {"succeeded"}
    assert SHIPMENT.final == {"delivered", "returned"}


def test_a_table_with_two_ways_for_one_verb_is_refused() -> None:
    """A table that would leave open where a verb leads cannot be made."""
    with pytest.raises(ValueError, match="thing: two ways to go from here"):
        StateTable("thing", frozenset({"here"}), (("here", "go", "there"), ("here", "go", "elsewhere")))


def test_the_page_of_states_is_printed_from_the_tables() -> None:
    """docs/reference/states.md is exactly what `python -m gerai.domain.describe states` prints."""
    assert PAGE.read_text(encoding="utf-8") == states_page()


def test_steps_before_a_parcel_leaves_may_be_skipped() -> None:
    """From ``confirmed`` on an order goes to every later step on the way to its parcel's leaving in one move: who may
    skip two may skip one. What nobody has confirmed does not leave."""
    way = ("confirmed", "processing", "ready", "shipped")
    for at, state in enumerate(way):
        for later in way[at + 1 :]:
            assert ORDER.verb(state, later) is not None, (state, later)
    for state in ("draft", "pending"):
        for later in ("ready", "shipped"):
            assert ORDER.verb(state, later) is None, (state, later)
