"""The console's own words: whatever a list or a form lets one choose, and every state, has a name in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from gerai.app import MERCHANT_SETTINGS
from gerai.domain import states
from gerai.domain.state_table import StateTable
from gerai.doors.console.cells import cell
from gerai.doors.console.inputs import inputs_of
from gerai.doors.console.words import DeskWords
from gerai.doors.http.language import Language
from gerai.engine.check import INVARIANTS
from gerai.engine.desk import acts as acts_package
from gerai.engine.desk.book_words import name_of, stated_by
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


def keys_in(node: ast.AST) -> set[str]:
    """The names that dicts in it give to their values."""
    dicts = (one for one in ast.walk(node) if isinstance(one, ast.Dict))
    return {
        key.value for one in dicts for key in one.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def told_by(tree: ast.Module) -> set[str]:
    """What an act tells beside what it did: what its ``Done`` has as ``details``, there or under a name."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Done"]
    given = [word.value for call in calls for word in call.keywords if word.arg == "details"]
    named = {node.id for value in given for node in ast.walk(value) if isinstance(node, ast.Name)}
    named = {name for name in named if not name.isupper()}
    found = set().union(*map(keys_in, given)) if given else set[str]()
    for node in ast.walk(tree):
        targets: list[Any] = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else targets
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            found |= keys_in(node.value) if any(getattr(one, "id", "") in named for one in targets) else set()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in named:
            found |= keys_in(node)
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_whatever_an_act_tells_has_a_name(language: Language) -> None:
    """The facts that are shown after an act are called by words of the reader's."""
    words, folder = DeskWords(language), Path(acts_package.__file__ or "").parent
    told = {file.stem: told_by(ast.parse(file.read_text(encoding="utf-8"))) for file in folder.glob("*.py")}
    assert {"taken", "took_ms"} <= told["try_webhook"]
    assert {"order", "order_status", "payment", "payment_status"} <= told["confirm_payment"]
    assert {"code", "status", "order"} <= told["book_arrival"]
    known = {f"{name} {key}" for name, keys in told.items() for key in keys if not words.knows("detail", key)}
    assert known == set()


def test_whatever_must_be_true_is_said_in_both_languages() -> None:
    """Each invariant of the books has a name and a statement in each language; one of an earlier version goes by its
    own name."""
    for one in INVARIANTS:
        name, stated = name_of(one.name), stated_by(one.name)
        assert stated.en == one.description
        assert len({name.id, name.en, one.name}) == len({stated.id, stated.en, ""}) == 3, one.name
    assert len({name_of(one.name).id for one in INVARIANTS}) == len(INVARIANTS)
    assert (name_of("gone").id, stated_by("gone").id) == ("gone", "")


def test_every_setting_is_explained_in_both_languages() -> None:
    """What it does, and what fits, as far as that is words."""
    for one in MERCHANT_SETTINGS.by_name.values():
        assert one.help.id != one.help.en, one.name
        assert (" or " in one.takes.en) == (" atau " in one.takes.id), one.name
