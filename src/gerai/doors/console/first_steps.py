"""What a new shop still lacks before it can sell, and before real money can come; and where each is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from gerai.doors.console.who import AtDesk
from gerai.engine.desk.acts.set_setting import ChosenSetting
from gerai.engine.desk.first_shop import FirstStep, is_paid, is_selling, steps
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.registry import acts, look, perform, views
from gerai.engine.desk.shipping import districts_of, rates_of
from gerai.kit.hosts import is_loopback
from gerai.merchant_settings import MerchantSettings

_SETTING: Final = "first_steps"
_HIDDEN: Final = "hidden"


@dataclass(frozen=True)
class StepShown:
    """``done``: nothing of it is lacking; ``url``: where it is done, empty: this person may not."""

    step: FirstStep
    done: bool
    url: str


@dataclass(frozen=True)
class CheckShown:
    """Something that real money needs. ``name``: of its words; ``url``: where it is done, empty: not here, or not by
    this person."""

    name: str
    done: bool
    url: str


async def steps_of(desk: AtDesk) -> list[StepShown]:
    """A way to be paid, something to sell, a key for a shop's program, in their order. The shop is there where these
    pages are."""
    done = {"paid": is_paid(desk.within), "sell": is_selling(desk.within), "key": await _has(desk, "keys.list")}
    return [
        StepShown(step, done[step.name], f"{desk.base}/start/{step.name}" if may_do(desk, step) else "")
        for step in steps()
        if step.name != "shop"
    ]


def may_do(desk: AtDesk, step: FirstStep) -> bool:
    """Whether the person may do all of a step."""
    return all(desk.may(acts()[name].permission) for name in step.acts)


def next_of(desk: AtDesk, steps: list[StepShown], after: str = "") -> str:
    """Where to go on: the first step behind ``after`` that is open, may be done and is not aside; else a first
    order."""
    names = [one.step.name for one in steps]
    behind = steps[names.index(after) + 1 :] if after in names else steps
    open_ones = (one.url for one in behind if one.url and not one.done and not one.step.aside)
    return next(open_ones, f"{desk.base}/start/order")


async def is_tried(desk: AtDesk) -> bool:
    """Whether there is an order here, or one of play money; whoever may not see orders has nothing to try."""
    sandbox = replace(desk, within=replace(desk.within, environment="sandbox"))
    return await _has(desk, "orders.list", limit=1) or await _has(sandbox, "orders.list", limit=1)


async def checks_of(desk: AtDesk) -> list[CheckShown]:
    """What the first real payment needs. Of goods that are sent, also where from, what that costs, and where to."""
    within, merchant = desk.within, desk.merchant
    catalogue, districts = catalogue_of(within), districts_of(within)
    loopback = is_loopback(urlsplit(within.house.base_url).hostname or "")
    found = [("paid", bool(merchant.receiving or merchant.contracts), "start/paid", "accounts.add")]
    if any(not one.is_digital for one in catalogue.variants.values()):
        own = {one.location_id for one in catalogue.warehouses.values()}
        found += [
            ("sender", bool(own), "do/warehouses.add", "warehouses.add"),
            ("rates", bool(rates_of(within).rates), "couriers", "rates.set"),
            ("districts", not districts.by_id.keys() <= own, "locations", "rates.set"),
        ]
    found += [
        ("key", await _has(desk, "keys.list"), "start/key", "keys.create"),
        ("webhook", await _has(desk, "webhooks.list"), "do/webhooks.add", "webhooks.add"),
        ("public", not loopback, "", ""),
    ]
    return [
        CheckShown(name, done, f"{desk.base}/{path}" if path and desk.may(acts()[act].permission) else "")
        for name, done, path, act in found
    ]


def are_hidden(desk: AtDesk) -> bool:
    """Whether somebody said that the shop needs none of this any more."""
    settings = desk.merchant.chosen.of(MerchantSettings)
    return settings.first_steps == _HIDDEN


def may_hide(desk: AtDesk) -> bool:
    """Whether the person may say so."""
    return desk.may(acts()["settings.set"].permission)


async def hide(desk: AtDesk) -> None:
    """Keep them from Beranda, for everybody in the shop. Refuses PermissionMissing."""
    await perform(acts()["settings.set"], desk.within, ChosenSetting(name=_SETTING, value=_HIDDEN), desk.caller)


async def _has(desk: AtDesk, name: str, **asked: int) -> bool:
    """Whether a list has anything; of one that this person may not see, nothing is lacking."""
    view = views()[name]
    if not desk.may(view.permission):
        return True
    return bool((await look(view, desk.within, view.filter(**asked), desk.caller)).rows)
