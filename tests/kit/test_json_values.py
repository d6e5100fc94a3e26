"""What a JSON value is, and what a pointer finds in it."""

from __future__ import annotations

from typing import Any

import pytest

from gerai.kit.json_values import at_pointer, is_array, is_object


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/a/b~1c/0", 5),
        ("#/a/b~1c/0", 5),
        ("/a/m~0n", "x"),
        ("/a/b~1c/7", None),
        ("/a/b~1c/-1", None),
        ("/a/b~1c/x", None),
        ("/a/m~0n/0", None),
        ("/nothing/here", None),
        ("", {"a": {"b/c": [5], "m~n": "x"}}),
        ("#", {"a": {"b/c": [5], "m~n": "x"}}),
    ],
)
def test_json_pointers(pointer: str, found: Any) -> None:
    """RFC 6901, leading nowhere without an error."""
    assert at_pointer({"a": {"b/c": [5], "m~n": "x"}}, pointer) == found


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "", "{}", [], {}])
def test_a_value_is_an_object_or_an_array_or_neither(value: Any) -> None:
    """Only a dict is an object, only a list is an array."""
    assert (is_object(value), is_array(value)) == (value == {}, value == [])
