"""What was sent, or is to be sent, to webhook endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.domain.filters import DeliveryFilter
from gerai.domain.webhooks import Delivery
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import AfterMoment, behind, moment_of
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.webhooks.history import deliveries_of_order, find_deliveries
from gerai.kit.bilingual import Bilingual

DeliveryState = Literal["all", "pending", "delivered", "failed", "dropped"]
_Whole = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class DeliveriesWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``endpoint``, ``order``: ids, 0 is any."""

    endpoint: Annotated[_Whole, words("Nomor webhook", "Webhook")] = 0
    order: Annotated[_Whole, words("Nomor pesanan (id)", "Order (id)")] = 0
    status: Annotated[DeliveryState, words("Keadaan", "State", "failed")] = "all"
    after: Annotated[AfterMoment, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class DeliveryRow(msgspec.Struct, frozen=True):
    """A message on its way to one endpoint. ``next_attempt_at``: of one that waits."""

    id: Annotated[Id, words("Nomor", "Id")]
    endpoint_id: Annotated[Id, words("Webhook", "Webhook")]
    event: Annotated[str, words("Kejadian", "Event")]
    order_id: Annotated[int, words("Pesanan (id)", "Order (id)")]
    happened_at: Annotated[datetime, words("Terjadi", "Happened")]
    status: Annotated[str, words("Keadaan", "State")]
    attempts: Annotated[int, words("Percobaan", "Attempts")]
    next_attempt_at: Annotated[datetime | None, words("Dicoba lagi", "Tried again")]


async def run(within: Within, wanted: DeliveriesWanted) -> ViewPage:
    """Of the newest events first."""
    if wanted.order:
        every = await deliveries_of_order(within.engine, within.merchant_id, wanted.order)
        found = [one for one in every if _fits(within, wanted, one)]
    else:
        found = await find_deliveries(within.engine, within.merchant_id, _filter(within, wanted), wanted.limit + 1)
    shown = found[: wanted.limit]
    after = behind(shown[-1].happened_at, shown[-1].delivery_id) if len(found) > wanted.limit else ""
    return ViewPage([row_of(one) for one in shown], after)


def row_of(one: Delivery) -> DeliveryRow:
    """A delivery as it is seen."""
    return DeliveryRow(
        one.delivery_id, one.endpoint_id, one.event, one.order_id, one.happened_at, one.status, one.attempts,
        one.next_attempt_at if one.status == "pending" else None,
    )  # fmt: skip


def _filter(within: Within, wanted: DeliveriesWanted) -> DeliveryFilter:
    return DeliveryFilter(
        endpoint_id=wanted.endpoint or None,
        environment=within.environment,
        status="" if wanted.status == "all" else wanted.status,
        before=_before(wanted),
    )


def _fits(within: Within, wanted: DeliveriesWanted, one: Delivery) -> bool:
    before = _before(wanted)
    return (
        one.environment == within.environment
        and wanted.endpoint in (0, one.endpoint_id)
        and wanted.status in ("all", one.status)
        and (before is None or (one.happened_at, one.delivery_id) < before)
    )


def _before(wanted: DeliveriesWanted) -> tuple[datetime, int] | None:
    after = moment_of(wanted.after)
    return None if after is None else (after[0], int(after[1][0]))


VIEW = View(
    "deliveries.list", "webhooks:manage", Bilingual("Kiriman webhook", "Webhook deliveries"), DeliveriesWanted,
    DeliveryRow, run,
)  # fmt: skip
