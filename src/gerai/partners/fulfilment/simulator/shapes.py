"""What the simulated provider returns: made-up results in the shapes clients of such services read."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from gerai.kit.json_values import is_object
from gerai.ports.fulfilment import WorkRequest

#: What a result can look like; the first where nothing else is set.
SHAPES: Final = ("status", "history", "barcode")
_ACTIONS = ("Terdaftar", "Blokir", "Buka blokir")


def name_of(item: Any) -> str:
    """What an item is called: itself, or the first text in it (an object's IMEI)."""
    if is_object(item):
        return next((value for value in item.values() if isinstance(value, str)), "")
    return item if isinstance(item, str) else str(item)


def ending(item: Any) -> str:
    """The last four characters of an item's name: they decide what happens to it."""
    return name_of(item)[-4:]


def shape(kind: str, request: WorkRequest, good: list[bool]) -> Any:
    """The result of an order of which at least one item succeeded.

    ``status``: ``{"status": …}`` for one item, else one entry for each; ``history``: one entry for each item that
    succeeded; ``barcode``: ``{"items": [{"url": …}]}`` of those.
    """
    done = [name_of(item) for item, ok in zip(request.items, good, strict=True) if ok]
    if kind == "history":
        return [{"imei": name, "history": _history(name)} for name in done]
    if kind == "barcode":
        return {"items": [{"url": f"https://barcode.example/{_digest(name)[:24]}.png"} for name in done]}
    if len(good) == 1:
        return {"status": "registered"}
    names = [name_of(item) for item in request.items]
    return [{"imei": name, "status": "registered" if ok else "failed"} for name, ok in zip(names, good, strict=True)]


def _history(name: str) -> list[dict[str, Any]]:
    digest = _digest(name)
    day = int(digest[:4], 16) % 28 + 1
    return [
        {
            "no": number,
            "date": f"2026-0{number}-{day:02d}",
            "imei": name,
            "imsi": f"51010{int(digest[4:16], 16) % 10**10:010d}",
            "action": action,
            "note": "-",
        }
        for number, action in enumerate(_ACTIONS[: int(digest[-1], 16) % 3 + 1], start=1)
    ]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
