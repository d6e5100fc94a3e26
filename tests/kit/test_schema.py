"""The schema checker says what Ajv 8 says: its texts, its order, its pointers (contracts, ruling on schema texts)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.kit.schema import Schema, SchemaUnusable
from gerai.kit.schema_fault import Faults

#: What the real Ajv 8.20 (with ajv-formats, ``allErrors: true``) answered: schema, data, errors.
TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parent / "ajv_table.json").read_text())


@pytest.mark.parametrize("case", TABLE, ids=[str(i) for i in range(len(TABLE))])
def test_says_what_ajv_says(case: dict[str, Any]) -> None:
    """Same errors, same words, same order, each as ``<JSON pointer>: <text>`` with the root written ``/``."""
    assert Schema(case["schema"]).errors(case["data"]) == case["errors"]


def test_the_seed_text() -> None:
    """The seed's only validation example, to the letter."""
    schema = {"type": "object", "properties": {"imeis": {"type": "array", "minItems": 1}}, "required": ["imeis"]}
    assert Schema(schema).errors({"imeis": []}) == ["/imeis: must NOT have fewer than 1 items"]


@pytest.mark.parametrize(
    "document",
    [
        {"type": "strin"},
        {"pattern": "["},
        {"items": [{}]},
        {"$ref": "#/nowhere"},
        {"$ref": "https://example.com/schema"},
        {"$dynamicRef": "#x"},
        {"$schema": "https://example.com/own-draft"},
        {"properties": {"a": 5}},
    ],
)
def test_a_document_that_is_no_schema_is_refused_when_it_is_compiled(document: dict[str, Any]) -> None:
    """A service with a schema nobody can stand behind must not be published: it fails at compile time."""
    with pytest.raises(SchemaUnusable):
        Schema(document)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 6) | st.sampled_from(["", "a", "ab", "12", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "1"]), inner, max_size=3),
    max_leaves=6,
)
_TYPES = st.sampled_from(["string", "number", "integer", "array", "object", "null", "boolean"])


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    small = st.integers(0, 3)
    names = st.lists(st.sampled_from(["a", "b", "1"]), max_size=2, unique=True)
    by_name = st.dictionaries(st.sampled_from(["a", "b", "1"]), inner, max_size=2)
    branches = st.lists(inner, min_size=1, max_size=3)
    optional: dict[str, st.SearchStrategy[Any]] = {
        "type": _TYPES | st.lists(_TYPES, min_size=1, max_size=2, unique=True),
        "minimum": small, "exclusiveMaximum": small, "multipleOf": st.integers(1, 3),
        "minLength": small, "maxLength": small, "pattern": st.sampled_from(["^a", "[0-9]$"]),
        "minItems": small, "maxItems": small, "uniqueItems": st.booleans(), "items": inner,
        "prefixItems": branches, "contains": inner, "minContains": small, "maxContains": small,
        "required": names, "minProperties": small, "properties": by_name, "additionalProperties": inner,
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "1"]), inner, max_size=1),
        "propertyNames": inner, "dependentSchemas": by_name,
        "dependentRequired": st.dictionaries(st.sampled_from(["a", "b"]), names, max_size=2),
        "anyOf": branches, "oneOf": branches, "allOf": branches, "not": inner,
        "if": inner, "then": inner, "else": inner, "const": _VALUES, "enum": st.lists(_VALUES, min_size=1, max_size=3),
    }  # fmt: skip
    chosen = st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True)
    return chosen.flatmap(lambda keys: st.fixed_dictionaries({key: optional[key] for key in keys}))


@given(schema=st.recursive(st.booleans(), _schemas, max_leaves=5), data=_VALUES)
def test_the_walk_and_the_judge_never_disagree(schema: Any, data: Any) -> None:
    """The texts come from our walk, the verdict from jsonschema_rs: an invalid document always gets at least one
    text, a valid one never does, whatever the schema."""
    compiled = Schema(schema)
    found = Faults([10**9])
    compiled._walk(data, "", found)
    assert (not found) == jsonschema_rs.Draft202012Validator(schema).is_valid(data)
