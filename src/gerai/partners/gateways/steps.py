"""What the payer does, line by line: the gateway's own lines, which are Indonesian, and ours where it has none."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from gerai.ports.gateways import Way
from gerai.ports.how_to_pay import Steps, qris_steps, shop_steps, va_steps, wallet_steps
from gerai.ports.va_places import PayPlace

#: Gateways' lines come with bold type.
_TAG: Final = re.compile(r"<[^<>]{0,100}>")
_MOST_LINES, _LONGEST_LINE = 40, 300
_MOST_PLACES, _LONGEST_TITLE = 8, 60


def steps_of(way: Way, code: str, theirs: Iterable[tuple[str, list[str]]] = ()) -> Steps:
    """Lines by language. ``theirs``: a title and its lines for each place where one can pay; none: ours."""
    found = [line for group in theirs for line in _group(*group)][:_MOST_LINES]
    ours = _ours(*way, code)
    return ours | {"id": found} if found else ours


def places_of(theirs: Iterable[tuple[str, list[str]]]) -> dict[str, list[PayPlace]]:
    """Their lines place by place, by language; nothing where they name fewer than two places."""
    found = [
        PayPlace(plain(title)[:_LONGEST_TITLE], tuple(line for line in map(plain, lines[:_MOST_LINES]) if line))
        for title, lines in theirs
    ]
    named = [place for place in found if place.title and place.steps][:_MOST_PLACES]
    return {"id": named} if len(named) > 1 else {}


def _ours(method: str, channel: str, code: str) -> Steps:
    match method:
        case "va":
            return va_steps(channel, code)
        case "retail":
            return shop_steps(channel, code)
        case "qris":
            return qris_steps()
        case "ewallet":
            return wallet_steps(channel)
        case _:
            return {}


def _group(title: str, lines: list[str]) -> Iterable[str]:
    """The lines, the first with the title before it: which app, or which machine."""
    for number, line in enumerate(map(plain, lines)):
        if line:
            yield f"{plain(title)}: {line}" if number == 0 and title else line


def plain(text: str) -> str:
    """One line without marks of HTML, at most 300 characters."""
    found = " ".join(html.unescape(_TAG.sub("", text)).split())
    return "".join(part for part in found if part.isprintable())[:_LONGEST_LINE]
