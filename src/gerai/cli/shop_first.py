"""What `gerai shop init` makes of the answers, and the first order of the shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

from gerai.cli.shop_answers import Answers, account_of, codes_of
from gerai.cli.shop_files import ShopEntry, ShopFault, ShopFaults
from gerai.cli.shop_load import Into, load_shop
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.first_doing import Doing
from gerai.engine.desk.first_keys import first_key
from gerai.engine.desk.first_kinds import CODES, FILE
from gerai.engine.desk.first_orders import curl_of, doors_to_try, first_order
from gerai.engine.desk.first_sale import FirstSale, require_first_sale, sale_of, sell_first
from gerai.engine.desk.house import Within
from gerai.engine.desk.shipping import districts_of
from gerai.engine.shipping.places import Gazetteer

_LINK: Final = "https://"


class ShopOpened(NamedTuple):
    """The shop's first key and the command that places its first order. ``member_id``: who has to have money in a
    wallet before; 0: nobody. ``price_sen``: of what is ordered."""

    key: str
    curl: str
    price_sen: int
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
    """Refuses InputInvalid."""
    given, content, name = dict(answers), b"", ""
    if given["sell"] == CODES:
        given["codes"] = codes_of(given["codes"])
    if given["sell"] == FILE and given["file"].startswith(_LINK):
        given["link"] = given["file"]
    elif given["sell"] == FILE:
        file = Path(given["file"])
        content, name = file.read_bytes(), file.name
    return sale_of(given, content, name)


async def open_first(into: Into, answers: Answers, places: Gazetteer) -> ShopOpened:
    """Make the shop, what it sells first, and its first key. ``places``: the districts that are known. Raises
    ShopFaults."""
    try:
        sale = _sale_of(answers)
        require_first_sale(sale, places)
    except InputInvalid as refusal:
        faults = [
            ShopFault("gerai shop init", 0, f"{name}: {text}") for name, all in refusal.fields.items() for text in all
        ]
        raise ShopFaults(faults) from refusal
    await load_shop(into, _entries(answers), dry_run=False)
    known = {one.code: one.merchant_id for one in into.house.engine.directory.merchants()}
    within = Within(into.house, known[answers["code"]], into.environment)
    await sell_first(within, _doing(into), sale, districts_of(within))
    return await _first(into, within)


async def _first(into: Into, within: Within) -> ShopOpened:
    door = doors_to_try(within)[0]
    key, member_id = await first_key(within, _doing(into), door)
    found = first_order(within, door, key.secret)
    assert found is not None
    curl = curl_of(found.request, into.house.base_url)
    return ShopOpened(key.secret, curl, found.sold.price_sen, member_id if found.request.from_wallet else 0)


def _doing(into: Into) -> Doing:
    return Doing(into.caller, into.reason)
