"""`gerai payments payouts`: what gateways and acquirers took and pay out later, many payments at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import typer

from gerai.cli.at_desk import EnvironmentOption
from gerai.cli.contract_names import FromOption, ToOption, read_day
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, one_of
from gerai.cli.on_engine import MerchantOption, on_engine
from gerai.cli.terminal import Grid, console, to_the_minute
from gerai.domain.money import display
from gerai.domain.records import Payout
from gerai.engine.core import Engine
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.payouts.find import READ_AT_MOST, ExpectedPayout
from gerai.kit.clock import jakarta, real_now

payouts = typer.Typer(no_args_is_help=True, help="What gateways and your QRIS acquirer took, and when they pay it out.")

_SHOWN: Final = 200
#: What was paid out is listed as far back, unless days are named.
_BACK: Final = timedelta(days=30)
_SETTLE: Final = "gerai payments payouts settle GATEWAY --day DAY --amount N --reference TEXT"


@payouts.command("list", epilog="Example: gerai payments payouts list --from 2026-11-01 --merchant toko")
def show(
    first: FromOption = "",
    last: ToOption = "",
    environment: EnvironmentOption = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List by gateway and day what is expected, what is late, and what was paid out in the last 30 days."""
    one_of(environment, ENVIRONMENTS, "environment")
    today = jakarta(real_now()).date()
    begin, end = read_day(first) if first else today - _BACK, read_day(last) if last else date(2099, 12, 31)

    async def act(engine: Engine) -> tuple[dict[int, str], list[ExpectedPayout], list[Payout], frozenset[int]]:
        merchant_id = await merchant_named(engine, merchant)
        names = {one.id: one.name for one in await engine.payouts.paying_out(merchant_id)}
        expected = await engine.payouts.expected(merchant_id, environment, real_now())
        paid = await engine.payouts.paid_out(merchant_id, environment, begin, end, _SHOWN)
        return names, expected, paid, engine.payouts.calendar.years

    names, expected, paid, years = on_engine(act, data, settings_file)
    # What is late is late, whatever days are asked for.
    expected = [one for one in expected if one.late or not first or begin <= one.day <= end]
    if not expected and not paid:
        console.line("nobody has money of yours to pay out / tidak ada uang yang menunggu dicairkan")
        return
    grid = Grid(
        "day", "gateway", "payments", "gross", "refunds", "fee", "net", "what",
        right=("payments", "gross", "refunds", "fee", "net"),
    )  # fmt: skip
    for payout in paid:
        grid.add(
            f"{jakarta(payout.paid_at):%Y-%m-%d}", names.get(payout.contract_id, ""), str(payout.payments),
            display(payout.gross_sen), display(payout.refunded_sen), display(payout.fee_sen),
            display(payout.amount_sen), f"paid out: {payout.reference}",
        )  # fmt: skip
    for one in expected:
        grid.add(
            one.day.isoformat(), one.gateway, str(len(one.payments)), display(one.gross_sen),
            display(one.refunded_sen), display(one.fee_sen), display(one.net_sen), "LATE" if one.late else "expected",
        )  # fmt: skip
    console.grid(grid)
    if len(paid) == _SHOWN:
        console.line(f"the newest {_SHOWN} payouts are shown / {_SHOWN} pencairan terbaru yang tampil")
    _say_rest(expected, years)


def _say_rest(expected: list[ExpectedPayout], years: frozenset[int]) -> None:
    late = [one for one in expected if one.late]
    if late:
        count, sen = sum(len(one.payments) for one in late), sum(one.gross_sen for one in late)
        console.line(f"{count} late / terlambat, {display(sen)}: gerai payments payouts late")
    if sum(len(one.payments) for one in expected) >= READ_AT_MOST:
        console.line(f"the oldest {READ_AT_MOST} payments are counted / hanya {READ_AT_MOST} tertua yang dihitung")
    if unknown := sorted({one.day.year for one in expected} - years):
        console.line(f"no holidays of {unknown[0]} are known: weekends alone count / hari libur {unknown[0]} belum ada")
    if expected:
        console.line(f"paid out / sudah dicairkan: {_SETTLE}")


@payouts.command("late")
def show_late(
    environment: EnvironmentOption = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """List each payment and top-up that should have been paid out by now, what waits longest first."""
    one_of(environment, ENVIRONMENTS, "environment")

    async def act(engine: Engine) -> list[ExpectedPayout]:
        return await engine.payouts.expected(await merchant_named(engine, merchant), environment, real_now())

    expected = on_engine(act, data, settings_file)
    late = [(payout, one) for payout in expected if payout.late for one in payout.payments]
    if not late:
        console.line("no payout is late / tidak ada pencairan yang terlambat")
        return
    grid = Grid("payment", "order", "state", "gateway", "method", "amount", "came (WIB)", "expected", right=("amount",))
    for payout, one in late[:_SHOWN]:
        grid.add(
            one.payment, one.order_number or "top-up", one.status, payout.gateway, f"{one.method}:{one.channel}",
            display(one.taken_sen), to_the_minute(one.came_at), payout.day.isoformat(),
        )  # fmt: skip
    console.grid(grid)
    if len(late) > _SHOWN:
        console.line(f"{_SHOWN} are shown; there are more / {_SHOWN} yang tampil; masih ada lagi")
    console.line(
        f"paid out / sudah dicairkan: {_SETTLE}; the rule is another / aturannya lain: gerai payments gateways "
        "settle-rule CONTRACT, gerai payments accounts edit ACCOUNT"
    )
