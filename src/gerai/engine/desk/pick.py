"""What a field may name of a shop's things (``fields.py: refers``): those there are to choose from, while they are few,
and the one that somebody means by its code, name or number."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.desk.fields import Refers
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of, read_form
from gerai.engine.desk.registry import DeskCaller, View, look, views

#: So many can be looked through on one page.
FEW: Final = 50
#: ``Kaos Polos #73``, or ``#73`` alone.
_NUMBERED: Final = re.compile(r"(.*?)\s*#([0-9]{1,18})", re.DOTALL)
#: What a thing is called by in a list of them, what tells it from others first.
_CALLED: Final = {
    "bundles": ("name", "custom_id"), "couriers": ("courier_name", "name", "aggregator"),
    "locations": ("district", "city", "province"), "members": ("name", "public_id", "door"),
    "orders": ("number", "customer"), "payments": ("payment", "order"), "service_types": ("name", "code"),
    "settings": ("name",), "topups": ("code",), "variants": ("name", "options", "sku"), "webhooks": ("url", "door"),
}  # fmt: skip
#: What it is known by where people type it: each has its own, or none.
_TYPED: Final = {
    "bundles": "custom_id", "locations": "code", "members": "public_id", "orders": "number", "payments": "payment",
    "service_types": "code", "topups": "code", "variants": "sku", "settings": "name",
}  # fmt: skip
#: Things that are known by what they are called, and have no number.
_BY_NAME: Final = frozenset({"settings"})
#: What an installation has, and no list of a shop tells.
_OF_HOUSE: Final[dict[str, Callable[[Within], Collection[str]]]] = {
    "doors": lambda within: [
        name for name, keys in within.house.doors.items() if within.environment in keys.environments
    ],
    "member_doors": lambda within: [name for name, keys in within.house.doors.items() if keys.needs_member],
    "webhook_doors": lambda within: within.house.webhooks.contracts,
    "providers": lambda within: within.house.fulfilment,
}
#: Nothing is asked for.
_ALL: Final[Mapping[str, str]] = {}
#: Words in which a list is searched.
_SEARCHES: Final = ("search", "text")


@dataclass(frozen=True)
class Pick:
    """One of the things. ``value``: what the field holds of it; ``typed``: what a person types for it, which no other
    has; ``text``: what it is called."""

    value: str
    typed: str
    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picks:
    """The first of them; ``more``: there are others."""

    first: Sequence[Pick]
    more: bool = False


async def choices(within: Within, caller: DeskCaller, refers: Refers) -> Picks | None:
    """Those there are, or the first of them; None: whoever asks may not see them, or they are of several kinds."""
    things, *others = refers.things
    if others:
        return None
    if (of_house := _OF_HOUSE.get(things)) is not None:
        return Picks([Pick(name, name, name, (name,)) for name in sorted(of_house(within))])
    view = views().get(f"{things}.list")
    return None if view is None or view.permission not in caller.permissions else await _listed(within, caller, view)


async def meant(within: Within, caller: DeskCaller, refers: Refers, text: str) -> str:
    """What the field holds of the thing that somebody typed: its code, its name or its number. Raises ValueError: there
    is none, or there are several."""
    text = text.strip()
    if number := await _numbered(within, caller, refers, text):
        return number
    there = await choices(within, caller, refers)
    short = there is not None and not there.more
    if there is not None and short:
        fitting = [one for one in there.first if text == one.value] or _fitting(there.first, text)
    else:
        found = [await _searched(within, caller, things, text) for things in refers.things]
        fitting = [one for some in found for one in _fitting(some, text)]
    if len(fitting) == 1:
        return fitting[0].value
    if fitting:
        named = ", ".join(f"{one.text} (#{one.value})" for one in fitting[:5])
        raise ValueError(f"several are called {text}: {named}")
    if text.isascii() and text.isdigit():
        return text
    raise ValueError(f"nothing here is called {text}")


async def named(within: Within, caller: DeskCaller, refers: Refers, value: str) -> Pick | None:
    """The thing that a field holds; None: it is not seen."""
    things = refers.things[0]
    view = views().get(f"{things}.show")
    if view is None or view.permission not in caller.permissions:
        return None
    try:
        rows = (await look(view, within, read_form(view.filter, {"id": value}), caller)).rows
    except (InputInvalid, NotFound):
        return None
    return _pick(things, rows[0]) if rows else None


async def _numbered(within: Within, caller: DeskCaller, refers: Refers, text: str) -> str:
    """The number that stands in it, if that is the thing that is called so; empty: it is not."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None or refers.things[0] in _BY_NAME or refers.things[0] in _OF_HOUSE:
        return ""
    called, number = numbered.groups()
    if not called:
        return number
    there = await named(within, caller, refers, number)
    return number if there is not None and there.typed.casefold() == f"{called} #{number}".casefold() else ""


def _fitting(there: Sequence[Pick], text: str) -> list[Pick]:
    """Those that are known by this, or else called so."""
    wanted = text.casefold()
    known = [one for one in there if one.typed.casefold() == wanted]
    return known or [one for one in there if wanted in (one.text.casefold(), *map(str.casefold, one.names))]


async def _listed(within: Within, caller: DeskCaller, view: View, asked: Mapping[str, str] = _ALL) -> Picks:
    """The first that are asked for. Refuses what the view refuses."""
    limited = any(field.name == "limit" for field in fields_of(view.filter))
    wanted = read_form(view.filter, {**asked, **({"limit": str(FEW)} if limited else {})})
    page = await look(view, within, wanted, caller)
    things = view.name.partition(".")[0]
    found = [_pick(things, row) for row in page.rows[:FEW]]
    return Picks(found, bool(page.next) or len(page.rows) > FEW)


async def _searched(within: Within, caller: DeskCaller, things: str, text: str) -> Sequence[Pick]:
    """What a list finds by this."""
    view = views().get(f"{things}.list")
    if view is None or view.permission not in caller.permissions:
        return []
    by = next((field.name for field in fields_of(view.filter) if field.name in _SEARCHES), None)
    try:
        return (await _listed(within, caller, view, _ALL if by is None else {by: text})).first
    except InputInvalid:
        return []


def _pick(things: str, row: Any) -> Pick:
    said = [_said(getattr(row, name, "")) for name in _CALLED.get(things, ("name", "code"))]
    names = tuple(filter(None, said))
    number = str(getattr(row, "id", ""))
    text = " · ".join(names) or number
    code = _said(getattr(row, _TYPED.get(things, ""), ""))
    if things in _BY_NAME:
        return Pick(code, code, code, names)
    return Pick(number, code or f"{text} #{number}", text, names[:1])


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, cast("tuple[Any, ...]", value)))
    return str(value or "")
