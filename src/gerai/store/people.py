"""People, their roles, sessions and invitations. What is of the whole installation stands under merchant 0."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

_PERSON: Final = (
    "person_id, login, name, password, must_change, everywhere, totp, totp_step, backup_codes, created_at, removed_at"
)
_BY_LOGIN: Final = f"SELECT {_PERSON} FROM people WHERE merchant_id = 0 AND login = %s AND removed_at IS NULL"
_BY_ID: Final = f"SELECT {_PERSON} FROM people WHERE merchant_id = 0 AND person_id = %s AND removed_at IS NULL"
_ROLES: Final = "SELECT merchant_id, role FROM merchant_people WHERE person_id = %s ORDER BY 1"
_OF_MERCHANT: Final = """
SELECT p.person_id, p.login, p.name, m.role, p.totp IS NOT NULL, m.added_at, (
    SELECT max(s.seen_at) FROM person_sessions s WHERE s.merchant_id = 0 AND s.person_id = p.person_id)
FROM merchant_people m JOIN people p ON p.merchant_id = 0 AND p.person_id = m.person_id
WHERE m.merchant_id = %s AND p.removed_at IS NULL ORDER BY p.login LIMIT %s"""
_SESSION: Final = "session_id, person_id, created_at, seen_at, expires_at, proven_at, address, agent"
_BY_DIGEST: Final = f"SELECT {_SESSION} FROM person_sessions WHERE merchant_id = 0 AND digest = %s AND expires_at > %s"
_SESSIONS: Final = f"""
SELECT {_SESSION} FROM person_sessions WHERE merchant_id = 0 AND person_id = %s AND expires_at > %s
ORDER BY seen_at DESC LIMIT 100"""

_STILL_IN: Final = """
SELECT a.digest, a.merchant_id, CASE WHEN p.everywhere THEN 'owner' ELSE m.role END
FROM unnest(%s::bytea[], %s::bigint[]) AS a (digest, merchant_id)
JOIN person_sessions s ON s.merchant_id = 0 AND s.digest = a.digest AND s.expires_at > %s
JOIN people p ON p.merchant_id = 0 AND p.person_id = s.person_id AND p.removed_at IS NULL AND NOT p.must_change
LEFT JOIN merchant_people m ON m.merchant_id = a.merchant_id AND m.person_id = p.person_id"""


class Person(NamedTuple):
    """``must_change``: the password is a one-time one. ``everywhere``: owner of every shop, the installation's
    operator. ``totp``: the sealed secret of one-time codes; ``totp_step``: the step of the last one that was used."""

    person_id: int
    login: str
    name: str
    password: str
    must_change: bool
    everywhere: bool
    totp: bytes | None
    totp_step: int
    backup_codes: list[str]
    created_at: datetime
    removed_at: datetime | None


class MemberOfShop(NamedTuple):
    """A person of a shop, with the role there."""

    person_id: int
    login: str
    name: str
    role: str
    has_codes: bool
    added_at: datetime
    seen_at: datetime | None


class Session(NamedTuple):
    """A browser that is signed in. ``proven_at``: when whoever uses it last proved who they are."""

    session_id: int
    person_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    proven_at: datetime
    address: str
    agent: str


async def anybody(connection: AsyncConnection) -> bool:
    """Whether anybody can sign in."""
    text = "SELECT FROM people WHERE merchant_id = 0 AND removed_at IS NULL LIMIT 1"
    return bool(await (await connection.execute(text)).fetchall())


async def by_login(connection: AsyncConnection, login: str) -> Person | None:
    """The person of this login, as it is stored (lower case)."""
    row = await (await connection.execute(_BY_LOGIN.encode(), (login,))).fetchone()
    return None if row is None else Person(*row)


async def by_id(connection: AsyncConnection, person_id: int) -> Person | None:
    """The person of this id."""
    row = await (await connection.execute(_BY_ID.encode(), (person_id,))).fetchone()
    return None if row is None else Person(*row)


async def add(connection: AsyncConnection, person: Person) -> bool:
    """Store a person; False when the login is somebody's."""
    marks = ", ".join(["%s"] * len(person))
    text = f"INSERT INTO people ({_PERSON}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return (await connection.execute(text.encode(), person)).rowcount == 1


async def set_password(connection: AsyncConnection, person_id: int, password: str) -> None:
    """Give a person a password of their own."""
    await connection.execute(
        "UPDATE people SET password = %s, must_change = false WHERE merchant_id = 0 AND person_id = %s",
        (password, person_id),
    )


async def reset(connection: AsyncConnection, person_id: int, password: str) -> None:
    """Give a person a one-time password, and take the one-time codes away."""
    await connection.execute(
        "UPDATE people SET password = %s, must_change = true, totp = NULL, totp_step = 0, backup_codes = '{}' "
        "WHERE merchant_id = 0 AND person_id = %s",
        (password, person_id),
    )


async def set_codes(
    connection: AsyncConnection, person_id: int, totp: bytes | None, step: int, codes: list[str]
) -> None:
    """Set or remove a person's secret of one-time codes, and the digests of the backup codes."""
    await connection.execute(
        "UPDATE people SET totp = %s, totp_step = %s, backup_codes = %s WHERE merchant_id = 0 AND person_id = %s",
        (totp, step, codes, person_id),
    )


