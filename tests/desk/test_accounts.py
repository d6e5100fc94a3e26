"""Ways to be paid at the desk: accounts of the shop's own, contracts with gateways, and what payers are offered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from hooks_kit import SEALER, elsewhere, hooked

from desk_kit import OPERATOR, OWNER, VIEWER, do, house_of, open_desk, seen, written
from gateway_kit import KEY, ToyGateway
from gerai.app import App
from gerai.domain.records import GatewayContract
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing
from gerai.engine.acting import Actor
from gerai.engine.desk.acts.add_account import NewAccount
from gerai.engine.desk.acts.add_gateway import NewGateway
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import House, Within
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.payments.offered import offered_channels

BANK = NewAccount(method="bank_transfer", bank="BCA", number="1234567890", holder="Budi Santoso", mine=True)
TOY = NewGateway(gateway="toy", more=(f"secret_key={KEY}", "shop=kopi"))


@dataclass
class RealShop:
    """A shop whose money is real, with a gateway of the test's own."""

    within: Within
    toy: ToyGateway

    def offered(self, environment: str = "production") -> dict[str, list[str]]:
        """What the doors and pages offer."""
        found = offered_channels(self.within.house.payment_methods, self.within.merchant, environment)
        return {name: sorted(channels) for name, channels in found.items()}

    async def method(self, method: str, channel: str) -> Any:
        """A way to pay as the desk shows it."""
        rows = await seen(self.within, "methods.list")
        [found] = [row for row in rows if (row.method, row.channel) == (method, channel)]
        return found


@pytest_asyncio.fixture
async def shop(app: App) -> AsyncGenerator[RealShop]:
    """A merchant that is not simulated."""
    house, toy = house_of(app), ToyGateway()
    async with GatewayDesk(house.engine, {"toy": toy}, SEALER, "http://gerai.test") as gateways:
        mine: House = replace(house, gateways=gateways, sealer=SEALER)
        yield RealShop(await open_desk(mine, simulated=False), toy)


async def test_an_account_is_named_and_paid_to(shop: RealShop) -> None:
    """What was understood is said before it is stored; stored, payers are offered it, with its bounds; closed, they are
    not. The audit names it and the reason."""
    within = shop.within
    assert (shop.offered(), (await shop.method("bank_transfer", "BCA")).needs) == ({}, "account")
    with pytest.raises(InputInvalid, match=r"mine.*is this yours\?.*1234567890"):
        await do(within, "accounts.add", msgspec.structs.replace(BANK, mine=False), reason="rekening toko")
    assert (await seen(within, "accounts.list"), await written(within)) == ([], [])
    done = await do(within, "accounts.add", BANK, reason="rekening toko")
    [row] = await seen(within, "accounts.list")
    assert (str(row.id), row.method, row.channel, row.created_by) == (done.id, "bank_transfer", "BCA", "person:7")
    assert shop.offered() == {"bank_transfer": ["BCA"]}
    way = await shop.method("bank_transfer", "BCA")
    assert (way.offered, way.taken_by, way.needs) == (True, f"account {row.id}", "")
    assert (row.minimum_sen, row.maximum_sen) == (way.minimum_sen, way.maximum_sen)
    await do(within, "accounts.close", ById(id=row.id), reason="pindah bank")
    assert (shop.offered(), await seen(within, "accounts.list")) == ({}, [])
    with pytest.raises(NotFound, match="receiving account"):
        await do(within, "accounts.close", ById(id=row.id), reason="lagi")
    closed, added = [entry for _, entry in await written(within)]
    assert (closed.act, closed.target, closed.reason) == ("accounts.close", done.id, "pindah bank")
    assert (added.act, added.target, added.facts["channel"]) == ("accounts.add", done.id, "BCA")


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"method": "bank_transfr"}, r"method.*did you mean bank_transfer\?"),
        ({"method": "va"}, "method.*no such method"),
        ({"number": ""}, "number.*missing"),
        ({"bank": "BANK ANTAH"}, "bank"),
        ({"code": "000201"}, "code.*not asked"),
        ({"more": ("bank=BNI",)}, "more.*bank is said twice"),
        ({"method": "qris", "bank": "", "number": "", "holder": "", "code": "0002"}, "code"),
    ],
)
async def test_what_cannot_be_an_account_is_refused(shop: RealShop, facts: dict[str, Any], fault: str) -> None:
    """By its field; nothing is stored."""
    with pytest.raises(InputInvalid, match=fault):
        await do(shop.within, "accounts.add", msgspec.structs.replace(BANK, **facts), reason="x")
    assert (await seen(shop.within, "accounts.list"), await written(shop.within)) == ([], [])


