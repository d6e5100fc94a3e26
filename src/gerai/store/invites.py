"""Who was asked to join a shop."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

_COLUMNS: Final = "merchant_id, invite_id, role, name, created_by, created_at, expires_at, used_at"
_OPEN: Final = f"""
SELECT {_COLUMNS} FROM invites WHERE merchant_id = %s AND used_at IS NULL AND expires_at > %s
ORDER BY invite_id LIMIT 200"""
_BY_DIGEST: Final = (
    f"SELECT {_COLUMNS} FROM invites WHERE merchant_id = %s AND digest = %s AND used_at IS NULL AND expires_at > %s"
)
_USE: Final = f"""
UPDATE invites SET used_at = %s WHERE merchant_id = %s AND digest = %s AND used_at IS NULL AND expires_at > %s
RETURNING {_COLUMNS}"""


class Invite(NamedTuple):
    """``name``: whom it is for, as whoever invites calls them."""

    merchant_id: int
    invite_id: int
    role: str
    name: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


async def add(connection: AsyncConnection, digest: bytes, invite: Invite) -> None:
    """Store an invitation under the digest of its link's secret."""
    marks = ", ".join(["%s"] * len(invite))
    text = f"INSERT INTO invites (digest, {_COLUMNS}) VALUES (%s, {marks})"
    await connection.execute(text.encode(), (digest, *invite))


async def of_digest(connection: AsyncConnection, merchant_id: int, digest: bytes, now: datetime) -> Invite | None:
    """The invitation of this link, unless it was used or is too old."""
    row = await (await connection.execute(_BY_DIGEST.encode(), (merchant_id, digest, now))).fetchone()
    return None if row is None else Invite(*row)


async def use(connection: AsyncConnection, merchant_id: int, digest: bytes, now: datetime) -> Invite | None:
    """Use it up; None when there is none that can be used."""
    row = await (await connection.execute(_USE.encode(), (now, merchant_id, digest, now))).fetchone()
    return None if row is None else Invite(*row)


async def open_ones(connection: AsyncConnection, merchant_id: int, now: datetime) -> list[Invite]:
    """The shop's invitations that can still be used."""
    return [Invite(*row) for row in await (await connection.execute(_OPEN.encode(), (merchant_id, now))).fetchall()]


async def withdraw(connection: AsyncConnection, merchant_id: int, invite_id: int, now: datetime) -> bool:
    """Nobody can use it any more; False when there is no open one of this id."""
    text = "UPDATE invites SET used_at = %s WHERE merchant_id = %s AND invite_id = %s AND used_at IS NULL"
    return (await connection.execute(text, (now, merchant_id, invite_id))).rowcount == 1
