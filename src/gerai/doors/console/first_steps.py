"""What a new shop still lacks before it can sell, and where that is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gerai.doors.console.who import AtDesk
from gerai.engine.desk.first_shop import STEPS, FirstStep, is_paid, is_selling
from gerai.engine.desk.registry import acts, look, views

#: The shop is there where these pages are.
_OF_SHOP: Final = tuple(step for step in STEPS if step.name != "shop")


@dataclass(frozen=True)
class StepShown:
    """``done``: nothing of it is lacking; ``url``: where it is done, empty: this person may not."""

    step: FirstStep
    done: bool
    url: str


async def steps_of(desk: AtDesk) -> list[StepShown]:
    """A way to be paid, something to sell, a key for a shop's program, in their order."""
    done = {"paid": is_paid(desk.within), "sell": is_selling(desk.within), "key": await _has_key(desk)}
    return [
        StepShown(step, done[step.name], f"{desk.base}/start/{step.name}" if may_do(desk, step) else "")
        for step in _OF_SHOP
    ]


def may_do(desk: AtDesk, step: FirstStep) -> bool:
    """Whether the person may do all of a step."""
    return all(desk.may(acts()[name].permission) for name in step.acts)


def next_of(desk: AtDesk, steps: list[StepShown], after: str = "") -> str:
    """Where to go on: the first step behind ``after`` that is open and may be done; else a first order."""
    names = [one.step.name for one in steps]
    behind = steps[names.index(after) + 1 :] if after in names else steps
    return next((one.url for one in behind if one.url and not one.done), f"{desk.base}/start/order")


async def _has_key(desk: AtDesk) -> bool:
    """Whether there is a key; whoever may not see that has nothing to do about it."""
    view = views()["keys.list"]
    return not desk.may(view.permission) or bool((await look(view, desk.within, view.filter(), desk.caller)).rows)
