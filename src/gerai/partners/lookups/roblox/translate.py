"""Roblox's answers, read strictly: what is there, what is not, and what makes no sense.

Pure functions over decoded JSON. ``None`` means that it does not exist at Roblox; :class:`Nonsense` means an
answer that cannot be understood, which proves nothing about the order.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec


class Nonsense(Exception):
    """The answer has not the shape we know."""


class User(msgspec.Struct, frozen=True):
    """A Roblox account. ``name`` is the current name, which may differ from the one asked for."""

    user_id: int
    name: str


class Pass(msgspec.Struct, frozen=True):
    """A game pass as its product info shows it. ``price_robux`` is None when it has no usable price."""

    pass_id: int
    name: str
    for_sale: bool
    price_robux: int | None


class PassPage(msgspec.Struct, frozen=True):
    """One page of a universe's passes."""

    pass_ids: frozenset[int]
    cursor: str


def user(payload: Any, username: str) -> User | None:
    """The entry for ``username``; an unknown name is simply not in the list."""
    wanted = username.lower()
    for entry in _list(_object(payload), "data"):
        found = _object(entry)
        if _text(found, "requestedUsername").lower() == wanted:
            return User(_positive(found, "id"), _text(found, "name"))
    return None


def universe(payload: Any) -> int | None:
    """The universe of a place; null stands for a place that does not exist."""
    found = _object(payload)
    if "universeId" not in found:
        raise Nonsense("no universeId")
    return None if found["universeId"] is None else _positive(found, "universeId")


def game_pass(payload: Any) -> Pass:
    """Product info of a pass. ``PriceInRobux`` is null off sale, so ``IsForSale`` is read first."""
    found = _object(payload)
    for_sale = found.get("IsForSale")
    if not isinstance(for_sale, bool):
        raise Nonsense("no IsForSale")
    price = found.get("PriceInRobux")
    usable = isinstance(price, int) and not isinstance(price, bool) and price > 0
    return Pass(_positive(found, "TargetId"), _text(found, "Name"), for_sale, cast("int", price) if usable else None)


def passes(payload: Any) -> PassPage:
    """A page of the passes of a universe, and the cursor of the next page ("" on the last)."""
    found = _object(payload)
    ids = frozenset(_positive(_object(entry), "gamePassId") for entry in _list(found, "gamePasses"))
    cursor = found.get("cursor")
    return PassPage(ids, cursor if isinstance(cursor, str) else "")


def private_servers_enabled(payload: Any) -> bool:
    """Whether a universe sells private servers."""
    enabled = _object(payload).get("privateServersEnabled")
    if not isinstance(enabled, bool):
        raise Nonsense("no privateServersEnabled")
    return enabled


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Nonsense("not an object")
    return cast("dict[str, Any]", value)


def _list(found: dict[str, Any], name: str) -> list[Any]:
    value = found.get(name)
    if not isinstance(value, list):
        raise Nonsense(f"no {name}")
    return cast("list[Any]", value)


def _positive(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise Nonsense(f"no {name}")
    return value


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise Nonsense(f"no {name}")
    return value
