"""What `gerai shop init` makes of the answers, and the first order of the shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from gerai.cli.shop_files import ShopEntry
from gerai.cli.shop_load import Into, load_shop
from gerai.cli.shop_questions import Answers, account_of
from gerai.cli.shop_sections import members_called
from gerai.engine.desk.acts.create_key import NewKey
from gerai.engine.desk.goods import catalogue_of, slug_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts, perform

#: A service's orders name what they are for: texts, each of which is paid for.
_ITEMS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1, "maxLength": 200}}
    },
    "required": ["items"],
    "x-quantityFrom": "/items",
    "x-requestFrom": "/items",
}
_MEMBER: Final = "pelanggan-pertama"


class FirstOrder(NamedTuple):
    """The shop's first key and the call that places its first order. ``member_id``: who has to have money in a wallet
    before; 0: nobody."""

    key: str
    path: str
    body: str
    member_id: int = 0


def entries_of(answers: Answers) -> list[ShopEntry]:
    """What would stand in the shop's files."""
    code = slug_of(answers["item"]) or "pertama"
    entries = [_entry("shop", code=answers["code"], name=answers["name"])]
    if account := account_of(answers):
        entries.append(_entry("accounts", mine=True, **account))
    if answers["sell"] == "product":
        price = int(answers["price"])
        return [
            *entries,
            _entry("stores", name=answers["name"]),
            _entry("products", name=answers["item"], sku=_sku(answers), price=price, item_type="digital"),
        ]
    return [
        *entries,
        _entry("service_types", code="umum", name="Umum", input_schema=_ITEMS),
        _entry("services", code=code, name=answers["item"], type="umum", price_of_one=int(answers["price"])),
        _entry("members", door="cekceir", public_id=_MEMBER, name="Pelanggan pertama"),
    ]


def _entry(section: str, **given: Any) -> ShopEntry:
    if "price_of_one" in given:
        given |= {"unit_price": given.pop("price_of_one"), "provider": "manual", "processing_type": "manual"}
    return ShopEntry(section, given, Path(), "gerai shop init", 0)


def _sku(answers: Answers) -> str:
    return (slug_of(answers["item"]) or "pertama").upper()[:64]


async def open_first(into: Into, answers: Answers) -> FirstOrder:
    """Make the shop, and its first key. Raises ShopFaults."""
    await load_shop(into, entries_of(answers), dry_run=False)
    known = {one.code: one.merchant_id for one in into.house.engine.directory.merchants()}
    within = Within(into.house, known[answers["code"]], into.environment)
    if answers["sell"] == "product":
        key = await _key(into, within, "scalev")
        catalogue = catalogue_of(within)
        [store] = catalogue.stores.values()
        [variant] = [one for one in catalogue.variants.values() if one.sku == _sku(answers)]
        return FirstOrder(key, "/v3/orders", _json(_goods_order(store.unique_id, variant.unique_id)))
    [member_id] = await members_called(within, "cekceir", _MEMBER)
    key = await _key(into, within, "cekceir", member_id)
    body = {"code": slug_of(answers["item"]) or "pertama", "data": {"items": ["contoh"]}}
    return FirstOrder(key, "/api/order", _json(body), member_id)


async def _key(into: Into, within: Within, door: str, member_id: int | None = None) -> str:
    given = NewKey(door=door, name="Kunci pertama", member_id=member_id)
    done = await perform(acts()["keys.create"], within, given, into.caller, reason=into.reason)
    return done.secret


def _goods_order(store: str, variant: str) -> dict[str, Any]:
    return {
        "store_unique_id": store, "customer_name": "Ani Lestari", "customer_phone": "6281234567890",
        "customer_email": "ani@example.com", "payment_method": "invoice",
        "ordervariants": [{"quantity": 1, "variant_unique_id": variant}],
    }  # fmt: skip


def _json(body: Any) -> str:
    return msgspec.json.encode(body).decode()
