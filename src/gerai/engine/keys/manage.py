"""Make, list, rotate and revoke API keys. A key's secret is shown once and stored as a SHA-256 digest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid, NotFound, StateConflict
from gerai.engine.core import Engine
from gerai.engine.directory_entries import token_digest
from gerai.engine.merchants.open import changing, note
from gerai.kit.clock import real_now
from gerai.store import directory as sql
from gerai.store import readiness
from gerai.store.connection import Connection

KeyRow = sql.KeyRow


async def create_key(
    engine: Engine,
    merchant_id: int,
    environment: Environment,
    dialect: str,
    token: str,
    *,
    name: str,
    prefix: str,
    member_id: int | None = None,
    permissions: tuple[str, ...] = (),
    limits: dict[str, int] | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Store a key whose secret ``token`` the door composed; returns its id. ``limits`` None: no rate limit.

    Refuses InputInvalid: ``member_id`` names nobody, another merchant's or another channel's member, or one who is not
    in this environment: the key would get 403 for ever. And StateConflict: the merchant is closed.
    """
    if member_id is not None:
        await _require_owner(engine, merchant_id, environment, dialect, member_id)
    key_id = engine.ids.next()
    key = KeyRow(
        key_id, environment, dialect, name, prefix, token_digest(token), member_id, list(permissions), limits,
        real_now(), expires_at, None,
    )  # fmt: skip
    async with changing(engine, merchant_id) as connection:
        await _require_open(connection, merchant_id)
        await sql.add_key(connection, merchant_id, key)
        note(key_id, door=dialect, name=name, member_id=member_id, permissions=list(permissions))
    return key_id


async def _require_open(connection: Connection, merchant_id: int) -> None:
    found = await sql.merchants(connection, [merchant_id])
    if closed := [one for one in found if one.closed_at is not None]:
        raise StateConflict("merchant", closed[0].code, "closed", "give keys to")


async def _require_owner(
    engine: Engine, merchant_id: int, environment: Environment, dialect: str, member_id: int
) -> None:
    async with engine.connection() as connection:
        found = await sql.owner_of_keys(connection, member_id)
    mine = [(channel, home, wallets) for owner, channel, home, wallets in found if owner == merchant_id]
    code = engine.directory.merchant(merchant_id).code
    searched = f"merchant {code}, counter {dialect}, {environment}"
    if not mine:
        raise InputInvalid({"member": [f"{member_id} is nobody's here (searched: {searched})"]})
    [(channel, home, wallets)] = mine
    if channel != dialect:
        raise InputInvalid({"member": [f"{member_id} belongs to the counter {channel} (searched: {searched})"]})
    # A member is at home in one environment, and has wallets in others: a key needs one of these.
    if environment not in (home, *wallets):
        raise InputInvalid({"member": [f"{member_id} is in {home} only (searched: {searched})"]})


async def list_keys(engine: Engine, merchant_id: int) -> list[KeyRow]:
    """All keys of a merchant, revoked ones too."""
    async with engine.connection() as connection:
        return (await sql.keys(connection, [merchant_id])).get(merchant_id, [])


async def revoke_key(engine: Engine, merchant_id: int, key_id: int) -> None:
    """The key stops working, here at once and in every other process within a second. NotFound: no such live key."""
    async with changing(engine, merchant_id) as connection:
        if not await sql.revoke_key(connection, merchant_id, key_id, real_now()):
            raise NotFound("key", str(key_id))
        note(key_id)


async def rotate_key(
    engine: Engine,
    merchant_id: int,
    environment: Environment,
    key_id: int,
    compose: Callable[[KeyRow], tuple[str, str]],
    overlap: timedelta,
) -> tuple[int, str]:
    """Store another key with the facts of this one, and let this one end when ``overlap`` is over, at once with none;
    returns the new one's id and its secret. ``compose`` returns the secret that the door composes, and its prefix; what
    it refuses is refused. NotFound: no such live key in this environment. StateConflict: the merchant is closed.
    """
    async with changing(engine, merchant_id) as connection:
        await _require_open(connection, merchant_id)
        now = real_now()
        stored = (await sql.keys(connection, [merchant_id])).get(merchant_id, [])
        live = {k.key_id: k for k in stored if k.revoked_at is None and (k.expires_at is None or k.expires_at > now)}
        old = live.get(key_id)
        if old is None or old.environment != environment:
            raise NotFound("key", str(key_id))
        token, prefix = compose(old)
        new = old._replace(key_id=engine.ids.next(), prefix=prefix, token_sha256=token_digest(token), created_at=now)
        await sql.add_key(connection, merchant_id, new)
        if overlap:
            await sql.expire_key(connection, merchant_id, key_id, now + overlap)
        else:
            await sql.revoke_key(connection, merchant_id, key_id, now)
        note(new.key_id, of=str(key_id), door=old.dialect, name=old.name)
    return new.key_id, token


def merchant_with_real_keys(dsn: str) -> str | None:
    """Code of a merchant that is not simulated and has a production key that works; None when there is none. For a
    start: the engine need not run."""
    return readiness.merchant_with_real_keys(dsn)
