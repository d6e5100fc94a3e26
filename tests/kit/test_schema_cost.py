"""Checking a document takes time in proportion to its size, whatever the schema and the document."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gerai.kit.schema import Schema, SchemaUnusable
from gerai.kit.schema_cost import MOST_CHECKS, TooExpensive, check_cost


def chain(length: int, keyword: str = "allOf") -> dict[str, Any]:
    """Each part refers to the next one twice: 2 to the power of ``length`` checks of one value, in a few lines."""
    parts: dict[str, Any] = {
        f"p{n}": {keyword: [{"$ref": f"#/$defs/p{n + 1}"}, {"$ref": f"#/$defs/p{n + 1}"}]} for n in range(length)
    }
    return {"$ref": "#/$defs/p0", "$defs": parts | {f"p{length}": {"type": "string"}}}


UNBOUNDED: dict[str, Any] = {
    "itself": {"$ref": "#"},
    "each other": {"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}},
    "through a condition": {"if": {"then": {"$ref": "#"}}},
    "a chain of doubles": chain(30),
    "a chain of choices": chain(30, "oneOf"),
    "two ways down": {"anyOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]},
    "two ways to a member": {
        "properties": {"a": {"$ref": "#"}},
        "patternProperties": {"^a": {"$ref": "#"}},
    },
    "item and contains": {"items": {"$ref": "#"}, "contains": {"$ref": "#"}},
    "unevaluated looks twice": {
        "$defs": {"node": {"properties": {"a": {"$ref": "#"}}}},
        "allOf": [{"$ref": "#/$defs/node"}],
        "unevaluatedProperties": False,
    },
    "many alternatives": {"anyOf": [{"const": n} for n in range(MOST_CHECKS)]},
}


@pytest.mark.parametrize("document", UNBOUNDED.values(), ids=UNBOUNDED)
def test_schemas_without_a_bound_are_refused(document: dict[str, Any]) -> None:
    """At once, and with a text that says why; nothing is ever checked with them."""
    began = time.perf_counter()
    with pytest.raises(SchemaUnusable, match=r"could check one value more than|leads back to itself"):
        Schema(document)
    assert time.perf_counter() - began < 2


BOUNDED: dict[str, Any] = {
    "a tree": {"properties": {"children": {"items": {"$ref": "#"}}, "name": {"type": "string"}}},
    "a choice of 200": {"anyOf": [{"const": n} for n in range(200)]},
    "a short chain": chain(5),
    "a tuple": {"prefixItems": [{"$ref": "#"}, {"type": "string"}], "items": {"$ref": "#"}},
    "many members": {"properties": {f"p{n}": {"allOf": [{"type": "string"}, {"minLength": 1}]} for n in range(500)}},
    "malformed, for others to refuse": {"allOf": 5, "properties": [], "$ref": 7, "items": [[]], "if": "x"},
}


@pytest.mark.parametrize("document", BOUNDED.values(), ids=BOUNDED)
def test_ordinary_schemas_are_not(document: dict[str, Any]) -> None:
    """Recursion, choices and hundreds of members are fine."""
    check_cost(document)


def test_depth_is_bounded() -> None:
    """A schema nested beyond what the computer can follow."""
    document: dict[str, Any] = {}
    for _ in range(5_000):
        document = {"not": document}
    with pytest.raises(TooExpensive):
        check_cost(document)


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(?<!a)b", r"(a)\1"])
def test_patterns_that_need_backtracking_are_refused(pattern: str) -> None:
    """Also as the name of a member."""
    for document in ({"pattern": pattern}, {"patternProperties": {pattern: True}}):
        with pytest.raises(SchemaUnusable):
            Schema({"properties": {"x": document}})


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(a|a)*$", r"^(\w+\s?)*$"])
def test_patterns_run_in_linear_time(pattern: str) -> None:
    """A text of 250 kB against patterns for which 40 characters are enough elsewhere."""
    schema = Schema({"properties": {"-": {"pattern": pattern}}, "patternProperties": {pattern: False}})
    began = time.perf_counter()
    assert schema.errors({"-": "a" * 250_000 + "!", "a" * 250_000 + "!": 1}) == [f'/-: must match pattern "{pattern}"']
    assert time.perf_counter() - began < 1


IMEIS = {"properties": {"imeis": {"items": {"type": "string", "pattern": "^[0-9]{15}$"}}}}


def test_at_most_a_hundred_faults_are_told() -> None:
    """And how many more there are, or only that there are, when counting them all would be too much work."""
    found = Schema(IMEIS).errors({"imeis": ["x"] * 123})
    assert found[0] == '/imeis/0: must match pattern "^[0-9]{15}$"'
    assert found[99] == '/imeis/99: must match pattern "^[0-9]{15}$"'
    assert found[100:] == ["… and 23 more"]
    assert len(Schema(IMEIS).errors({"imeis": ["x"] * 100})) == 100
    assert Schema(IMEIS).errors({"imeis": ["x"] * 100_000})[100:] == ["… and more"]


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (IMEIS, {"imeis": ["x"] * 40_000}),
        ({"contains": {"type": "string"}}, [1] * 100_000),
        ({"uniqueItems": True}, [{"a": n} for n in range(30_000)] + [{"a": 1}]),
        ({"additionalProperties": False}, {str(n): 1 for n in range(30_000)}),
        ({"patternProperties": {f"{n}$": False for n in range(200)}}, {f"x{n}": 1 for n in range(30_000)}),
        ({"items": {"anyOf": [{"const": n} for n in range(200)]}}, ["x"] * 60_000),
        ({"unevaluatedItems": False}, [1] * 60_000),
        ({"propertyNames": {"maxLength": 1}}, {f"x{n}": 1 for n in range(30_000)}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_documents_are_answered_small_and_fast(schema: dict[str, Any], data: Any) -> None:
    """Some 250 kB of mistakes: about a hundred short lines, in a fraction of a second."""
    compiled = Schema(schema)
    began = time.perf_counter()
    found = compiled.errors(data)
    took = time.perf_counter() - began
    assert 1 <= len(found) <= 101
    assert sum(map(len, found)) < 20_000
    assert took < 2


def test_equal_items_are_found_as_before() -> None:
    """The last item that has an equal one, with the nearest before it; ``1`` is ``1.0`` and is not ``true``."""
    text = "/: must NOT have duplicate items (items ## {} and {} are identical)"
    assert Schema({"uniqueItems": True}).errors([1, True, 1.0, [2], [2.0], 1]) == [text.format(2, 5)]
    assert Schema({"uniqueItems": True}).errors([{"a": 1, "b": [0]}, 0, {"b": [0.0], "a": 1}]) == [text.format(0, 2)]
    assert Schema({"uniqueItems": True}).errors([0, False, [1], [True], {"a": 1}, {"a": True}, "1"]) == []


def test_long_names_are_cut() -> None:
    """What a client calls its members is not sent back a hundred times."""
    found = Schema({"additionalProperties": {"items": False}}).errors({"n" * 50_000: [1] * 200})
    assert max(map(len, found)) < 250
