"""The picture that a shop shows of itself."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ShopLogo(msgspec.Struct, frozen=True):
    """A merchant's logo without its content. ``digest``: SHA-256 of that; ``kind``: what its bytes are; ``width`` and
    ``height`` in pixels; ``created_by``: the person who gave it."""

    merchant_id: int
    digest: bytes
    kind: str
    width: int
    height: int
    created_at: datetime
    created_by: str
