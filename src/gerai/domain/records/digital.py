"""What is handed over without a parcel: licence codes, and files."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

CodeStatus = Literal["free", "given", "withdrawn"]


class CodePool(msgspec.Struct, frozen=True):
    """The codes of a variant in an environment, counted. ``marker``: the sealed key by which equal codes are found;
    ``low_at``: when no more than so many are free, they are low."""

    merchant_id: int
    pool_id: int
    environment: str
    variant_id: int
    marker: bytes
    free: int
    given: int
    withdrawn: int
    low_at: int | None
    updated_at: datetime


class LicenceCode(msgspec.Struct, frozen=True):
    """One code. ``sealed``: the code itself; ``digest``: made of it and its pool's marker. A given one belongs to a
    unit (from 1) of an order's line for ever."""

    merchant_id: int
    code_id: int
    pool_id: int
    sealed: bytes
    digest: bytes
    status: str
    order_id: int | None
    line_no: int | None
    unit_no: int | None
    created_at: datetime
    given_at: datetime | None


class CodeDelivery(msgspec.Struct, frozen=True):
    """An order that has codes to get: it waits for them, got them all, or ended before. ``variant_id``: of which it
    waits for codes, or waited last; ``units``: how many it gets in all."""

    merchant_id: int
    order_id: int
    environment: str
    status: str
    variant_id: int
    units: int
    created_at: datetime
    updated_at: datetime


class VariantFile(msgspec.Struct, frozen=True):
    """What the buyers of a variant may fetch: a link (``url``), or a file of this ``kind`` (a media type), without its
    content. ``most_downloads``: of one order; None: as often as they like."""

    merchant_id: int
    file_id: int
    variant_id: int
    name: str
    url: str
    kind: str
    size_bytes: int
    digest: bytes
    most_downloads: int | None
    created_at: datetime
