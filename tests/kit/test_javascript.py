"""JSON as JavaScript prints it: numbers, the order of keys, and texts. The figures are ECMA-262's own rules."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.kit.javascript import number_text, stringify

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (200000.0, "200000"),
        (200000.5, "200000.5"),
        (-1.25, "-1.25"),
        (0.1, "0.1"),
        (1e20, "100000000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (0.000001, "0.000001"),
        (1e-7, "1e-7"),
        (1.25e-7, "1.25e-7"),
        (5e-324, "5e-324"),
        (float("inf"), "null"),
    ],
)
def test_numbers(number: float, text: str) -> None:
    """Shortest digits that give the same number, no ``.0``, an exponent only from 10^21 on and below 10^-6."""
    assert number_text(number) == text
    assert stringify(number).decode() == text


def test_integers_leave_as_they_came() -> None:
    """Ids beyond 2^53 are ids all the same: no digit of any integer changes."""
    body = b"[9007199254740993,-9007199254740993,1262024148939440249,123456789012345678901234567890,true,null]"
    assert stringify(json.loads(body)) == body


def test_keys_stay_in_their_order() -> None:
    """Also those that JavaScript would move to the front."""
    assert stringify({"b": 1, "10": 2, "a": {"z": 3, "9": 4}}) == b'{"b":1,"10":2,"a":{"z":3,"9":4}}'


def test_texts_are_escaped_no_more_than_needed() -> None:
    """Quotes, backslashes and control characters; slashes, DEL and everything beyond ASCII stay as they are."""
    text = '\x00\x1f\b\t\n\f\r"\\/\x7fé\u2028😀'
    assert stringify([text]).decode() == '["\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\x7fé\u2028😀"]'


@given(_JSON)
def test_printing_again_changes_nothing(value: Any) -> None:
    """What was printed, parsed and printed again, is the same text."""
    once = stringify(value)
    assert stringify(json.loads(once)) == once


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed: the figures above stand for it")
def test_node_agrees() -> None:
    """The real JSON.stringify(JSON.parse(text)) answers the very bytes."""
    numbers = [s * d * 10.0**e for s in (1, -1) for d in (1, 1.5, 9.007199254740993, 0.1 + 0.2) for e in range(-30, 31)]
    value = {
        "n": numbers,
        "i": [2**53 - 1, -(2**53) + 1],
        "k": {"1": 3, "b": 1, "01": 4},
        "t": "é\u2028\x07/",
    }
    script = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0))))"
    done = subprocess.run(["node", "-e", script], input=stringify(value), capture_output=True, timeout=30, check=True)
    assert done.stdout == stringify(value)
