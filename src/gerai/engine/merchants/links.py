"""Outside identities of members: who spends a wallet through somebody else's bot (a Discord user)."""

from __future__ import annotations

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.store import directory as sql
from gerai.store import members
from gerai.store.connection import Connection


async def link_member(
    engine: Engine, merchant_id: int, member_id: int, kind: str, external_id: str, *, environment: str = ""
) -> None:
    """Link an outside identity to a member; nothing happens when it is. Every process follows within a second.
    ``environment``: the member was made there; empty: in either.

    Refuses NotFound (no such member), and InputInvalid: it is linked to another member of the merchant.
    """
    async with changing(engine, merchant_id) as connection:
        await _require(connection, merchant_id, member_id, environment)
        owner = await members.add_link(connection, merchant_id, member_id, kind, external_id)
        if owner != member_id:
            raise InputInvalid({kind: [f"{external_id} is linked to member {owner}"]})
        note(member_id, kind=kind, external_id=external_id)


async def unlink_member(
    engine: Engine, merchant_id: int, member_id: int, kind: str, external_id: str, *, environment: str = ""
) -> None:
    """Take an outside identity from a member. ``environment``: as above. NotFound: no such member, or it is not linked
    to this one."""
    async with changing(engine, merchant_id) as connection:
        await _require(connection, merchant_id, member_id, environment)
        if not await members.remove_link(connection, merchant_id, member_id, kind, external_id):
            raise NotFound("link", external_id)
        note(member_id, kind=kind, external_id=external_id)


async def _require(connection: Connection, merchant_id: int, member_id: int, environment: str) -> None:
    found = await members.one(connection, merchant_id, member_id)
    if found is None or (environment and found.environment != environment):
        raise NotFound("member", str(member_id))


async def links_of_members(engine: Engine, merchant_id: int) -> dict[int, list[tuple[str, str]]]:
    """By member: kind and identity, for instance ``("discord", "1262024148939440249")``."""
    found: dict[int, list[tuple[str, str]]] = {}
    async with engine.connection() as connection:
        for member_id, kind, external_id in (await sql.links_of_members(connection, [merchant_id]))[merchant_id]:
            found.setdefault(member_id, []).append((kind, external_id))
    return found
