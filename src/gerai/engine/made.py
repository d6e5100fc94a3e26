"""What a create made, by its ids: all that an idempotency key's row keeps. A replay reads it as it is now."""

from __future__ import annotations

from typing import Any

import msgspec


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ids of what a command made; which of them are set is the command's affair. New ones get a default, too: rows
    outlive versions."""

    order_id: int | None = None
    transfer_id: int | None = None
    payment_id: int | None = None
    deposit_id: int | None = None
    account_id: int | None = None
    order_ids: tuple[int, ...] = ()
    target: str = ""


class _Order(msgspec.Struct, frozen=True):
    order_id: int


class _View(msgspec.Struct, frozen=True):
    order: _Order


class _Stored(Made, frozen=True):
    """A row, also one of version 0.1.0, which kept the whole answer: an order's view under ``view`` or by itself. A
    deposit's or an account's answer has its ids where they are today."""

    view: _View | None = None
    order: _Order | None = None


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(_Stored)


def encode_made(made: Made) -> bytes:
    """As the row keeps it: ``{"order_id":1}``."""
    return _encode(made)


def decode_made(stored: bytes) -> Made:
    """Read a row."""
    found: Any = _decoder.decode(stored)
    order = found.order if found.view is None else found.view.order
    # Keys of the version before are replayed for as long as they are kept.
    order_id = found.order_id if order is None else order.order_id
    return Made(
        order_id, found.transfer_id, found.payment_id, found.deposit_id, found.account_id, found.order_ids, found.target
    )
