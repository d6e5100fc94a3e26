"""One webhook endpoint, and how its address answered lately."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from gerai.engine.desk.fields import ById, Id, Seen, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.webhooks import WebhookRow, rows_of
from gerai.engine.desk.webhooks import endpoint_here
from gerai.engine.webhooks.history import last_answers
from gerai.kit.bilingual import Bilingual

_ANSWERS: Final = 10


class AnswerShown(msgspec.Struct, frozen=True):
    """The last attempt at a delivery. ``status_code`` None: no answer, and ``error`` says why; ``answer``: how it
    began."""

    delivery_id: Annotated[Id, words("Nomor kiriman", "Delivery")]
    event: Annotated[str, words("Kejadian", "Event")]
    at: Annotated[datetime, words("Waktu", "Time")]
    status_code: Annotated[int | None, words("Status HTTP", "HTTP status")]
    error: Annotated[str, words("Kesalahan", "Error")]
    took_ms: Annotated[int, words("Lama (ms)", "Took (ms)")]
    answer: Annotated[str, words("Jawaban", "Answer")]


class WebhookShown(WebhookRow, frozen=True, kw_only=True):
    """An endpoint with the answers to its newest deliveries. ``signed_with_key``: the counter's own signature is made
    with an API key."""

    signed_with_key: Annotated[bool, words("Ditandatangani dengan kunci API", "Signed with an API key")]
    answers: Annotated[tuple[AnswerShown, ...], words("Jawaban terakhir", "Last answers")]
    seen: Seen


async def run(within: Within, wanted: ById) -> ViewPage:
    """Refuses NotFound."""
    endpoint = await endpoint_here(within, wanted.id)
    [row] = await rows_of(within, [endpoint])
    found = await last_answers(within.engine, within.merchant_id, wanted.id, _ANSWERS)
    answers = tuple(
        AnswerShown(one.delivery_id, one.event, tried.at, tried.status_code, tried.error, tried.took_ms, tried.answer)
        for one, tried in found
    )
    shown = WebhookShown(
        **msgspec.structs.asdict(row), signed_with_key=bool(endpoint.key_sealed), answers=answers
    )  # fmt: skip
    return ViewPage([shown])


VIEW = View("webhooks.show", "webhooks:manage", Bilingual("Sebuah webhook", "A webhook"), ById, WebhookShown, run)
