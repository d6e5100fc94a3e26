"""Samples of schemas: made of what they say plainly."""

from __future__ import annotations

from typing import Any

import pytest

from gerai.kit.schema_sample import sample_of


@pytest.mark.parametrize(
    ("schema", "sample"),
    [
        ({"type": "string", "pattern": "^[0-9]{15}$"}, "0" * 15),
        ({"type": "string", "pattern": r"^\d{3}-[A-Z]{2}$"}, "000-AA"),
        ({"type": "string", "pattern": "^08[0-9]{8,11}$"}, "0800000000"),
        ({"type": "string", "pattern": "^(a|b)$"}, "contoh"), ({"type": "string", "pattern": "["}, "contoh"),
        ({"type": "string", "minLength": 8}, "contohxx"), ({"type": "string", "maxLength": 3}, "con"),
        ({"enum": ["a", "b"]}, "a"), ({"const": 5}, 5), ({"type": "string", "default": "x"}, "x"),
        ({"type": "string", "examples": ["y"]}, "y"), ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number", "maximum": -2}, -2), ({"type": "integer"}, 1), ({"type": "boolean"}, True),
        ({"type": "null"}, None), ({"type": ["integer", "null"]}, 1),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]), ({"type": "array"}, ["contoh"]),
        ({"properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}}}}, {"a": {"b": "contoh"}}),
        (True, "contoh"), (5, "contoh"), ({"type": "array", "minItems": 10**9}, ["contoh"] * 200),
    ],
)  # fmt: skip
def test_a_sample(schema: Any, sample: Any) -> None:
    """Of each kind."""
    assert sample_of(schema) == sample


def test_a_schema_without_end() -> None:
    """One that holds itself, or asks for lists of lists of lists, ends soon."""
    deep: dict[str, Any] = {"type": "object", "properties": {}}
    deep["properties"]["a"] = deep
    assert str(sample_of(deep)).count("a") < 20
