"""The console's own words: whatever a list or a form lets one choose, and every state, has a name in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest

from gerai.domain import states
from gerai.domain.state_table import StateTable
from gerai.doors.console.cells import cell, inputs_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http.language import Language
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.registry import acts, views


def choices(words: DeskWords) -> Iterator[tuple[str, str, str]]:
    """Of every filter and form: the field, a value, and how it is called."""
    structs = chain((view.filter for view in views().values()), (act.input for act in acts().values()))
    for struct in structs:
        for field in inputs_of(struct, words, {}, {}, example_of):
            yield from ((field.name, value, text) for value, text in field.choices if field.kind == "choice")


def named(words: DeskWords, name: str, value: str) -> bool:
    """Whether the catalogue has a word for this value of this field."""
    return words.knows(name, value) or (name.endswith("status") and words.knows("status", value))


@pytest.mark.parametrize("language", ["id", "en"])
def test_whatever_can_be_chosen_has_a_name(language: Language) -> None:
    """No form shows a word of the code."""
    words = DeskWords(language)
    found = list(choices(words))
    assert ("status", "late") in {(name, value) for name, value, _ in found}
    assert {f"{name}.{value}" for name, value, _ in found if not named(words, name, value)} == set()


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_state_has_a_name(language: Language) -> None:
    """Of every machine of the engine, as its pill says it; also where a list calls its state otherwise."""
    words = DeskWords(language)
    tables = [table for table in vars(states).values() if isinstance(table, StateTable)]
    every = {state for table in tables for state in table.states}
    assert {"draft", "mismatch", "in_transit", "withdrawn"} <= every
    assert {state for state in every if not words.knows("status", state)} == set()
    assert {cell("state", state, words).text for state in ("active", "disabled", "live")} == (
        {"Aktif", "Mati"} if language == "id" else {"Active", "Disabled", "Live"}
    )
