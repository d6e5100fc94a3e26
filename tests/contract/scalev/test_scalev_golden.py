"""The door's recorded exchanges: each is sent to a demo storefront and answered as recorded."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from scalev_shop import Shop

from gerai.doors.dialects import scalev

FOLDER = Path(scalev.__file__).with_name("golden")


def fill(value: Any, known: dict[str, dict[str, Any]]) -> Any:
    """Placeholders ``{scalev.key}`` and ``{saved.name}`` replaced; a text that is one placeholder takes its type."""
    if isinstance(value, dict):
        return {name: fill(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := re.fullmatch(r"\{(scalev|saved)\.(\w+)\}", value):
        return known[whole[1]][whole[2]]
    return re.sub(r"\{(scalev|saved)\.(\w+)\}", lambda m: str(known[m[1]][m[2]]), value)


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
    """``<any> <int> <string> <datetime> <uuid> <re:…>``."""
    if matcher == "<int>":
        return isinstance(got, int) and not isinstance(got, bool)
    if matcher == "<any>":
        return True
    if not isinstance(got, str):
        return False
    try:
        match matcher:
            case "<datetime>":
                return datetime.fromisoformat(got).tzinfo is not None
            case "<uuid>":
                return str(UUID(got)) == got
            case "<string>":
                return True
            case _:
                return re.fullmatch(matcher[4:-1], got) is not None
    except ValueError:
        return False


async def test_every_recorded_exchange(shop: Shop) -> None:
    """In name order, on one storefront: status and body as recorded, no key more and none less."""
    known: dict[str, dict[str, Any]] = {"scalev": shop.demo, "saved": {}}
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) == 30
    for file in files:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        asked = fill(recorded["request"], known)
        answer = await shop.client.request(
            asked["method"], asked["path"], headers=asked["headers"], json=asked.get("body")
        )
        body = answer.json()
        assert answer.status_code == recorded["response"]["status"], (file.name, body)
        assert differences(recorded["response"]["body"], body) == [], file.name
        for name, pointer in recorded.get("save", {}).items():
            found = body
            for step in pointer.split("/")[1:]:
                found = found[int(step)] if isinstance(found, list) else found[step]
            known["saved"][name] = found
