"""JSON columns are read as they were written, also what few readers take."""

from __future__ import annotations

import json

import pytest

from gerai.store.connection import decoded_json, open_blocking


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 2.5, true, null, "ü\\u00fc", {}]}',
        "123456789012345678901234567890",
        "-0.0",
        "12345678901234567890.5",
        "1e400",
        '"\\ud83d\\ude00"',
        '"\\ud800"',
    ],
)
def test_the_quick_reader_and_the_patient_one_agree(text: str) -> None:
    """Long integers, numbers beyond a float, pairs and halves of characters: all as the standard library reads them."""
    read, expected = decoded_json(text.encode()), json.loads(text)
    assert (read, type(read)) == (expected, type(expected))


def test_it_reads_the_columns(dsn: str) -> None:
    """The driver uses it, for json and jsonb, in text and in binary."""
    statement = 'SELECT \'{"n": 1e400, "a": [1]}\'::json, \'{"n": 123456789012345678901}\'::jsonb'
    with open_blocking(dsn) as connection:
        for binary in (False, True):
            row = connection.execute(statement, binary=binary).fetchone()
            assert row == ({"n": float("inf"), "a": [1]}, {"n": 123456789012345678901})
