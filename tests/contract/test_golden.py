"""Recorded exchanges: every file in a door's ``golden/`` is sent to a demo shop and answered as recorded.

Files run in name order, one shop per door. ``{door.key}`` stands for a value of demo.json, ``{saved.name}`` for what an
earlier file saved. In an expected body ``<any> <int> <string> <datetime> <uuid> <re:…>`` match; everything else must be
equal, no key more and none less.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from gerai.app import DIALECTS
from gerai.demo.shop import open_demo
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine

_PLACE = re.compile(r"\{(\w+)\.(\w+)\}")
_RESPONSE_KEYS = {"status", "headers", "body"}

Known = dict[str, dict[str, Any]]


def fill(value: Any, known: Known) -> Any:
    """Placeholders replaced; a text that is one placeholder takes the value's type."""
    if isinstance(value, dict):
        return {name: fill(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if (whole := _PLACE.fullmatch(value)) and whole[1] in known:
        return known[whole[1]][whole[2]]
    return _PLACE.sub(lambda m: str(known[m[1]][m[2]]) if m[1] in known else m[0], value)


def differences(expected: Any, got: Any, path: str = "") -> list[str]:
    """Where the answer is not what was recorded."""
    if isinstance(expected, dict) and isinstance(got, dict):
        found = [f"{path}/{name}: missing or extra" for name in sorted(set(expected) ^ set(got))]
        return found + [d for n in expected if n in got for d in differences(expected[n], got[n], f"{path}/{n}")]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [d for i, (e, g) in enumerate(zip(expected, got, strict=True)) for d in differences(e, g, f"{path}/{i}")]
    if isinstance(expected, str) and expected.startswith("<") and expected.endswith(">"):
        return [] if matches(expected, got) else [f"{path}: {got!r} is not {expected}"]
    return [] if type(expected) is type(got) and expected == got else [f"{path}: {got!r} is not {expected!r}"]


def matches(matcher: str, got: Any) -> bool:
    """Whether a value is what a matcher asks for."""
    if matcher == "<any>":
        return True
    if matcher == "<int>":
        return isinstance(got, int) and not isinstance(got, bool)
    if not isinstance(got, str):
        return False
    try:
        match matcher:
            case "<datetime>":
                datetime.fromisoformat(got)
                return True
            case "<uuid>":
                return str(UUID(got)) == got
            case "<string>":
                return True
            case _:
                return re.fullmatch(matcher[4:-1], got) is not None
    except ValueError:
        return False


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_every_recorded_exchange(dialect: Dialect, engine: Engine, client: httpx.AsyncClient) -> None:
    """The seeds' examples and the rest of a door's golden files hold: status, named headers and body."""
    known: Known = {**await open_demo(engine), "saved": {}}
    assert dialect.openapi is not None
    files = sorted(dialect.openapi.with_name("golden").glob("*.json"))

    assert len(files) >= 15
    for file in files:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        asked = fill(recorded["request"], known)
        raw = (
            {"content": asked["raw"].encode()} if "raw" in asked else {"json": asked["body"]} if "body" in asked else {}
        )
        answer = await client.request(asked["method"], asked["path"], headers=asked.get("headers", {}), **raw)
        wanted = recorded["response"]

        assert set(wanted) <= _RESPONSE_KEYS, file.name
        assert answer.status_code == wanted["status"], (file.name, answer.text)
        assert differences(fill(wanted["body"], known), answer.json()) == [], file.name
        for name, value in fill(wanted.get("headers", {}), known).items():
            assert differences(value, answer.headers.get(name), name) == [], file.name
        for name, pointer in recorded.get("save", {}).items():
            found: Any = answer.json()
            for part in pointer.strip("/").split("/"):
                found = found[int(part)] if isinstance(found, list) else found[part]
            known["saved"][name] = found


def test_a_wrong_answer_is_seen() -> None:
    """The comparison itself: another value, type, key or length is a difference, at every depth."""
    assert differences({"a": ["<int>", "x"]}, {"a": [1, "x"]}) == []
    assert differences({"a": 1}, {"a": 1, "b": 2}) == ["/b: missing or extra"]
    assert differences({"a": 1}, {"a": True}) == ["/a: True is not 1"]
    assert differences({"a": ["<uuid>"]}, {"a": ["nope"]}) == ["/a/0: 'nope' is not <uuid>"]
    assert differences([1], [1, 2]) == [": [1, 2] is not [1]"]
