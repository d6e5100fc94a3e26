"""How people come to a shop and leave it: the first one with a one-time password, others by a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gerai.domain.permissions import ROLES, Role
from gerai.domain.refusals import InputInvalid, NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.directory_entries import token_digest
from gerai.engine.people import passwords
from gerai.engine.people.sign_in import login_of
from gerai.kit.clock import real_now
from gerai.kit.ids import token
from gerai.kit.wire import is_kept, is_one_line
from gerai.store import directory, invites
from gerai.store import people as sql
from gerai.store.connection import Connection
from gerai.store.invites import Invite
from gerai.store.people import Person

#: An invitation is good for so long.
_GOOD_FOR: Final = timedelta(days=7)
_LONGEST_LOGIN: Final = 100
_LONGEST_NAME: Final = 200
#: Digits of a merchant's id, at most.
_LONGEST_ID: Final = 18


async def first_person(engine: Engine, login: str) -> str | None:
    """Where nobody can sign in yet: a person who may everything everywhere, and must choose a password at once; returns
    the one-time password. None: somebody can."""
    secret = passwords.one_time_password()
    stored = await passwords.hashed(secret)
    async with engine.connection() as connection:
        if await sql.anybody(connection):
            return None
        person = _person(engine, login, login, stored, must_change=True, everywhere=True)
        # Two processes that start at once: one of them makes the person, and shows the password.
        return secret if await sql.add(connection, person) else None


async def reset_password(engine: Engine, login: str) -> str:
    """A new one-time password for somebody who lost theirs, with the one-time codes taken away; all their sessions end.
    Refuses NotFound."""
    secret = passwords.one_time_password()
    stored = await passwords.hashed(secret)
    async with engine.connection() as connection, connection.transaction():
        person = await sql.by_login(connection, login_of(login))
        if person is None:
            raise NotFound("person", login)
        await sql.reset(connection, person.person_id, stored)
        await sql.end_sessions(connection, person.person_id)
    return secret


async def invite(
    connection: Connection, engine: Engine, merchant_id: int, role: Role, name: str, by: str
) -> tuple[int, str]:
    """Invite somebody to a shop, in its transaction; returns the invitation's id and the secret of its link."""
    secret, now, invite_id = f"{merchant_id}-{token()}", real_now(), engine.ids.next()
    new = Invite(merchant_id, invite_id, role, name, by, now, now + _GOOD_FOR, None)
    await invites.add(connection, token_digest(secret), new)
    return invite_id, secret


async def invitation(engine: Engine, secret: str) -> Invite:
    """What a link invites to. Refuses NotFound: it is nobody's, used, or too old."""
    async with engine.connection() as connection:
        found = await invites.of_digest(connection, _shop_of(secret), token_digest(secret), real_now())
    if found is None:
        raise NotFound("invitation")
    return found


async def accept(engine: Engine, secret: str, typed: str, name: str, password: str) -> None:
    """Join a shop: a new person with a login and a password of their own, or somebody who proves with their password
    that the login is theirs. A link works once, and takes nothing from whoever has a role in the shop already.

    Refuses NotFound, InputInvalid (``login``, ``name``, ``password``): also to whoever may as much there without it.
    """
    login = login_of(typed)
    if not 0 < len(login) <= _LONGEST_LOGIN or not login.isprintable():
        raise InputInvalid({"login": [f"1 to {_LONGEST_LOGIN} characters"]})
    if len(name) > _LONGEST_NAME or not is_one_line(name) or not is_kept(name):
        raise InputInvalid({"name": [f"one line of {_LONGEST_NAME} characters at most"]})
    await invitation(engine, secret)
    async with engine.connection() as connection:
        there = await sql.by_login(connection, login)
    if there is not None and not await passwords.is_right(there.password, password):
        raise InputInvalid({"login": ["is taken; if it is yours, give your password"]})
    if there is None:
        passwords.require_fit("password", password, login, name)
    stored = "" if there is not None else await passwords.hashed(password)
    async with engine.connection() as connection, connection.transaction():
        await directory.in_turn(connection, _shop_of(secret))
        found = await invites.use(connection, _shop_of(secret), token_digest(secret), real_now())
        if found is None:
            raise NotFound("invitation")
        new = _person(engine, login, name.strip() or login, stored, must_change=False, everywhere=False)
        if there is None and not await sql.add(connection, new):
            raise InputInvalid({"login": ["is taken; if it is yours, give your password"]})
        person_id = new.person_id if there is None else there.person_id
        if there is not None:
            await _require_more(connection, there, found)
        await sql.set_role(connection, found.merchant_id, person_id, found.role, real_now())


async def _require_more(connection: Connection, person: Person, found: Invite) -> None:
    """Refuses InputInvalid: the person may as much in the shop as the invitation would give, or more."""
    has = "owner" if person.everywhere else (await sql.roles_of(connection, person.person_id)).get(found.merchant_id)
    if has is not None and permissions_of(found.role) <= permissions_of(has):
        raise InputInvalid({"login": [f"has this shop already, as {has}"]})


def permissions_of(role: str | None) -> frozenset[str]:
    """What a stored role may; of none, or of one that nobody knows, nothing."""
    return frozenset(may for known, permissions in ROLES.items() if known == role for may in permissions)


async def require_an_owner(connection: Connection, merchant_id: int, person_id: int, role: Role | None) -> None:
    """Refuses StateConflict: this person is the shop's last owner, and would be one no more."""
    if role != "owner" and await sql.owners(connection, merchant_id) == {person_id}:
        raise StateConflict("person", str(person_id), "last owner", "leave")


def _person(engine: Engine, login: str, name: str, password: str, *, must_change: bool, everywhere: bool) -> Person:
    return Person(
        engine.ids.next(), login, name, password, must_change, everywhere, None, 0, [], real_now(), None
    )  # fmt: skip


def _shop_of(secret: str) -> int:
    """The merchant that the secret of a link names; 0: none. Every key begins with the merchant."""
    named = secret.partition("-")[0]
    return int(named) if named.isascii() and named.isdigit() and len(named) <= _LONGEST_ID else 0