async def test_one_account_for_a_bank(shop: RealShop) -> None:
    """Five name one at once: one does. Under one idempotency key all get its id."""
    added = [do(shop.within, "accounts.add", BANK, reason="x") for _ in range(5)]
    results = await asyncio.gather(*added, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done"] + ["InputInvalid"] * 4
    other = msgspec.structs.replace(BANK, bank="BNI")
    again = await asyncio.gather(*(do(shop.within, "accounts.add", other, reason="x", key="k") for _ in range(3)))
    assert len({one.id for one in again}) == 1
    assert len(await seen(shop.within, "accounts.list")) == 2


async def test_where_money_is_played_there_is_no_account(within: Within) -> None:
    """A simulated shop names none, and a way that cannot be played says so."""
    with pytest.raises(InputInvalid, match="simulated"):
        await do(within, "accounts.add", BANK, reason="x")
    rows = await seen(within, "methods.list")
    assert {(row.taken_by, row.needs) for row in rows} <= {("simulated", ""), ("", "real money")}
    assert [row for row in await seen(within, "methods.list", offered=True) if not row.offered] == []


async def test_a_gateway_takes_payments(shop: RealShop) -> None:
    """Its keys are tried, kept sealed and never shown; payers are offered its ways in this environment alone; closed,
    no more."""
    within = shop.within
    with pytest.raises(InputInvalid, match=r"gateway.*the key is wrong \(401\)"):
        await do(within, "gateways.add", msgspec.structs.replace(TOY, more=("secret_key=salah",)), reason="x")
    assert (await seen(within, "gateways.list"), shop.offered()) == ([], {})
    done = await do(within, "gateways.add", msgspec.structs.replace(TOY, only=("va:BCA",)), reason="kontrak baru")
    [row] = await seen(within, "gateways.list")
    [shown] = await seen(within, "gateways.show", id=row.id)
    assert (str(row.id), row.gateway, row.ways, shown.facts) == (done.id, "toy", ("va:BCA",), {"shop": "kopi"})
    assert [(one.way, one.minimum_sen) for one in shown.bounds] == [("va:BCA", 10_000_00)]
    assert shop.offered() == {"va": ["BCA"]}
    way = await shop.method("va", "BCA")
    assert (way.taken_by, way.gateways) == (f"toy {row.id}", ("toy",))
    assert (await shop.method("va", "BNI")).needs == "gateway"
    tried = await do(within, "gateways.test", ById(id=row.id))
    assert tried.details == {"right": True, "wrong": "", "off": [], "not_tried": []}
    address = await do(within, "gateways.address", ById(id=row.id))
    assert address.secret.startswith(f"http://gerai.test/in/{within.merchant_id}/")
    await do(within, "gateways.close", ById(id=row.id), reason="selesai")
    assert (await seen(within, "gateways.list"), shop.offered()) == ([], {})
    entries = [entry for _, entry in await written(within)]
    acts = [entry.act.partition(".")[2] for entry in entries]
    assert acts == ["close", "address", "test", "add"]
    assert KEY not in f"{row}{shown}{entries}"
    assert address.secret not in f"{row}{shown}{entries}"


async def test_one_contract_with_a_gateway(shop: RealShop) -> None:
    """Three sign at once: one does; the sandbox has its own."""
    signed = [do(shop.within, "gateways.add", TOY, reason="x") for _ in range(3)]
    results = await asyncio.gather(*signed, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done", "InputInvalid", "InputInvalid"]
    sandbox = elsewhere(shop.within, "sandbox")
    await do(sandbox, "gateways.add", TOY, reason="x")
    assert len(await seen(shop.within, "gateways.list")) == len(await seen(sandbox, "gateways.list")) == 1


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"gateway": "toi"}, r"gateway.*did you mean toy\?"),
        ({"more": ()}, "secret_key.*missing"),
        ({"email": "a@b.id"}, "email.*not asked"),
        ({"only": ("va:BRI",)}, "only.*does not offer va:BRI"),
        *(
            ({"base_url": address}, "base_url")
            for address in (
                "ftp://toy.example",
                "http://toy.example",
                "https://[",
                "https://[::1",
                "http://[x]/",
                "https://a b/",
                "https://\u2100.id",
                "https://\ud7ff/",
                "https://x:99999999/",
                "https://x:y/",
                "https://toy.example:5432",
                "https://127.0.0.1/",
                "http://127.0.0.1:8000/",
                "https://localhost:8000",
                "https://[::1]:8000",
                "https://x.localhost",
                "https://[::ffff:127.0.0.1]",
            )
        ),
    ],
)
async def test_what_cannot_be_a_contract_is_refused(shop: RealShop, facts: dict[str, Any], fault: str) -> None:
    """By its field; nothing is stored, and no gateway is asked."""
    with pytest.raises(InputInvalid, match=fault):
        await do(shop.within, "gateways.add", msgspec.structs.replace(TOY, **facts), reason="x")
    assert (await seen(shop.within, "gateways.list"), await written(shop.within)) == ([], [])


