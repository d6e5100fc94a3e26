"""Refusals: concrete classes with stable codes, whose facts are their fields and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_type_hints

import pytest

from gerai.domain import refusals
from gerai.domain.refusals import Broken, Conflict, Kind, Refusal, every_refusal


def an_example(refusal: type[Refusal]) -> Refusal:
    """An instance with a plausible value in every field."""
    samples: dict[Any, Any] = {
        str: "x", int: 1, tuple[str, ...]: ("x",), dict[str, list[str]]: {"field": ["wrong"]},
        tuple[Conflict, ...]: (Conflict("order", "1", "shipped", "cancel"),),
    }  # fmt: skip
    hints = get_type_hints(refusal)
    return refusal(**{field.name: samples[hints[field.name]] for field in fields(refusal)})


def test_every_class_is_found() -> None:
    """The walk finds every subclass of every module of the package, each of them a public name of it: none is hidden
    below another one, or in a family that nobody asks."""
    modules = [import_module(f"{refusals.__name__}.{found.name}") for found in iter_modules(refusals.__path__)]
    assert len(modules) > 5
    declared = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal
    }
    assert set(every_refusal()) == declared
    assert len(every_refusal()) == len(declared)
    assert {refusal.__name__ for refusal in declared} <= set(refusals.__all__)


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_concrete(refusal: type[Refusal]) -> None:
    """It has a code of its own, a kind, a docstring-worthy name, and can be made from its fields."""
    assert is_dataclass(refusal)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", refusal.code)
    assert "code" in vars(refusal)
    assert isinstance(refusal.kind, Kind)
    made = an_example(refusal)
    assert isinstance(made, Exception)
    assert made.facts() == {field.name: getattr(made, field.name) for field in fields(refusal)}
    assert str(made).startswith(refusal.code)


def test_codes_are_unique() -> None:
    """A code names one refusal, so that a log line or a metric does too."""
    codes = [refusal.code for refusal in every_refusal()]
    assert len(codes) == len(set(codes))


def test_what_may_be_tried_again_unchanged() -> None:
    """Exactly these say that the same request may succeed later."""
    assert {refusal.code for refusal in every_refusal() if refusal.retryable} == {
        "body_incomplete",
        "rate_limited",
        "partner_unavailable",
        "busy",
        "broken",
    }


def test_refusals_are_not_equal_by_their_facts() -> None:
    """Two refusals are two events, even with the same facts."""
    assert Broken("a") != Broken("a")
