"""A shop's logo: the acts by which a seller gives one and takes it away, and what pages and papers show of it."""

from __future__ import annotations

import hashlib
from typing import Final

import structlog

from gerai.domain.records import ShopLogo
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.engine.core import Engine
from gerai.engine.directory import Part
from gerai.engine.merchants.open import changing
from gerai.kit.clock import real_now
from gerai.kit.pictures import NoPicture, Picture, read_picture
from gerai.store import logos as sql

log = structlog.get_logger("gerai.merchants")
LARGEST_BYTES: Final = 512 * 1024
SMALLEST_SIDE, LARGEST_SIDE = 16, 2048
#: In every merchant's snapshot, without its content.
LOGOS: Final[Part[ShopLogo | None]] = Part("shop_logos", sql.logos)


def read_logo(content: bytes) -> Picture:
    """What a file is that is to be a logo. Refuses InputInvalid: larger than LARGEST_BYTES, no PNG or JPEG by its own
    bytes, broken, or a side of fewer or more pixels than the bounds."""
    if len(content) > LARGEST_BYTES:
        raise InputInvalid({"logo": [f"it is larger than {LARGEST_BYTES // 1024} KiB"]})
    try:
        picture = read_picture(content)
    except NoPicture as fault:
        raise InputInvalid({"logo": [str(fault)]}) from fault
    if not SMALLEST_SIDE <= min(picture.width, picture.height) <= max(picture.width, picture.height) <= LARGEST_SIDE:
        size = f"it has {picture.width} × {picture.height} pixels"
        raise InputInvalid({"logo": [f"{size}: each side has {SMALLEST_SIDE} to {LARGEST_SIDE}"]})
    return picture


async def set_logo(engine: Engine, merchant_id: int, content: bytes, by: str) -> ShopLogo:
    """Show this picture on the merchant's pages and papers, instead of another one. Refuses as :func:`read_logo`."""
    picture = read_logo(content)
    logo = ShopLogo(merchant_id, hashlib.sha256(content).digest(), *picture, real_now(), by)
    async with changing(engine, merchant_id) as connection:
        await sql.put(connection, logo, content)
    log.info("logo.set", merchant_id=merchant_id, digest=logo.digest.hex(), by=by)
    return logo


async def remove_logo(engine: Engine, merchant_id: int, by: str) -> None:
    """Show none any more. Refuses NotFound."""
    async with changing(engine, merchant_id) as connection:
        if not await sql.remove(connection, merchant_id):
            raise NotFound("logo", str(merchant_id))
    log.info("logo.removed", merchant_id=merchant_id, by=by)


async def logo_content(engine: Engine, merchant_id: int, digest: bytes) -> tuple[str, bytes] | None:
    """Kind and content of the merchant's logo; None when it has none, or another one by now."""
    async with engine.connection() as connection:
        return await sql.content(connection, merchant_id, digest)
