"""Where the shop's own money comes in, without any gateway."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import PRODUCTION
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class AccountFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: those that are open are shown. They take the money of production."""


class AccountRow(msgspec.Struct, frozen=True):
    """An account. ``shown``: what payers see of it; between ``minimum_sen`` and ``maximum_sen`` may be paid at once.
    ``settles``: when its acquirer passes on what came, ``settles_source``: whether that is ``assumed`` or ``yours``;
    empty: what comes is there at once."""

    id: Annotated[Id, words("Nomor", "Id")]
    method: Annotated[str, words("Metode", "Method")]
    channel: Annotated[str, words("Kanal", "Channel")]
    shown: Annotated[dict[str, str], words("Yang dilihat pembayar", "What payers see")]
    minimum_sen: Annotated[int | None, words("Paling sedikit", "At least")]
    maximum_sen: Annotated[int | None, words("Paling banyak", "At most")]
    settles: Annotated[str, words("Cair ke rekening Anda", "Reaches your bank")]
    settles_source: Annotated[str, words("Kata siapa", "Who says so")]
    created_at: Annotated[datetime, words("Sejak", "Since")]
    created_by: Annotated[str, words("Oleh", "By")]


async def run(within: Within, wanted: AccountFilter) -> ViewPage:
    """By id. The sandbox has none."""
    rows: list[AccountRow] = []
    if within.environment != PRODUCTION:
        return ViewPage(rows)
    for one in within.merchant.receiving:
        method = within.house.payment_methods.get(one.method)
        bounds = None if method is None else method.channels.get(one.channel)
        rows.append(
            AccountRow(
                one.receiving_id, one.method, one.channel, one.details,
                None if bounds is None else bounds.minimum_sen, None if bounds is None else bounds.maximum_sen,
                "" if one.settles is None else str(one.settles), "" if one.settles is None else one.settles.source,
                one.created_at, one.created_by,
            )
        )  # fmt: skip
    return ViewPage(rows)


VIEW = View(
    "accounts.list", "settings:read", Bilingual("Rekening penerima", "Receiving accounts"), AccountFilter, AccountRow,
    run,
)  # fmt: skip
