"""Roles: given by whoever may as much, never taken away by a link, and a shop keeps an owner."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from desk_kit import OWNER, do, open_desk, seen, written
from gerai.domain.permissions import PERMISSIONS, ROLES, Permission, Role
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.engine.acting import Actor
from gerai.engine.desk.acts.change_role import NewRole
from gerai.engine.desk.acts.invite_person import NewInvite
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import DeskCaller
from gerai.engine.people.join import accept, invitation
from gerai.kit.ids import base62

PASSWORD = "rahasia sekali 1"
_RANK: dict[str, int] = {"viewer": 0, "operator": 1, "owner": 2}


async def invited(within: Within, role: Role) -> str:
    """The secret of a new link."""
    return (await do(within, "people.invite", NewInvite(name="Budi", role=role))).secret.rpartition("/")[2]


async def joined(within: Within, role: Role) -> str:
    """Somebody new; returns the login."""
    login = f"orang-{base62(8).lower()}"
    await accept(within.engine, await invited(within, role), login, login, PASSWORD)
    return login


async def roles(within: Within) -> dict[str, str]:
    """Who has the shop, by login."""
    return {row.login: row.role for row in await seen(within, "people.list")}


@pytest.mark.parametrize("has", ROLES)
@pytest.mark.parametrize("offered", ROLES)
async def test_a_link_takes_nothing_away(within: Within, has: Role, offered: Role) -> None:
    """Whoever has the shop already and opens a link with their own login gets more by it, or is refused with what they
    have; then the link is still good for whom it was meant."""
    login, secret = await joined(within, has), await invited(within, offered)
    if _RANK[offered] > _RANK[has]:
        await accept(within.engine, secret, login, login, PASSWORD)
        assert await roles(within) == {login: offered}
        return
    with pytest.raises(InputInvalid) as refused:
        await accept(within.engine, secret, login, login, PASSWORD)
    assert refused.value.fields == {"login": [f"has this shop already, as {has}"]}
    assert in_indonesian(refused.value.fields["login"][0]).startswith("sudah punya toko ini, sebagai ")
    assert await roles(within) == {login: has}
    await accept(within.engine, secret, f"lain-{login}", "Lain", PASSWORD)
    assert await roles(within) == {login: has, f"lain-{login}": offered}


async def test_a_stranger_does_not_learn_who_has_a_shop(within: Within) -> None:
    """Without the password of the login nothing is said of its role."""
    login, secret = await joined(within, "owner"), await invited(within, "viewer")
    with pytest.raises(InputInvalid) as refused:
        await accept(within.engine, secret, login, login, "another password")
    assert refused.value.fields == {"login": ["is taken; if it is yours, give your password"]}


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_is_done_in_whichever_order_an_owner_is_left(within: Within, seed: int) -> None:
    """Invitations used, roles changed and people removed at random, three at once: once there is an owner there always
    is one, and no link makes less of anybody."""
    chance, shop = random.Random(seed), await open_desk(within.house)
    await joined(shop, "owner")
    for _ in range(8):
        before = {row.login: (row.id, row.role) for row in await seen(shop, "people.list")}
        links = await asyncio.gather(*(invited(shop, chance.choice(list(ROLES))) for _ in range(2)))
        who = chance.choice([id for id, _ in before.values()])
        alike = chance.choice(list(before))
        steps: list[Callable[[], Awaitable[Any]]] = [
            partial(accept, shop.engine, links[0], alike, alike, PASSWORD),
            partial(accept, shop.engine, links[1], f"baru-{base62(6).lower()}", "Baru", PASSWORD),
            partial(do, shop, "people.role", NewRole(id=who, role=chance.choice(list(ROLES)))),
            partial(do, shop, "people.remove", ById(id=chance.choice([id for id, _ in before.values()]))),
        ]
        results = await asyncio.gather(*(step() for step in chance.sample(steps, 3)), return_exceptions=True)
        for refusal in (one for one in results if isinstance(one, BaseException)):
            assert isinstance(refusal, InputInvalid | StateConflict | NotFound), refusal
        assert "owner" in (await roles(shop)).values()


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_who_may_less_gives_less(within: Within, permission: Permission) -> None:
    """A key that manages people and lacks one permission neither invites to a role with it, nor gives one, nor takes
    one away, nor removes who has one; what it may is done, and only that is written down."""
    caller = DeskCaller(Actor("key", "5", "Bot"), frozenset({*PERMISSIONS} - {permission}) | {"people:manage"})
    shop = await open_desk(within.house)
    await joined(shop, "owner")
    for role, may in ROLES.items():
        login = await joined(shop, role)
        id = next(row.id for row in await seen(shop, "people.list") if row.login == login)
        before, entries = await roles(shop), len(await written(shop))
        if may <= caller.permissions:
            await do(shop, "people.invite", NewInvite(name="x", role=role), caller)
            await do(shop, "people.role", NewRole(id=id, role=role), caller)
            await do(shop, "people.remove", ById(id=id), caller)
            assert login not in await roles(shop)
            continue
        for act, given in (
            ("people.invite", NewInvite(name="x", role=role)),
            ("people.role", NewRole(id=id, role=role)),
            ("people.role", NewRole(id=id, role="viewer")),
            ("people.remove", ById(id=id)),
        ):
            with pytest.raises(PermissionMissing):
                await do(shop, act, given, caller)
        assert (await roles(shop), len(await written(shop))) == (before, entries)


async def test_people_manage_alone_makes_nobody(within: Within) -> None:
    """With that permission and no other there is no role to give."""
    caller = DeskCaller(Actor("key", "6", "Bot"), frozenset({"people:manage"}))
    for role in ROLES:
        with pytest.raises(PermissionMissing):
            await do(within, "people.invite", NewInvite(name="x", role=role), caller)
    assert await seen(within, "invites.list") == []
    await do(within, "people.invite", NewInvite(name="x", role="owner"), OWNER)
    assert (await invitation(within.engine, await invited(within, "owner"))).role == "owner"
