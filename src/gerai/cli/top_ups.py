"""Members' top-ups at the terminal: which one somebody means, that its money came, and what becomes of late money."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer
from msgspec import UNSET

from gerai.app import DIALECTS
from gerai.cli.money_acts import booked_once, money_act, sent_back_by
from gerai.cli.names import merchant_named
from gerai.cli.order_names import ENGINE_ID
from gerai.cli.payment_words import another_came, top_up_goes_back
from gerai.cli.terminal import fail
from gerai.domain.money import display
from gerai.domain.records import Deposit
from gerai.domain.refusals import StateConflict
from gerai.engine.core import Engine
from gerai.settings import Settings

PaidArgument = Annotated[
    str, typer.Argument(metavar="ORDER|PAYMENT|TOPUP", help="The number of the order, its payment, or a top-up's code.")
]
#: Where deposits come from; one that was made by hand may belong to no counter.
_CHANNELS: Final = ["", *(dialect.name for dialect in DIALECTS)]


async def deposit_named(engine: Engine, merchant: str, code: str, environment: str) -> Deposit | None:
    """The one top-up with this code, or this id of the engine; None when there is none. Leaves when it means several
    things."""
    merchant_id = await merchant_named(engine, merchant)
    found = await engine.deposits.named(merchant_id, _CHANNELS, code)
    if not found and ENGINE_ID.fullmatch(code):
        found = [one for one in [await engine.deposits.by_id(merchant_id, int(code))] if one is not None]
    mine = [one for one in found if environment in ("", one.environment)]
    if mine and (len(mine) > 1 or await engine.orders.named(merchant_id, code)):
        fail(f"{code} means several: top-ups, or an order as well; name a payment, or its --environment")
    return mine[0] if mine else None


async def confirm_deposit(
    engine: Engine, settings: Settings, deposit: Deposit, given_sen: int | None, reference: str
) -> str:
    """Book a top-up whose money somebody saw; returns what became of it. Leaves when another amount came."""
    code, asked = deposit.public_id, display(deposit.pay_sen)
    decide = f"gerai payments resolve {code} accept|refund"
    if given_sen is not None and given_sen != deposit.pay_sen:
        fail(another_came(given_sen, deposit.pay_sen) + (f"; {decide}" if deposit.held else ""))
    if given_sen is None and deposit.held and deposit.came_instead_sen:
        fail(
            f"{another_came(deposit.came_instead_sen, deposit.pay_sen)}: {decide}, "
            f"or say that it was another / atau sebutkan jumlahnya: --amount {deposit.pay_sen // 100}"
        )
    here = (deposit.merchant_id, deposit.environment)
    given: dict[str, Any] = {
        "id": deposit.deposit_id, "arrived_sen": UNSET if given_sen is None else given_sen, "reference": reference,
    }  # fmt: skip
    try:
        async with booked_once(engine, *here, reference, f"deposit {deposit.deposit_id}"):
            done = await money_act(engine, settings, *here, "topups.confirm", "", **given)
    except StateConflict as refusal:
        if refusal.state == "late":
            fail(f"{asked} came for top-up {code} already and waits: nothing is booked / menunggu keputusan: {decide}")
        fail(
            f"top-up {code} is {refusal.state} already: nothing is booked; gerai members topup books money that came "
            "twice / tidak ada yang dibukukan; gerai members topup untuk uang yang datang dua kali"
        )
    after = await engine.deposits.as_now(deposit)
    if done.replayed:
        return (
            f"{reference} is booked already; top-up {code} is {after.status}: nothing is booked now "
            f"/ {reference} sudah dibukukan: tidak ada yang dibukukan lagi"
        )
    return _late(after, asked) if after.status == "late" else f"{asked} is booked / dibukukan; {_credited(after)}"


async def resolve_deposit(engine: Engine, settings: Settings, deposit: Deposit, decision: str, note: str) -> str:
    """Decide about a top-up that came late; returns what became of it. It has a wallet and no order, so that to accept
    it and to credit the wallet is the same."""
    given = {"id": deposit.deposit_id, "decision": "refund" if decision == "refund" else "accept"}
    here = (deposit.merchant_id, deposit.environment)
    done = await money_act(engine, settings, *here, "topups.resolve", note, **given)
    after = await engine.deposits.as_now(deposit)
    if decision == "refund":
        return top_up_goes_back(after, await sent_back_by(engine, deposit.merchant_id, done))
    return f"{after.public_id}: {_credited(after)}"


async def book_deposit(
    engine: Engine, settings: Settings, environment: str, arrival_id: int, amount_sen: int, deposit: Deposit
) -> str:
    """Book money that waited for a top-up; returns what became of it."""
    given = {"id": arrival_id, "pays": deposit.deposit_id}
    await money_act(engine, settings, deposit.merchant_id, environment, "arrivals.book", "", **given)
    after = await engine.deposits.as_now(deposit)
    if after.status == "late":
        return _late(after, display(amount_sen))
    return (
        f"{display(amount_sen)} is booked; top-up {deposit.public_id} is {after.status} now "
        f"/ dibukukan; isi saldo {deposit.public_id} kini {after.status}"
    )


def _late(deposit: Deposit, amount: str) -> str:
    """It came late, and nothing is credited before somebody decides."""
    return (
        f"{amount} came late for top-up {deposit.public_id} and waits / terlambat, menunggu keputusan: "
        f"gerai payments resolve {deposit.public_id} accept|refund"
    )


def _credited(deposit: Deposit) -> str:
    amount, member = display(deposit.amount_sen), deposit.member_id
    return f"{amount} is in the wallet of member {member} / masuk ke saldo anggota {member}"
