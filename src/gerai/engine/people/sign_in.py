"""Signing in: a login, a password, a one-time code where the person has them; then a session that a browser's cookie
names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gerai.domain.permissions import ROLES, Permission, Role
from gerai.domain.refusals import InputInvalid, NotAuthenticated, NotFound
from gerai.engine.core import Engine
from gerai.engine.directory_entries import token_digest
from gerai.engine.people import codes, passwords
from gerai.kit.clock import real_now
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.store import people as sql
from gerai.store.people import Person, Session

#: A session ends when it was not used for so long, and after this long in any case.
_IDLE: Final = timedelta(hours=12)
_LONGEST: Final = timedelta(days=30)
#: Its use is noted this often.
_NOTED_EVERY: Final = timedelta(minutes=1)
#: For so long whoever has just proved who they are need not do it again.
_PROVEN_FOR: Final = timedelta(minutes=10)
_LONGEST_AGENT: Final = 200


@dataclass(frozen=True)
class SignedIn:
    """A person at a browser. ``roles``: by shop; of whoever is ``everywhere`` in none by name."""

    person: Person
    session: Session
    roles: Mapping[int, Role]

    def role_in(self, merchant_id: int) -> Role | None:
        """The role in this shop; None: the person has nothing to do with it."""
        return "owner" if self.person.everywhere else self.roles.get(merchant_id)

    def permissions_in(self, merchant_id: int) -> frozenset[Permission]:
        """What the person may do there. Whoever must still choose a password may nothing."""
        role = self.role_in(merchant_id)
        return frozenset() if role is None or self.person.must_change else ROLES[role]

    def has_proven(self, now: datetime) -> bool:
        """Whether the person proved who they are just now."""
        return now - self.session.proven_at < _PROVEN_FOR


def login_of(typed: str) -> str:
    """A login as it is stored and looked for."""
    return typed.strip().casefold()


async def sign_in(
    engine: Engine, sealer: SecretBox, typed: str, password: str, code: str, *, address: str, agent: str
) -> str:
    """Begin a session; returns its token, which only the browser keeps.

    Refuses NotAuthenticated: ``unknown`` (no such login, or another password: both take as long), ``code`` (a one-time
    code is needed, or this is none).
    """
    async with engine.connection() as connection:
        person = await sql.by_login(connection, login_of(typed))
    # With no connection held: this takes a while on purpose.
    if not await passwords.is_right(None if person is None else person.password, password) or person is None:
        raise NotAuthenticated("unknown")
    if person.totp is not None and not await _is_code(engine, sealer, person, code):
        raise NotAuthenticated("code")
    now, secret = real_now(), token()
    session = Session(
        engine.ids.next(), person.person_id, now, now, now + _IDLE, now, address[:100], agent[:_LONGEST_AGENT]
    )
    async with engine.connection() as connection:
        await sql.add_session(connection, token_digest(secret), session)
    return secret


async def _is_code(engine: Engine, sealer: SecretBox, person: Person, code: str) -> bool:
    """Whether this is a one-time code of the person's that was not used yet, or a backup code; it is used up then."""
    assert person.totp is not None
    step = codes.accepted_step(sealer.open(person.totp), code, person.totp_step, real_now().timestamp())
    async with engine.connection() as connection:
        if step is not None:
            return await sql.use_step(connection, person.person_id, step)
        return bool(code.strip()) and await sql.use_backup_code(connection, person.person_id, codes.backup_digest(code))


async def whose(engine: Engine, secret: str, *, used: bool = True) -> SignedIn | None:
    """Who has the session of this token; None when it is over, or nobody's. ``used``: somebody is there and uses it, so
    that it lasts; an open page that looks by itself is nobody."""
    now, digest = real_now(), token_digest(secret)
    async with engine.connection() as connection:
        session = await sql.session(connection, digest, now)
        if session is None or now - session.created_at > _LONGEST:
            return None
        person = await sql.by_id(connection, session.person_id)
        if person is None:
            return None
        if used and now - session.seen_at > _NOTED_EVERY:
            await sql.touch(connection, digest, now, now + _IDLE)
        roles = await sql.roles_of(connection, person.person_id)
    known: dict[str, Role] = {str(role): role for role in ROLES}
    return SignedIn(person, session, {m: known[role] for m, role in roles.items() if role in known})


async def prove(engine: Engine, sealer: SecretBox, who: SignedIn, secret: str, password: str, code: str) -> None:
    """Whoever uses the session proves once more who they are: by a one-time code where they have them, else by the
    password. Refuses NotAuthenticated (``code`` or ``unknown``)."""
    person = who.person
    if person.totp is not None:
        if not await _is_code(engine, sealer, person, code):
            raise NotAuthenticated("code")
    elif not await passwords.is_right(person.password, password):
        raise NotAuthenticated("unknown")
    async with engine.connection() as connection:
        await sql.prove(connection, token_digest(secret), real_now())


async def change_password(engine: Engine, who: SignedIn, old: str, new: str) -> None:
    """Choose another password; every other session of the person ends. Refuses InputInvalid (``old``, ``new``)."""
    person = who.person
    if not await passwords.is_right(person.password, old):
        raise InputInvalid({"old": ["is not your password"]})
    passwords.require_fit("new", new, person.login, person.name, old)
    stored = await passwords.hashed(new)
    async with engine.connection() as connection, connection.transaction():
        await sql.set_password(connection, person.person_id, stored)
        await sql.end_sessions(connection, person.person_id, but=who.session.session_id)


async def use_codes(engine: Engine, sealer: SecretBox, who: SignedIn, secret: str, code: str) -> list[str]:
    """From now on the person gives one-time codes, of an app that knows ``secret`` and shows ``code`` now; returns the
    backup codes, which are shown this once. Refuses InputInvalid (``code``)."""
    step = codes.accepted_step(secret, code, 0, real_now().timestamp())
    if step is None:
        raise InputInvalid({"code": ["is not what the app shows now"]})
    try:
        sealed = sealer.seal(secret)
    except SecretBoxError as error:
        text = "this server has no key to keep its secret with (GERAI_WEBHOOKS_SEAL_KEY)"
        raise InputInvalid({"code": [text]}) from error
    fresh = codes.new_backup_codes()
    async with engine.connection() as connection:
        digests = [codes.backup_digest(one) for one in fresh]
        await sql.set_codes(connection, who.person.person_id, sealed, step, digests)
    return fresh


async def drop_codes(engine: Engine, person_id: int) -> None:
    """The person gives no codes any more. Whoever calls this has had it proved."""
    async with engine.connection() as connection:
        await sql.set_codes(connection, person_id, None, 0, [])


async def sign_out(engine: Engine, who: SignedIn) -> None:
    """End this session."""
    await end_session(engine, who, who.session.session_id)


async def end_session(engine: Engine, who: SignedIn, session_id: int) -> None:
    """End one of the person's sessions. Refuses NotFound."""
    async with engine.connection() as connection:
        if not await sql.end_session(connection, who.person.person_id, session_id):
            raise NotFound("session", str(session_id))


async def sessions_of(engine: Engine, who: SignedIn) -> list[Session]:
    """Where the person is signed in, the last used first."""
    async with engine.connection() as connection:
        return await sql.sessions(connection, who.person.person_id, real_now())
