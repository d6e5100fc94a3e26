"""Stores at the desk: opened with ways to be paid that are known here, changed over what was seen, filled."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from goods_kit import key_of, new_product, new_store

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.catalogue.store_settings import StoreSettings
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.acts.edit_store import StoreEdit
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, acts
from gerai.engine.desk.stores import StoreChoices, StoreGoods
from gerai.engine.desk.views.stores import StoreRow


async def stores(within: Within) -> list[StoreRow]:
    """What the view shows."""
    return await seen(within, "stores.list")


async def test_a_store_is_opened(within: Within) -> None:
    """A new store has what was said of it, the defaults of everything else, and is written down."""
    done = await do(
        within, "stores.add",
        NewStore(
            name="Toko Ani", payment_methods=("invoice", "va", "va_bca", "ovo", "alfamart", "cod"),
            sub_payment_methods=("BCA", "BRI"), domain="https://toko.example.com", unique_code_max=500,
        ),
    )  # fmt: skip
    [row] = await stores(within)
    assert (str(row.id), row.name, row.unique_id) == (done.id, "Toko Ani", done.details["unique_id"])
    assert row.payment_methods == ("invoice", "va", "va_bca", "ovo", "alfamart", "cod")
    assert (row.domain, row.domain_verified, row.active, row.public) == ("https://toko.example.com", False, True, True)
    chosen = {name: getattr(row, name) for name in StoreSettings.__struct_fields__}
    assert chosen == msgspec.to_builtins(StoreSettings(unique_code_max=500))
    assert await seen(within, "stores.show", id=row.id) == [row]
    [(_, entry)] = await written(within)
    assert (entry.act, entry.target, entry.facts) == ("stores.add", done.id, {"name": "Toko Ani"})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"payment_methods": ("invoice", "pulsa")}, "payment_methods.*no such payment method: pulsa"),
        ({"payment_methods": ("va_bcaa",)}, r"payment_methods.*did you mean va_bca\?"),
        ({"payment_methods": ("qris", "qris")}, "payment_methods.*names one twice"),
        ({"sub_payment_methods": ("BCA", "ABC")}, "sub_payment_methods.*no such bank: ABC"),
        # Always taken, so nothing that a store offers.
        ({"payment_methods": ("marketplace",)}, "payment_methods.*no such payment method: marketplace"),
    ],
)
async def test_only_what_is_known_here_is_a_way_to_be_paid(within: Within, changes: dict[str, Any], fault: str) -> None:
    """A word that the counter does not know is refused by its field, and nothing is made."""
    with pytest.raises(InputInvalid, match=fault):
        await do(within, "stores.add", msgspec.structs.replace(NewStore(name="Toko"), **changes))
    assert await stores(within) == []
    assert await written(within) == []


async def test_a_method_that_is_not_installed_is_refused(within: Within) -> None:
    """Where nobody takes money by virtual accounts, no store offers them."""
    house = within.house
    without = {name: method for name, method in house.payment_methods.items() if name != "va"}
    elsewhere = replace(within, house=replace(house, payment_methods=without))
    with pytest.raises(InputInvalid, match="no such payment method: va"):
        await do(elsewhere, "stores.add", NewStore(name="Toko", payment_methods=("va",)))
    await do(elsewhere, "stores.add", NewStore(name="Toko", payment_methods=("qris", "bank_transfer")))


@pytest.mark.parametrize(
    "given",
    [
        {"domain": "http://toko.example.com"}, {"domain": "https://toko.example.com/"}, {"domain": "toko.example.com"},
        {"logo": "http://toko.example.com/logo.png"}, {"logo": "javascript:alert(1)"}, {"unique_code_max": -1},
        {"logo": "https://toko.example.com/logo.png\n"}, {"payment_methods": []}, {"digital_completion": "never"},
        {"colour": "red"},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_no_store(given: dict[str, Any]) -> None:
    """Addresses are https without a path behind the host; numbers and words are within their bounds."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "Toko", **given}, NewStore)


def test_every_setting_of_a_store_can_be_chosen() -> None:
    """The act takes what ``StoreSettings`` declares, no more and no less."""
    assert StoreChoices.__struct_fields__ == StoreSettings.__struct_fields__


async def test_a_store_is_changed(within: Within) -> None:
    """What is given changes, the rest stays, and the entry names what it was."""
    store_id = await new_store(within, payment_methods=("invoice",), expire_after_h=24)
    [before] = await stores(within)
    edit = StoreEdit(id=store_id, seen=before.seen, name="Toko Budi", active=False, digital_completion="manual")
    await do(within, "stores.edit", edit)
    [row] = await stores(within)
    assert row == msgspec.structs.replace(
        before, name="Toko Budi", active=False, digital_completion="manual", seen=row.seen
    )
    assert row.seen != before.seen
    [(_, entry), _] = await written(within)
    assert entry.facts == {
        "name": [before.name, "Toko Budi"], "active": [True, False], "digital_completion": ["auto", "manual"],
    }  # fmt: skip


