"""`gerai payments reconcile`: a gateway's list of transactions against ours; it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from gerai.cli.at_desk import EnvironmentOption
from gerai.cli.contract_names import FromOption, ToOption, WhoseArgument, contract_meant, read_day
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.on_engine import MerchantOption, on_engine
from gerai.cli.terminal import Grid, console, fail, print_json
from gerai.cli.transaction_layouts import COLUMNS, LAYOUTS
from gerai.cli.transaction_list import read_transactions
from gerai.cli.values import read_pairs
from gerai.domain.money import display
from gerai.domain.records import GatewayContract
from gerai.engine.core import Engine
from gerai.engine.payouts.reconcile import Difference, Reconciliation, Side, TheirLine, compare
from gerai.kit.clock import jakarta

_ALL: Final = ", ".join(f"{name}=…" if must else f"[{name}=…]" for name, must in COLUMNS.items())
_KNOWN: Final = ", ".join(dict.fromkeys(one.gateway for one in LAYOUTS))
#: So many payments of one period are compared.
_AT_MOST: Final = 200_000
_SHOWN: Final = 500
_WORDS: Final[Mapping[str, str]] = {
    "not here": "paid there, not known here / tidak ada di sini",
    "not paid here": "paid there, not here / belum lunas di sini",
    "not there": "paid here, not in the list / tidak ada di daftar",
    "not paid there": "paid here, not there / belum lunas di sana",
    "other amount": "another amount / jumlah berbeda",
    "other fee": "another fee / biaya berbeda",
    "other status": "another status / status berbeda",
    "twice": "twice in the list / dua kali di daftar",
}


def reconcile(
    whose: WhoseArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The gateway's list as CSV, as it was downloaded.")],
    columns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT=COLUMN...]",
            show_default=False,
            help=f"Which column is what: {_ALL}. Not needed for lists of {_KNOWN} as their pages describe them.",
        ),
    ] = None,
    first: FromOption = "",
    last: ToOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    environment: EnvironmentOption = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Compare a gateway's list with ours and name each difference; leaves with 1 when there is one. Changes nothing.

    Without days, those of the list are compared, from its first to its last.
    """
    named = read_pairs(columns, "WHAT=COLUMN", _ALL, COLUMNS) if columns else {}
    if named and (missing := [what for what, must in COLUMNS.items() if must and what not in named]):
        fail(f"which column is the {missing[0]}? {_ALL}", 2)
    asked = (read_day(first) if first else None, read_day(last) if last else None)

    async def act(engine: Engine) -> tuple[GatewayContract, date, date, Reconciliation]:
        contract, ids = await contract_meant(engine, merchant, whose, environment)
        of = (contract.merchant_id, contract.environment)
        theirs = read_transactions(file, contract.gateway, named)
        begin, end = _days(theirs, *asked)
        ours = await engine.payouts.at_gateway(of[0], ids, begin, end, _AT_MOST + 1)
        if len(ours) > _AT_MOST:
            fail(f"there are more than {_AT_MOST} payments: compare fewer days with --from and --to", 2)
        names = {name for line in theirs for name in (line.reference, line.own_id) if name}
        ours += await engine.payouts.named(*of, ids, sorted(names))
        return contract, begin, end, compare(theirs, ours, begin, end)

    contract, begin, end, found = on_engine(act, data, settings_file)
    if as_json:
        print_json(_as_json(contract, begin, end, found))
    else:
        _print(contract, begin, end, found)
    if found.differences:
        raise typer.Exit(1)


def _days(theirs: list[TheirLine], first: date | None, last: date | None) -> tuple[date, date]:
    """The days to compare. Leaves with exit code 2 when neither somebody nor the list names any."""
    named = sorted(jakarta(line.at).date() for line in theirs if line.at is not None)
    if not named and (first is None or last is None):
        fail("of which days is this list? It has no times: name --from and --to, or the column time=…", 2)
    begin, end = first or named[0], last or named[-1]
    if begin > end:
        fail(f"{begin} is after {end}", 2)
    return begin, end


def _print(contract: GatewayContract, begin: date, end: date, found: Reconciliation) -> None:
    if found.differences:
        grid = Grid("what", "payment", "order", "their reference", "line", "here", "there", right=("line",))
        for one in found.differences[:_SHOWN]:
            grid.add(
                _WORDS[one.kind], one.payment, one.order, one.reference, "" if one.line is None else str(one.line),
                _said(one.here), _said(one.there),
            )  # fmt: skip
        console.grid(grid)
        if len(found.differences) > _SHOWN:
            console.line(f"{_SHOWN} are shown; --json has all / {_SHOWN} yang tampil; semuanya dengan --json")
    for where, side in (("here / di sini", found.here), ("there / di sana", found.there)):
        console.line(f"{where}: {side.payments} paid, {display(side.sen)}, fee {display(side.fee_sen)}")
    if count := found.fees_unknown:
        console.line(f"of {count} no fee is known here / biaya {count} pembayaran belum diketahui di sini")
    if found.left_out:
        console.line(f"{found.left_out} lines of other days are left out / {found.left_out} baris hari lain dilewati")
    count = len(found.differences)
    told = "no difference / tidak ada selisih" if not count else f"{count} differences / {count} selisih"
    console.line(f"{contract.gateway} {begin} – {end}: {told}")


def _said(value: int | str | None) -> str:
    return "" if value is None else display(value) if isinstance(value, int) else value


def _as_json(contract: GatewayContract, begin: date, end: date, found: Reconciliation) -> str:
    """Amounts in sen."""
    told = {
        "gateway": contract.gateway,
        "contract": contract.contract_id,
        "from": begin.isoformat(),
        "to": end.isoformat(),
        "here": _totals(found.here),
        "there": _totals(found.there),
        "left_out": found.left_out,
        "fees_unknown": found.fees_unknown,
        "differences": [_told(one) for one in found.differences],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def _totals(side: Side) -> dict[str, int]:
    return {"payments": side.payments, "amount_sen": side.sen, "fee_sen": side.fee_sen}


def _told(one: Difference) -> dict[str, Any]:
    return one._asdict()
