"""When money is expected that gateways and acquirers have still to pay out: sums by day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import END, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.payouts.find import ExpectedPayout
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now

#: The day and who pays out, of the last row that was seen.
AfterDay = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}/[^\n]{1,200})?" + END)]
_LATE: Final = words("Hanya yang terlambat", "Late ones only", True)


class ExpectedFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``late``: those whose day is over alone."""

    late: Annotated[bool, _LATE] = False
    after: Annotated[AfterDay, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class ExpectedRow(msgspec.Struct, frozen=True):
    """What ``gateway``, or the acquirer of an own account, should pay out on ``day``: ``gross_sen`` of ``payments``
    payments and top-ups, less ``refunded_sen`` that it gave back, less ``fee_sen``, as far as it is known. Below
    nothing: it is taken off a later one. ``late``: the day is over."""

    day: Annotated[date, words("Hari", "Day")]
    gateway: Annotated[str, words("Dari", "From")]
    payments: Annotated[int, words("Banyaknya pembayaran", "Payments")]
    gross_sen: Annotated[int, words("Dari pembayar", "From payers")]
    refunded_sen: Annotated[int, words("Dikembalikan", "Given back")]
    fee_sen: Annotated[int, words("Biaya yang diketahui", "Known fees")]
    net_sen: Annotated[int, words("Yang akan masuk", "What should come")]
    late: Annotated[bool, words("Terlambat", "Late")]


async def run(within: Within, wanted: ExpectedFilter) -> ViewPage:
    """What is expected first comes first; of the oldest 5,000 payments."""
    found = await within.engine.payouts.expected(within.merchant_id, within.environment, real_now())
    left = [one for one in found if _place(one) > wanted.after and (one.late or not wanted.late)]
    shown = left[: wanted.limit]
    following = _place(shown[-1]) if len(left) > wanted.limit else ""
    return ViewPage([_row_of(one) for one in shown], following)


def _place(one: ExpectedPayout) -> str:
    return f"{one.day.isoformat()}/{one.gateway}"


def _row_of(one: ExpectedPayout) -> ExpectedRow:
    return ExpectedRow(
        one.day, one.gateway, len(one.payments), one.gross_sen, one.refunded_sen, one.fee_sen, one.net_sen, one.late
    )


VIEW = View(
    "expected_payouts.list", "money:read", Bilingual("Pencairan yang ditunggu", "Expected payouts"), ExpectedFilter,
    ExpectedRow, run,
)  # fmt: skip