async def use_step(connection: AsyncConnection, person_id: int, step: int) -> bool:
    """Note that the code of this step was used; False when it, or a later one, was used before."""
    text = "UPDATE people SET totp_step = %s WHERE merchant_id = 0 AND person_id = %s AND totp_step < %s"
    return (await connection.execute(text, (step, person_id, step))).rowcount == 1


async def use_backup_code(connection: AsyncConnection, person_id: int, digest: str) -> bool:
    """Take a backup code; False when there is none of this digest any more."""
    text = (
        "UPDATE people SET backup_codes = array_remove(backup_codes, %s) "
        "WHERE merchant_id = 0 AND person_id = %s AND %s = ANY(backup_codes)"
    )
    return (await connection.execute(text, (digest, person_id, digest))).rowcount == 1


async def roles_of(connection: AsyncConnection, person_id: int) -> dict[int, str]:
    """A person's role by shop."""
    return dict(await (await connection.execute(_ROLES, (person_id,))).fetchall())


async def of_merchant(connection: AsyncConnection, merchant_id: int, limit: int) -> list[MemberOfShop]:
    """A shop's people."""
    cursor = await connection.execute(_OF_MERCHANT, (merchant_id, limit))
    return [MemberOfShop(*row) for row in await cursor.fetchall()]


async def set_role(connection: AsyncConnection, merchant_id: int, person_id: int, role: str, at: datetime) -> None:
    """Give a person a role in a shop, or another one."""
    await connection.execute(
        "INSERT INTO merchant_people (merchant_id, person_id, role, added_at) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (merchant_id, person_id) DO UPDATE SET role = excluded.role",
        (merchant_id, person_id, role, at),
    )


async def owners(connection: AsyncConnection, merchant_id: int) -> set[int]:
    """Who owns the shop."""
    text = "SELECT person_id FROM merchant_people WHERE merchant_id = %s AND role = 'owner'"
    return {row[0] for row in await (await connection.execute(text, (merchant_id,))).fetchall()}


async def leave(connection: AsyncConnection, merchant_id: int, person_id: int) -> bool:
    """Take a person's role in a shop away; False when there is none."""
    text = "DELETE FROM merchant_people WHERE merchant_id = %s AND person_id = %s"
    return (await connection.execute(text, (merchant_id, person_id))).rowcount == 1


async def add_session(connection: AsyncConnection, digest: bytes, session: Session) -> None:
    """Store a session under the digest of its token."""
    marks = ", ".join(["%s"] * len(session))
    text = f"INSERT INTO person_sessions (digest, {_SESSION}) VALUES (%s, {marks})"
    await connection.execute(text.encode(), (digest, *session))


async def session(connection: AsyncConnection, digest: bytes, now: datetime) -> Session | None:
    """The session of this token, unless it is over."""
    row = await (await connection.execute(_BY_DIGEST.encode(), (digest, now))).fetchone()
    return None if row is None else Session(*row)


async def sessions(connection: AsyncConnection, person_id: int, now: datetime) -> list[Session]:
    """Where a person is signed in, the last used first."""
    return [Session(*row) for row in await (await connection.execute(_SESSIONS.encode(), (person_id, now))).fetchall()]


async def touch(connection: AsyncConnection, digest: bytes, seen_at: datetime, expires_at: datetime) -> None:
    """The session is in use."""
    await connection.execute(
        "UPDATE person_sessions SET seen_at = %s, expires_at = %s WHERE merchant_id = 0 AND digest = %s",
        (seen_at, expires_at, digest),
    )


async def prove(connection: AsyncConnection, digest: bytes, at: datetime) -> None:
    """Whoever uses the session has just proved who they are."""
    text = "UPDATE person_sessions SET proven_at = %s WHERE merchant_id = 0 AND digest = %s"
    await connection.execute(text, (at, digest))


async def end_session(connection: AsyncConnection, person_id: int, session_id: int) -> bool:
    """End one of a person's sessions; False when there is none of this id."""
    text = "DELETE FROM person_sessions WHERE merchant_id = 0 AND person_id = %s AND session_id = %s"
    return (await connection.execute(text, (person_id, session_id))).rowcount == 1


async def end_sessions(connection: AsyncConnection, person_id: int, but: int = 0) -> int:
    """End a person's sessions, all but one; returns how many."""
    text = "DELETE FROM person_sessions WHERE merchant_id = 0 AND person_id = %s AND session_id <> %s"
    return (await connection.execute(text, (person_id, but))).rowcount


async def forget_sessions(connection: AsyncConnection, now: datetime) -> int:
    """Remove what is over; returns how many."""
    text = "DELETE FROM person_sessions WHERE merchant_id = 0 AND expires_at <= %s"
    return (await connection.execute(text, (now,))).rowcount


async def still_in(
    connection: AsyncConnection, desks: list[tuple[bytes, int]], now: datetime
) -> dict[tuple[bytes, int], str | None]:
    """Of these sessions at these shops those that are not over, with the role there; None: there is none any more."""
    digests, merchants = [digest for digest, _ in desks], [merchant_id for _, merchant_id in desks]
    cursor = await connection.execute(_STILL_IN, (digests, merchants, now))
    return {(row[0], row[1]): row[2] for row in await cursor.fetchall()}
