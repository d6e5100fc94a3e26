"""Keys at the desk: made once with what their maker may at most, rotated, revoked; their secrets are seen once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from desk_kit import OPERATOR, do, open_desk, seen, written
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing
from gerai.engine.acting import Actor
from gerai.engine.desk.acts.create_key import NewKey
from gerai.engine.desk.acts.rotate_key import Rotation
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller, Done
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member
from gerai.kit.clock import real_now

BOT = NewKey(door="admin", name="Bot", scopes=("catalogue:read", "orders:read"))
#: A key of the desk that may hand out keys, and see orders.
LIMITED = DeskCaller(Actor("key", "11", "bot"), frozenset({"keys:manage", "orders:read"}))


async def answer_to(client: httpx.AsyncClient, secret: str, path: str = "/admin/v1/warehouses") -> int:
    """The status that this secret gets."""
    return (await client.get(path, headers={"Authorization": f"Bearer {secret}"})).status_code


async def test_a_key_is_made_and_works(within: Within, client: httpx.AsyncClient) -> None:
    """It may do what it was given and no more; its secret is neither listed nor written down."""
    done = await do(within, "keys.create", BOT)
    assert await answer_to(client, done.secret) == 200
    assert await answer_to(client, done.secret, "/admin/v1/members") == 403
    [row] = await seen(within, "keys.list")
    assert (str(row.id), row.door, row.name, row.state) == (done.id, "admin", "Bot", "live")
    assert row.scopes == ("orders:read", "catalogue:read")
    assert done.secret.startswith(row.begins)
    [(_, entry)] = await written(within)
    assert (entry.act, entry.target) == ("keys.create", done.id)
    assert done.secret not in f"{row}{entry}"
    assert row.begins != done.secret


async def test_no_key_may_more_than_its_maker(within: Within) -> None:
    """A scope that the maker has not is refused, also by rotating such a key; nothing is made or ended."""
    wide = await do(within, "keys.create", BOT)
    with pytest.raises(PermissionMissing, match="catalogue:read"):
        await do(within, "keys.create", BOT, LIMITED)
    with pytest.raises(PermissionMissing, match="catalogue:read"):
        await do(within, "keys.rotate", Rotation(id=int(wide.id)), LIMITED)
    with pytest.raises(PermissionMissing, match="keys:manage"):
        await do(within, "keys.create", BOT, OPERATOR)
    assert [row.state for row in await seen(within, "keys.list")] == ["live"]
    assert len(await written(within)) == 1
    narrow = NewKey(door="admin", name="Sempit", scopes=("orders:read",))
    assert (await do(within, "keys.create", narrow, LIMITED)).secret


async def test_what_a_key_needs(within: Within) -> None:
    """A member where keys belong to one, of that door; scopes at the desk alone; a door that there is."""
    ani, _ = await add_member(within.engine, within.merchant_id, "leuwongrr", "ani", "Ani")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"door": "nowhere"}, "door"),
        ({"door": "cekceir"}, "member_id"),
        ({"door": "cekceir", "member_id": ani}, "member_id"),
        ({"door": "leuwongrr", "member_id": 1}, "member_id"),
        ({"door": "scalev", "member_id": ani}, "member_id"),
        ({"door": "scalev", "scopes": ("orders:read",)}, "scopes"),
        ({"door": "admin"}, "scopes"),
    ]
    for facts, field in wrong:
        with pytest.raises(InputInvalid) as refused:
            await do(within, "keys.create", NewKey(name="Kunci", **facts))
        assert [*refused.value.fields] == [field], facts
    assert await seen(within, "keys.list") == []
    done = await do(within, "keys.create", NewKey(door="leuwongrr", name="Kunci", member_id=ani, expires_in_days=30))
    [row] = await seen(within, "keys.list")
    assert (row.member_id, str(row.id)) == (ani, done.id)
    assert timedelta(days=29, hours=23) < row.expires_at - real_now() < timedelta(days=30)


async def test_twice_under_one_key_makes_one(within: Within) -> None:
    """The secret is shown to one of them, once."""
    done = await asyncio.gather(*(do(within, "keys.create", BOT, key="k") for _ in range(5)))
    assert len({one.id for one in done}) == 1
    assert sum(bool(one.secret) for one in done) == 1
    assert len(await seen(within, "keys.list")) == 1


async def test_a_key_is_rotated_at_once(within: Within, client: httpx.AsyncClient) -> None:
    """The old secret stops with the transaction that makes the new one, which may do the same; of two at once one
    does."""
    old = await do(within, "keys.create", BOT)
    both = await asyncio.gather(
        *(do(within, "keys.rotate", Rotation(id=int(old.id))) for _ in range(2)), return_exceptions=True
    )
    assert {type(one) for one in both} == {Done, NotFound}
    [new] = [one for one in both if isinstance(one, Done)]
    assert (await answer_to(client, old.secret), await answer_to(client, new.secret)) == (401, 200)
    first, second = await seen(within, "keys.list")
    assert (first.state, second.state, second.scopes, second.name) == ("revoked", "live", first.scopes, "Bot")
    newest = (await written(within))[0].entry
    assert (newest.act, newest.target, newest.facts["of"]) == ("keys.rotate", new.id, old.id)


async def test_both_secrets_work_for_a_while(within: Within, client: httpx.AsyncClient) -> None:
    """With an overlap the old one ends by itself, and not later than it would have."""
    old = await do(within, "keys.create", BOT)
    new = await do(within, "keys.rotate", Rotation(id=int(old.id), overlap_minutes=60))
    assert (await answer_to(client, old.secret), await answer_to(client, new.secret)) == (200, 200)
    first, second = await seen(within, "keys.list")
    assert timedelta(minutes=59) < first.expires_at - real_now() <= timedelta(minutes=60)
    assert second.expires_at is None
    await do(within, "keys.rotate", Rotation(id=first.id, overlap_minutes=600))
    assert (await seen(within, "keys.list"))[0].expires_at == first.expires_at


async def test_a_key_of_another_form_is_not_rotated(within: Within) -> None:
    """A storefront's key would become one that may do everything: it is refused and works on."""
    key_id = await create_key(
        within.engine, within.merchant_id, "production", "scalev", "sfpk_1",
        name="toko", prefix="sfpk_1", permissions=("storefront",),
    )  # fmt: skip
    with pytest.raises(InputInvalid, match="sfpk_1"):
        await do(within, "keys.rotate", Rotation(id=key_id))
    [row] = await seen(within, "keys.list")
    assert row.state == "live"


async def test_a_key_is_revoked(within: Within, client: httpx.AsyncClient) -> None:
    """It stops at once; a second time there is none that works."""
    done = await do(within, "keys.create", BOT)
    await do(within, "keys.revoke", ById(id=int(done.id)))
    assert await answer_to(client, done.secret) == 401
    with pytest.raises(NotFound):
        await do(within, "keys.revoke", ById(id=int(done.id)))
    assert [entry.act for _, entry in await written(within)] == ["keys.revoke", "keys.create"]


async def test_environments_and_shops_are_apart(within: Within, client: httpx.AsyncClient) -> None:
    """Whoever works in the sandbox, or in another shop, neither sees, rotates nor revokes a key of production."""
    done = await do(within, "keys.create", BOT)
    for other in (Within(within.house, within.merchant_id, "sandbox"), await open_desk(within.house)):
        assert await seen(other, "keys.list") == []
        with pytest.raises(NotFound):
            await do(other, "keys.rotate", Rotation(id=int(done.id)))
        with pytest.raises(NotFound):
            await do(other, "keys.revoke", ById(id=int(done.id)))
    assert await answer_to(client, done.secret) == 200
