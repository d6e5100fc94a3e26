"""One webhook delivery: what it holds, and every attempt at it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_links import without_secret
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.deliveries import DeliveryRow, row_of
from gerai.engine.desk.webhooks import delivery_here
from gerai.engine.webhooks.history import name_of_message, show_delivery
from gerai.kit.bilingual import Bilingual


class AttemptShown(msgspec.Struct, frozen=True):
    """One attempt. ``status_code`` None: no answer, and ``error`` says why; ``answer``: how it began."""

    number: Annotated[int, words("Ke", "Number")]
    at: Annotated[datetime, words("Waktu", "Time")]
    status_code: Annotated[int | None, words("Status HTTP", "HTTP status")]
    error: Annotated[str, words("Kesalahan", "Error")]
    took_ms: Annotated[int, words("Lama (ms)", "Took (ms)")]
    answer: Annotated[str, words("Jawaban", "Answer")]


class DeliveryShown(DeliveryRow, frozen=True, kw_only=True):
    """A delivery. ``message_id``: as its receiver sees it, the same at every attempt; empty where the endpoint's secret
    cannot be opened. ``data``: what the message holds, without the secret of
    an order's page that whoever looks may not open (``order_links.py``)."""

    message_id: Annotated[str, words("Nomor pesan", "Message id")]
    data: Annotated[Any, words("Isi", "Data")]
    tried: Annotated[tuple[AttemptShown, ...], words("Percobaan satu per satu", "Each attempt")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    await delivery_here(within, wanted.id)
    found, attempts = await show_delivery(within.engine, within.merchant_id, wanted.id)
    tried = tuple(
        AttemptShown(one.number, one.at, one.status_code, one.error, one.took_ms, one.answer) for one in attempts
    )
    view = await within.engine.orders.by_id(within.merchant_id, found.order_id)
    data = found.data if view is None else without_secret(within, view, found.data)
    shown = DeliveryShown(
        **msgspec.structs.asdict(row_of(found)),
        message_id=await name_of_message(within.engine, within.house.sealer, found),
        data=msgspec.json.decode(data),
        tried=tried,
    )
    return ViewPage([shown])


VIEW = View(
    "deliveries.show", "webhooks:manage", Bilingual("Sebuah kiriman", "A delivery"), ById, DeliveryShown, run
)  # fmt: skip
