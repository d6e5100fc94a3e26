"""Webhook endpoints: who is called when something happens to a counter's orders, and how they do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.webhooks import Endpoint
from gerai.engine.desk import webhooks as fields
from gerai.engine.desk.fields import Id, Seen, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.webhooks import seen_endpoint
from gerai.engine.webhooks.endpoints import list_endpoints
from gerai.engine.webhooks.history import lately
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now


class WebhookFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: all of the desk's environment are shown, but for removed ones."""


class WebhookRow(msgspec.Struct, frozen=True):
    """An endpoint. ``state``: ``active``, ``failing`` (silent the last time), ``paused`` (silent so often that it is
    left alone until ``paused_until``) or ``disabled``. Of its newest hundred deliveries: how many were delivered, given
    up, and wait; ``failure_percent``: given up, of those that are over; None: none is."""

    id: Annotated[Id, words("Nomor", "Id")]
    door: Annotated[str, words("Konter", "Counter")]
    url: Annotated[str, fields.URL]
    events: Annotated[tuple[str, ...], words("Kejadian", "Events")]
    state: Annotated[str, words("Keadaan", "State")]
    why: Annotated[str, words("Sebab", "Why")]
    delivered: Annotated[int, words("Terkirim", "Delivered")]
    failed: Annotated[int, words("Gagal", "Failed")]
    pending: Annotated[int, words("Menunggu", "Waiting")]
    failure_percent: Annotated[int | None, words("Gagal (%)", "Failed (%)")]
    silent: Annotated[int, words("Tanpa jawaban berturut-turut", "In a row without an answer")]
    paused_until: Annotated[datetime | None, words("Dibiarkan sampai", "Left alone until")]
    key_id: Annotated[int | None, words("Hanya pesanan kunci", "Only orders of key")]
    created_at: Annotated[datetime, words("Dibuat", "Made")]
    seen: Seen


async def run(within: Within, wanted: WebhookFilter) -> ViewPage:
    """By id."""
    every = await list_endpoints(within.engine, within.merchant_id)
    return ViewPage(await rows_of(within, [one for one in every if one.environment == within.environment]))


async def rows_of(within: Within, endpoints: list[Endpoint]) -> list[WebhookRow]:
    """These endpoints as they are seen."""
    counted = await lately(within.engine, within.merchant_id, [one.endpoint_id for one in endpoints])
    return [_row(one, counted[one.endpoint_id]) for one in endpoints]


def _row(one: Endpoint, counted: dict[str, int]) -> WebhookRow:
    delivered, failed = counted.get("delivered", 0), counted.get("failed", 0)
    over = delivered + failed
    percent = (failed * 100 + over // 2) // over if over else None
    paused_until = one.paused_until if one.paused_until is not None and one.paused_until > real_now() else None
    state = "disabled" if one.status != "active" else "paused" if paused_until else "failing" if one.failures else ""
    return WebhookRow(
        one.endpoint_id, one.channel, one.url, one.events, state or "active", one.reason, delivered, failed,
        counted.get("pending", 0), percent, one.failures, paused_until, one.key_id, one.created_at, seen_endpoint(one),
    )  # fmt: skip


VIEW = View("webhooks.list", "webhooks:manage", Bilingual("Webhook", "Webhooks"), WebhookFilter, WebhookRow, run)