async def test_every_field_changes_what_it_names(within: Within) -> None:
    """Each field of the act changes the field of its name and no other, and the entry has both values."""
    store_id = await new_store(within)
    new: dict[str, Any] = {
        "name": "Lain", "payment_methods": ("qris",), "sub_payment_methods": ("BRI",), "domain_verified": True,
        "domain": "https://b.example.com", "logo": "https://a.example.com/1", "active": False, "public": False,
        "check_shipping_cost": False, "digital_completion": "when_settled", "unique_code_max": 7,
        "min_name_length": 3, "min_address_length": 4, "expire_after_h": 0,
    }  # fmt: skip
    assert {*new} == {*StoreEdit.__struct_fields__} - {"id", "seen"}
    for name, value in new.items():
        [row] = await stores(within)
        await do(within, "stores.edit", StoreEdit(id=store_id, seen=row.seen, **{name: value}))
        [after] = await stores(within)
        # Another address has to be checked again.
        together = {"domain", "domain_verified"} if name == "domain" else {name}
        assert {n for n in new if getattr(after, n) != getattr(row, n)} == together
        facts = (await written(within))[0].entry.facts
        assert {*facts} == together
        assert msgspec.convert(facts[name], list[type(value)]) == [getattr(row, name), value]


async def test_another_address_has_to_be_checked_again(within: Within) -> None:
    """Links use an address once somebody noted that it leads here; a new one begins unchecked."""
    store_id = await new_store(within, domain="https://a.example.com")
    await do(within, "stores.edit", StoreEdit(id=store_id, domain_verified=True))
    await do(within, "stores.edit", StoreEdit(id=store_id, name="Toko Lain", domain="https://a.example.com"))
    assert [row.domain_verified for row in await stores(within)] == [True]
    await do(within, "stores.edit", StoreEdit(id=store_id, domain="https://b.example.com"))
    assert [(row.domain, row.domain_verified) for row in await stores(within)] == [("https://b.example.com", False)]


async def test_two_stores_have_two_addresses(within: Within) -> None:
    """Ten open a store at one address at once: one does."""
    wanted = [NewStore(name=f"Toko {n}", domain="https://toko.example.com") for n in range(10)]
    results = await asyncio.gather(*(do(within, "stores.add", one) for one in wanted), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Done"] + ["InputInvalid"] * 9
    assert len(await stores(within)) == len(await written(within)) == 1


async def test_nobody_overwrites_a_store_unseen(within: Within) -> None:
    """Two change what both have seen, at once: one does."""
    store_id = await new_store(within)
    [row] = await stores(within)
    edits = [StoreEdit(id=store_id, seen=row.seen, name=name) for name in ("Satu", "Dua")]
    results = await asyncio.gather(*(do(within, "stores.edit", edit) for edit in edits), return_exceptions=True)
    assert {type(result) for result in results} == {Done, ChangedMeanwhile}


async def test_goods_are_offered_and_withdrawn(within: Within, client: httpx.AsyncClient) -> None:
    """What a store offers is in its list at the counter at once, what it withdraws is not; both may be said twice."""
    store_id, other_id = await new_store(within), await new_store(within)
    product = await new_product(within, stores=(store_id,))
    ask = await key_of(within, client)

    async def listed(id: int) -> list[int]:
        return [one["id"] for one in (await ask("GET", f"/v3/stores/{id}/products"))["data"]]

    goods = StoreGoods(id=other_id, products=(product.id,))
    assert (await listed(store_id), await listed(other_id)) == ([product.id], [])
    for _ in range(2):
        await do(within, "stores.offer", goods)
        assert (await listed(store_id), await listed(other_id)) == ([product.id], [product.id])
    for _ in range(2):
        await do(within, "stores.withdraw", msgspec.structs.replace(goods, id=store_id))
        assert (await listed(store_id), await listed(other_id)) == ([], [product.id])
    assert [row.products for row in await stores(within)] == [0, 1]
    with pytest.raises(InputInvalid, match=r"products.*there is no product 7"):
        await do(within, "stores.offer", StoreGoods(id=store_id, products=(product.id, 7)))
    with pytest.raises(InputInvalid, match=r"price_options.*there is no price option 8"):
        await do(within, "stores.withdraw", StoreGoods(id=store_id, price_options=(8,)))
    with pytest.raises(InputInvalid, match="name at least one"):
        await do(within, "stores.offer", StoreGoods(id=store_id))
    assert (await listed(store_id), await listed(other_id)) == ([], [product.id])


async def test_other_shops_stores_are_not_there(within: Within) -> None:
    """Another shop neither sees nor changes a store, nor fills it; a viewer sees it and changes nothing."""
    store_id = await new_store(within)
    other = await open_desk(within.house)
    assert await stores(other) == []
    for name, given in (
        ("stores.edit", StoreEdit(id=store_id, name="Diambil")),
        ("stores.offer", StoreGoods(id=store_id, products=(1,))),
        ("stores.withdraw", StoreGoods(id=store_id, products=(1,))),
    ):
        with pytest.raises(NotFound, match="store"):
            await do(other, name, given)
        with pytest.raises(PermissionMissing):
            await do(within, name, given, VIEWER)
    with pytest.raises(NotFound, match="store"):
        await seen(other, "stores.show", id=store_id)
    assert await written(other) == []
    assert acts()["stores.edit"].permission == "catalogue:write"
