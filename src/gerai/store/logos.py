"""Shops' logos, read and written outside the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from psycopg import AsyncConnection

from gerai.domain.records import ShopLogo
from gerai.store.conditions import query

_FACTS: Final = ShopLogo.__struct_fields__
_KEPT: Final = ", ".join(_FACTS)
_PUT: Final = f"""
INSERT INTO shop_logos ({_KEPT}, content) VALUES ({", ".join(f"%({name})s" for name in _FACTS)}, %(content)s)
ON CONFLICT (merchant_id) DO UPDATE SET content = EXCLUDED.content,
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _FACTS if name != "merchant_id")}"""


async def logos(connection: AsyncConnection, merchant_ids: Sequence[int]) -> dict[int, ShopLogo | None]:
    """By merchant, every one of these; None where there is none."""
    found: dict[int, ShopLogo | None] = dict.fromkeys(merchant_ids)
    cursor = await connection.execute(
        query(f"SELECT {_KEPT} FROM shop_logos WHERE merchant_id = ANY(%s)"), (list(merchant_ids),)
    )
    for row in await cursor.fetchall():
        found[row[0]] = ShopLogo(*row)
    return found


async def content(connection: AsyncConnection, merchant_id: int, digest: bytes) -> tuple[str, bytes] | None:
    """Kind and content of the merchant's logo, if it is this one."""
    cursor = await connection.execute(
        "SELECT kind, content FROM shop_logos WHERE merchant_id = %s AND digest = %s",
        (merchant_id, digest),
        binary=True,
    )
    return await cursor.fetchone()


async def put(connection: AsyncConnection, logo: ShopLogo, picture: bytes) -> None:
    """Store it instead of the one that is there."""
    await connection.execute(query(_PUT), msgspec.structs.asdict(logo) | {"content": picture})


async def remove(connection: AsyncConnection, merchant_id: int) -> bool:
    """False when there is none."""
    cursor = await connection.execute("DELETE FROM shop_logos WHERE merchant_id = %s", (merchant_id,))
    return cursor.rowcount == 1
