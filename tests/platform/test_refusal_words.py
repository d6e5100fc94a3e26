"""Refusals at the terminal: one sentence in rupiah, whatever is refused."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_type_hints

import pytest
from terminal_kit import gerai_here as gerai
from test_names import commands_with_options
from test_orders_command import available, placed

from gerai.domain import states
from gerai.domain.refusals import Refusal, StateConflict, every_refusal
from gerai.engine.desk.refusal_words import sentence

_VALUES: dict[Any, Any] = {
    int: 150_000_00,
    str: "thing",
    tuple[str, ...]: ("a", "b"),
    dict[str, list[str]]: {"a": ["b"]},
}


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_is_a_sentence(refusal: type[Refusal]) -> None:
    """None shows its code with its facts, none says sen."""
    hints = get_type_hints(refusal.__init__)
    facts = {name: _VALUES[hints[name]] for name in inspect.signature(refusal).parameters if hints[name] in _VALUES}
    said = sentence(refusal(**facts))
    assert not re.search(r"[{}_]|\bsen\b", said), said
    assert len(said.splitlines()) == 1


_TABLES = [one for one in vars(states).values() if isinstance(one, states.StateTable)]


@pytest.mark.parametrize("table", _TABLES, ids=lambda table: table.thing)
def test_what_a_state_forbids(table: states.StateTable) -> None:
    """Of every state and verb there is: the thing by its name, or by its order's, and "cannot be" before a participle
    only. A word of the code is no English."""
    own = {"order", "payment", "deposit", "delivery", "refund", "notice"}
    called = table.thing if table.thing in own else f"the {table.thing} of order"
    right = re.compile(
        rf"{called} A-1 is [a-z ]+: "
        r"(it cannot be (\w+ed|paid|brought|withdrawn|taken|sent|made ready|given a number)"
        r"( again| back| on| to a wallet| (to|from) its gateway)?|"
        r"that is not possible now)"
    )
    verbs = [*table.verbs, "replay", "play", "pay again", "start another", "wallet"]
    # What is pending at webhooks goes out by itself; what a gateway sends has to be taken from it.
    stands = table.states - {"delivery": {"pending"}, "refund": {"sending"}}.get(table.thing, set())
    said = [sentence(StateConflict(table.thing, "A-1", state, verb)) for state in stands for verb in verbs]
    assert [one for one in said if not right.fullmatch(one)] == []


async def test_amounts_that_cannot_be_booked(dsn: str, merchant: Any) -> None:
    """Nothing, less than nothing, and more than the server takes: refused in a sentence with exit code 2, and nothing
    is booked."""
    member, of = await merchant.member(), ("--merchant", merchant.code)
    await placed(merchant, "A-1")
    await gerai(dsn, "payments", "confirm", "A-1", *of)
    for amount, said in (
        ("0", "0 is nothing: an amount is Rp1 or more"),
        ("Rp0", "Rp0 is nothing: an amount is Rp1 or more"),
        ("1000000000000001", "1000000000000001 is too much: at most Rp1.000.000.000.000.000"),
        ("9" * 40, f"{'9' * 40} is too much: at most Rp1.000.000.000.000.000"),
        ("-5", "not an amount in whole rupiah: -5; write 15000 or Rp15.000"),
    ):
        for command in (
            ("members", "topup", str(member.member_id), amount),
            ("payments", "refund", "A-1", f"--amount={amount}"),
        ):
            assert await gerai(dsn, *command, *of) == (2, "", f"gerai: {said}\n"), command
    assert await available(merchant, member) == 0


async def test_an_option_with_nothing_in_it(dsn: str, merchant: Any) -> None:
    """A script whose variable is not set does not book twice: every option that takes a text is refused when it is
    empty, in every command."""
    tried = 0
    for path, needed, option in commands_with_options():
        rc, out, err = await gerai(dsn, *path.split(), *needed, option, "")
        assert (rc, out) == (2, ""), (path, option, err)
        assert f"{option} is empty: give it a value, or leave it out" in err, (path, option)
        tried += 1
    assert tried > 40
