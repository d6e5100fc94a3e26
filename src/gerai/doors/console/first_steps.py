"""What a new shop still lacks before it can sell, and where that is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.engine.desk.registry import acts, look, views

#: What is sold, and what makes it, in the order in which a seller meets them.
_SOLD: Final = (("products.list", "products.add"), ("services.list", "services.add"))


@dataclass(frozen=True)
class FirstStep:
    """``done``: nothing of it is lacking. ``ways``: address and text of what leads there."""

    name: str
    done: bool
    ways: list[tuple[str, str]]


async def steps_of(desk: AtDesk, words: DeskWords) -> list[FirstStep]:
    """Something to sell, a way to be paid, a key for a shop's program; what the person may not see is left out."""
    found = [await _step(desk, words, "sell", _SOLD)]
    paid = bool(desk.merchant.receiving or desk.merchant.contracts or desk.merchant.plays_with(desk.within.environment))
    found.append(FirstStep("paid", paid, _ways(desk, words, ("accounts.add", "gateways.add"))))
    found.append(await _step(desk, words, "key", (("keys.list", "keys.create"),)))
    return [step for step in found if step.done or step.ways or step.name == "paid"]


async def _step(desk: AtDesk, words: DeskWords, name: str, of: tuple[tuple[str, str], ...]) -> FirstStep:
    done = False
    for listed, _ in of:
        view = views()[listed]
        if desk.may(view.permission) and not done:
            done = bool((await look(view, desk.within, view.filter(), desk.caller)).rows)
    return FirstStep(name, done, _ways(desk, words, tuple(act for _, act in of)))


def _ways(desk: AtDesk, words: DeskWords, names: tuple[str, ...]) -> list[tuple[str, str]]:
    mine = [acts()[name] for name in names if desk.may(acts()[name].permission)]
    return [(f"{desk.base}/do/{act.name}", words.of(act.title)) for act in mine]
