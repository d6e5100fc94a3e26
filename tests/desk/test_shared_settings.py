"""What production and the sandbox have together is not changed by a key of the sandbox."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from test_admin import key_of

from desk_kit import OWNER, do, seen, written
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import Actor
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.acts.edit_store import StoreEdit
from gerai.engine.desk.acts.edit_variant import VariantEdit
from gerai.engine.desk.acts.set_setting import ChosenSetting
from gerai.engine.desk.bring_in import bring_in
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import imports
from gerai.engine.desk.registry import DeskCaller, acts, perform

SHARED = sorted(act.name for act in acts().values() if act.concerns == "shop")
SOLD = sorted(act.name for act in acts().values() if act.concerns == "catalogue")
#: What of the catalogue's permission each environment has by itself.
OWN = {
    "stock.count", "stock.mark", "stock.move", "code_pools.load", "code_pools.mark", "code_pools.empty", "codes.reveal",
    "codes.withdraw", "services.test_run",
}  # fmt: skip
KEY = DeskCaller(Actor("key", "5", "bot"), OWNER.permissions)
LATE = ChosenSetting(name="late_payment", value="hold")


def test_they_are_those_of_both_environments() -> None:
    """The shop's settings, its name and its people; what is of one environment alone is not among them."""
    assert set(SHARED) >= {
        "settings.set", "settings.reset", "merchants.rename", "people.invite", "people.remove", "people.role",
        "invites.withdraw", "reports.rebuild", "stores.add", "stores.edit", "stores.offer", "stores.withdraw",
    }  # fmt: skip
    of_catalogue = {act.name for act in acts().values() if act.permission == "catalogue:write"}
    assert of_catalogue - {*SHARED, *SOLD} == OWN
    assert {one.things for one in imports().values() if one.here} == {"codes", "stock"}
    assert not {name for name in SHARED if name.startswith(("gateways.", "accounts.", "clock.", "keys.", "webhooks."))}


@pytest.mark.parametrize("name", SHARED)
async def test_a_key_of_the_sandbox_changes_none_of_them(within: Within, name: str) -> None:
    """It is refused by name before anything is looked at, and nothing is written down."""
    sandbox, act, nothing = Within(within.house, within.merchant_id, "sandbox"), acts()[name], Any
    with pytest.raises(InputInvalid) as refused:
        await perform(act, sandbox, nothing, KEY, reason="coba")  # type: ignore[arg-type]
    assert list(refused.value.fields) == ["environment"]
    assert await written(within) == []


async def test_a_key_of_production_and_a_person_do(client: httpx.AsyncClient, within: Within) -> None:
    """A person has both environments, wherever they stand; over HTTP the refusal has words."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    asked = {"name": "late_payment", "value": "hold"}
    refused = await client.post(
        "/admin/v1/acts/settings.set", json=asked, headers=await key_of(within, environment="sandbox")
    )
    assert refused.status_code in (400, 422)
    assert refused.json()["errors"] == {
        "environment": ["production has this, too: a key of the sandbox does not change it"]
    }
    assert within.merchant.settings.late_payment != "hold"
    await do(sandbox, "settings.set", LATE, OWNER)
    assert within.merchant.settings.late_payment == "hold"
    await do(within, "settings.set", ChosenSetting(name="late_payment", value="accept"), KEY)
    assert within.merchant.settings.late_payment == "accept"


@pytest.mark.parametrize("name", SOLD)
async def test_what_production_sells_is_not_changed_by_a_key_of_the_sandbox(within: Within, name: str) -> None:
    """Once there is a key of production, somebody may buy: what a test key says of prices and goods is refused."""
    await key_of(within)
    sandbox, nothing = Within(within.house, within.merchant_id, "sandbox"), Any
    with pytest.raises(InputInvalid) as refused:
        await perform(acts()[name], sandbox, nothing, KEY, reason="coba")  # type: ignore[arg-type]
    assert list(refused.value.fields) == ["environment"]
    assert await written(within) == []


async def test_files_are_not_another_way(within: Within) -> None:
    """What an act refuses to a key of the sandbox, its import refuses before it reads the file, the trial too."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    await key_of(within)
    for one in imports().values():
        file = BytesIO(b"not_known\n1\n")
        with pytest.raises(InputInvalid) as refused:
            await bring_in(one, sandbox, KEY, file, dry_run=True)
        shared = one.permission == "catalogue:write" and one.things not in ("codes", "stock")
        assert (list(refused.value.fields) == ["environment"]) is shared, one.things


async def test_a_shop_that_nobody_buys_at_is_filled_by_a_key_of_the_sandbox(within: Within) -> None:
    """Before there is any key of production, an integrator makes the goods that they try, but no store's address; a
    person, and a key of production, change prices of both, whenever."""
    sandbox = Within(within.house, within.merchant_id, "sandbox")
    made = await do(sandbox, "products.add", NewProduct(name="Kopi", price_sen=50_000_00), KEY)
    variant_id = (await seen(sandbox, "variants.list", KEY))[0].id
    await do(sandbox, "variants.edit", VariantEdit(id=variant_id, price_sen=40_000_00), KEY)
    store = await do(within, "stores.add", NewStore(name="Toko", payment_methods=("invoice",)))
    evil = StoreEdit(id=int(store.id), domain="https://evil.example", domain_verified=True)
    with pytest.raises(InputInvalid):
        await do(sandbox, "stores.edit", evil, KEY)
    await key_of(within)
    with pytest.raises(InputInvalid):
        await do(sandbox, "variants.edit", VariantEdit(id=variant_id, price_sen=1_00), KEY)
    [row] = await seen(within, "variants.list")
    assert (row.price_sen, made.id != "") == (40_000_00, True)
    [there] = await seen(within, "stores.list")
    assert there.domain == ""
    await do(sandbox, "variants.edit", VariantEdit(id=variant_id, price_sen=30_000_00), OWNER)
    await do(within, "variants.edit", VariantEdit(id=variant_id, price_sen=20_000_00), KEY)
    assert (await seen(within, "variants.list"))[0].price_sen == 20_000_00