@pytest.mark.parametrize("who", ["operator", "setting"])
async def test_a_gateway_of_this_machine(shop: RealShop, who: str) -> None:
    """Its operator names one, at the terminal; anybody does where this machine is called anyway."""
    caller = replace(OWNER, actor=Actor("operator", "ani")) if who == "operator" else OWNER
    given = msgspec.structs.replace(TOY, base_url="http://127.0.0.1:8000")
    await do(hooked(shop.within) if who == "setting" else shop.within, "gateways.add", given, caller, reason="x")
    [row] = await seen(shop.within, "gateways.list")
    assert row.base_url == given.base_url
    # One that somebody else named while it was allowed is not asked any more once it is not.
    desk, merchant_id = shop.within.house.gateways, shop.within.merchant_id
    assert (await desk.contract(merchant_id, row.id) is not None) == (who == "operator")
    async with GatewayDesk(
        shop.within.engine, desk.gateways, SEALER, "http://gerai.test", allow_loopback=True
    ) as open_:
        assert await open_.contract(merchant_id, row.id) is not None


async def test_the_sandbox_names_no_account(shop: RealShop) -> None:
    """Money of production never goes to an account that somebody in the sandbox named."""
    with pytest.raises(NotFound):
        await do(elsewhere(shop.within, "sandbox"), "accounts.add", BANK, reason="x")
    assert (shop.offered(), await written(shop.within)) == ({}, [])


async def test_others_neither_see_nor_close_them(shop: RealShop) -> None:
    """Another shop and the other environment have none; a viewer looks and changes nothing, nor does an operator; money
    is concerned, so a reason is asked for."""
    within = shop.within
    account = await do(within, "accounts.add", BANK, reason="x")
    contract = await do(within, "gateways.add", TOY, reason="x")
    other = await open_desk(within.house, simulated=False)
    for stranger in (other, elsewhere(within, "sandbox")):
        for name in ("close", "test", "address"):
            with pytest.raises(NotFound):
                await do(stranger, f"gateways.{name}", ById(id=int(contract.id)), reason="x")
    for stranger in (other, elsewhere(within, "sandbox")):
        with pytest.raises(NotFound):
            await do(stranger, "accounts.close", ById(id=int(account.id)), reason="x")
        assert await seen(stranger, "accounts.list") == []
    for caller in (VIEWER, OPERATOR):
        assert len(await seen(within, "gateways.list", caller)) == len(await seen(within, "accounts.list", caller)) == 1
        for name, given in (("accounts.add", BANK), ("gateways.close", ById(id=int(contract.id)))):
            with pytest.raises(PermissionMissing, match="settings:write"):
                await do(within, name, given, caller, reason="x")
    with pytest.raises(InputInvalid, match="reason"):
        await do(within, "accounts.close", ById(id=int(account.id)), OWNER)
    assert await written(other) == []
    assert isinstance(within.merchant.contracts[0], GatewayContract)


def test_whatever_is_asked_has_a_field(app: App) -> None:
    """Each thing that a payment method or a gateway of this installation asks has a field of its own at the desk."""
    house = house_of(app)
    own = {one.name for m in house.payment_methods.values() if m.own_account for one in m.own_account.asks}
    assert own <= {*NewAccount.__struct_fields__}
    asked = {one.name for gateway in house.gateways.gateways.values() for one in gateway.asks}
    assert asked <= {*NewGateway.__struct_fields__}
