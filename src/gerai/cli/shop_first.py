"""What `gerai shop init` makes of the answers, and the first order of the shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from gerai.cli.shop_files import ShopEntry, ShopFault, ShopFaults
from gerai.cli.shop_load import Into, load_shop
from gerai.cli.shop_questions import Answers, account_of
from gerai.domain.money import rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.first_sale import (
    Doing,
    FirstSale,
    curl_of,
    doors_to_try,
    first_key,
    first_order,
    require_first_sale,
    sell_first,
)
from gerai.engine.desk.house import Within


class FirstOrder(NamedTuple):
    """The shop's first key and the command that places its first order. ``member_id``: who has to have money in a
    wallet before; 0: nobody."""

    key: str
    curl: str
    member_id: int = 0


def _entries(answers: Answers) -> list[ShopEntry]:
    """What would stand in the shop's files of it, and of where its money comes in."""
    entries = [_entry("shop", code=answers["code"], name=answers["name"])]
    if account := account_of(answers):
        entries.append(_entry("accounts", mine=True, **account))
    return entries


def _entry(section: str, **given: Any) -> ShopEntry:
    return ShopEntry(section, given, Path(), "gerai shop init", 0)


def _sale_of(answers: Answers) -> FirstSale:
    kind = "product" if answers["sell"] == "product" else "service"
    return FirstSale(kind, answers["item"], rupiah(int(answers["price"])))


async def open_first(into: Into, answers: Answers) -> FirstOrder:
    """Make the shop, what it sells first, and its first key. Raises ShopFaults."""
    sale = _sale_of(answers)
    try:
        require_first_sale(sale)
    except InputInvalid as refusal:
        faults = [
            ShopFault("gerai shop init", 0, f"{name}: {text}") for name, all in refusal.fields.items() for text in all
        ]
        raise ShopFaults(faults) from refusal
    await load_shop(into, _entries(answers), dry_run=False)
    known = {one.code: one.merchant_id for one in into.house.engine.directory.merchants()}
    within = Within(into.house, known[answers["code"]], into.environment)
    await sell_first(within, _doing(into), sale)
    return await _first(into, within)


async def _first(into: Into, within: Within) -> FirstOrder:
    door = doors_to_try(within)[0]
    key, member_id = await first_key(within, _doing(into), door)
    found = first_order(within, door, key.secret)
    assert found is not None
    return FirstOrder(key.secret, curl_of(found[1], into.house.base_url), member_id)


def _doing(into: Into) -> Doing:
    return Doing(into.caller, into.reason)
