"""Which payout a person means: who pays it out, and of which payments, top-ups and refunds it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from gerai.domain.payment_status import CAME
from gerai.domain.refusals import InputInvalid
from gerai.engine.core import Engine
from gerai.engine.payouts.find import PayingOut
from gerai.kit.clock import real_now
from gerai.kit.closest import not_known


class Payer(NamedTuple):
    """``ids``: of all that pay out under one name and are meant, its own first: keys are changed by closing a contract
    and opening another, and the gateway pays out for both."""

    who: PayingOut
    ids: tuple[int, ...]


class MeantPayout(NamedTuple):
    """``names``: of payments, by their own ids or those of the gateway, by their orders' numbers, or by top-ups' codes;
    ``day``: all that is expected on it; ``refunds``: the ids of those that were taken off; ``channels``: whose
    members know top-ups by a code."""

    names: Sequence[str] = ()
    day: date | None = None
    refunds: Sequence[int] = ()
    channels: Sequence[str] = ()


@dataclass
class _Parts:
    """What a payout is made of. ``paid``: by each payment's id its order's, by a top-up's None. ``refunds``: by each
    task's id the same, and of which payment or top-up."""

    paid: dict[int, int | None] = field(default_factory=dict[int, "int | None"])
    refunds: dict[int, tuple[int | None, int]] = field(default_factory=dict[int, "tuple[int | None, int]"])

    @property
    def fields(self) -> dict[str, Any]:
        """As the command names them."""
        return {
            "payments": tuple((order_id, one) for one, order_id in self.paid.items() if order_id is not None),
            "deposits": tuple(one for one, order_id in self.paid.items() if order_id is None),
            "refunds": tuple((order_id, task) for task, (order_id, _) in self.refunds.items() if order_id is not None),
            "deposit_refunds": tuple((own, task) for task, (order_id, own) in self.refunds.items() if order_id is None),
        }


def payer_named(known: Sequence[PayingOut], name: str, environment: str) -> Payer:
    """What somebody means: the contract or account with this id alone; or the newest one of this name, an open one
    before closed ones, with all others. Refuses InputInvalid: none is called so, or several that are not one."""
    if by_id := [one for one in known if str(one.id) == name and one.environment == environment]:
        return Payer(by_id[0], (by_id[0].id,))
    here = [one for one in known if one.environment == environment]
    named = [one for one in here if one.name == name] or [one for one in here if name in one.called]
    names = list(dict.fromkeys(one.name for one in named))
    if len(names) > 1:
        raise InputInvalid({"whose": [f"{name} is several, name one: {', '.join(names)}"]})
    if not named:
        words = [*dict.fromkeys(one.name for one in here), *(one.id for one in here)]
        raise InputInvalid({"whose": [not_known(f"contract or account in {environment}", name, words)]})
    named.sort(key=lambda one: (one.open, one.id), reverse=True)
    return Payer(named[0], tuple(one.id for one in named))


async def parts_of(engine: Engine, merchant_id: int, payer: Payer, meant: MeantPayout) -> dict[str, Any]:
    """The payments, top-ups and refunds that are meant, by the names of ``SettlePayout``'s fields.

    Refuses InputInvalid: nothing is expected on the day, a name is of no payment that they took, or there is no such
    refund.
    """
    parts = _Parts()
    if meant.day is not None:
        await _take_day(engine, merchant_id, payer, meant, parts)
    for name in dict.fromkeys(meant.names):
        parts.paid |= await _named(engine, merchant_id, payer, name, meant.channels)
    for task in meant.refunds:
        listed = await engine.payments.refund(merchant_id, task)
        if listed is None:
            raise InputInvalid({"refunds": [f"no such refund: {task}; see gerai payments refunds list --all"]})
        parts.refunds[task] = (listed.task.order_id, listed.task.payment_id)
    return parts.fields


async def _take_day(engine: Engine, merchant_id: int, payer: Payer, meant: MeantPayout, parts: _Parts) -> None:
    who, ids = payer
    found = await engine.payouts.expected(merchant_id, who.environment, real_now())
    mine = [one for one in found if any(payment.contract_id in ids for payment in one.payments)]
    fit = [one for one in mine if one.day == meant.day]
    if not fit and not meant.names:
        days = [one.day for one in mine]
        raise InputInvalid({"day": [not_known(f"payout of {who.name} expected on", str(meant.day), days)]})
    for payout in fit:
        parts.paid |= {one.payment_id: one.order_id for one in payout.payments if one.contract_id in ids}
        parts.refunds |= {
            one.task_id: (one.order_id, one.payment_id) for one in payout.refunds if one.contract_id in ids
        }


async def _named(
    engine: Engine, merchant_id: int, payer: Payer, name: str, channels: Sequence[str]
) -> dict[int, int | None]:
    """The payments that somebody means by an id, an order's number or a top-up's code, as :attr:`_Parts.paid`."""
    who, ids = payer
    mine = [one for one in await engine.payments.named(merchant_id, name) if one.passed_on_by in ids]
    known = await engine.payouts.named(merchant_id, who.environment, ids, [name])
    top_ups = [one.payment_id for one in known if one.order_id is None]
    if channels and not top_ups:
        deposits = await engine.deposits.named(merchant_id, list(channels), name)
        top_ups = [one.deposit_id for one in deposits if one.passed_on_by in ids]
    if not mine and not top_ups:
        raise InputInvalid({"payments": [f"{name} is no payment that {who.name} took: nothing is booked"]})
    came = [one for one in mine if one.status in CAME]
    return {one.payment_id: one.order_id for one in came or mine} | dict.fromkeys(top_ups)
