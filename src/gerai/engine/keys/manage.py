"""Make, list and revoke API keys. A key's secret is shown once and stored as a SHA-256 digest."""

from __future__ import annotations

from datetime import datetime

from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.core import Engine
from gerai.engine.directory_entries import token_digest
from gerai.engine.merchants.open import changing
from gerai.kit.clock import real_now
from gerai.store import directory as sql
from gerai.store import readiness

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
    in this environment: the key would get 403 for ever.
    """
    if member_id is not None:
        await _require_owner(engine, merchant_id, environment, dialect, member_id)
    key_id = engine.ids.next()
    key = KeyRow(
        key_id, environment, dialect, name, prefix, token_digest(token), member_id, list(permissions), limits,
        real_now(), expires_at, None,
    )  # fmt: skip
    async with changing(engine, merchant_id) as connection:
        await sql.add_key(connection, merchant_id, key)
    return key_id


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


def merchant_with_real_keys(dsn: str) -> str | None:
    """Code of a merchant that is not simulated and has a production key that works; None when there is none. For a
    start: the engine need not run."""
    return readiness.merchant_with_real_keys(dsn)
