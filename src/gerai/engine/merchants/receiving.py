"""Receiving accounts: the acts by which a seller names where real money comes in, and closes it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from gerai.domain.records import ReceivingAccount
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.domain.settlement import RULE_PARTS, SettleRule, read_rule
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.kit.clock import real_now
from gerai.kit.closest import not_known
from gerai.ports.payments import AccountFault, PaymentMethod, ReadAccount
from gerai.store import receiving_accounts as sql

log = structlog.get_logger("gerai.receiving")
#: The longest text anything of an account may have.
_LONGEST: Final = 512


def read_account(method: PaymentMethod, given: Mapping[str, str]) -> ReadAccount:
    """What a seller says of an account of their own, as its method understands it (pure).

    Refuses InputInvalid: the method takes money through a gateway only, something is missing, unknown or too long, or
    the method finds that it cannot be right.
    """
    form = method.own_account
    if form is None:
        raise InputInvalid({"method": [f"{method.name} needs a gateway: it has no account of your own"]})
    known = [asked.name for asked in form.asks]
    said = {name: text.strip() for name, text in given.items() if text.strip()}
    wrong = {name: [f"not asked; {method.name} takes {', '.join(known)}"] for name in given if name not in known}
    wrong |= {one.name: [f"missing: {one.help['en']}"] for one in form.asks if one.required and one.name not in said}
    wrong |= {name: [f"longer than {_LONGEST} characters"] for name, text in said.items() if len(text) > _LONGEST}
    if wrong:
        raise InputInvalid(wrong)
    try:
        return form.read(said)
    except AccountFault as fault:
        raise InputInvalid({fault.name: [fault.fault]}) from fault


def read_settles(method: PaymentMethod, said: str) -> SettleRule | None:
    """When an acquirer passes on what comes into an account, as its seller says (:data:`RULE_FORM`; pure); nothing
    said: as its method assumes; None: what comes is there. Refuses InputInvalid: it is no rule, or nobody is between.
    """
    usual = None if method.own_account is None else method.own_account.settles
    if not said.strip():
        return usual
    if usual is None:
        raise InputInvalid({"settles": [f"what comes by {method.name} is there at once: nobody passes it on"]})
    parts = {name: value for name, _, value in (one.partition("=") for one in said.split())}
    if unknown := [name for name in parts if name not in RULE_PARTS]:
        raise InputInvalid({"settles": [not_known("part of a rule", unknown[0], RULE_PARTS, listed=len(RULE_PARTS))]})
    try:
        return read_rule(parts)
    except ValueError as fault:
        raise InputInvalid({"settles": [str(fault)]}) from fault


async def open_account(
    engine: Engine, merchant_id: int, method: PaymentMethod, given: Mapping[str, str], by: str, settles: str = ""
) -> ReceivingAccount:
    """Name an account; from now on real money is paid there. Every process follows within a second.

    Refuses InputInvalid: as :func:`read_account` and :func:`read_settles`, the merchant is marked simulated (its payers
    are played), or it has an open one for this channel: that is closed first.
    """
    read, rule = read_account(method, given), read_settles(method, settles)
    if engine.directory.merchant(merchant_id).simulated:
        raise InputInvalid({"merchant": ["is marked simulated: its payers are played, and no real money comes"]})
    new = ReceivingAccount(
        merchant_id, engine.ids.next(), method.name, read.channel, read.details, real_now(), by, identity=read.identity,
        settles=rule,
    )  # fmt: skip
    async with changing(engine, merchant_id) as connection:
        if not await sql.add(connection, new):
            known = engine.directory.merchant(merchant_id).receiving
            which = [str(a.receiving_id) for a in known if (a.method, a.channel) == (method.name, read.channel)]
            raise InputInvalid(
                {
                    "channel": [
                        f"{method.name} {read.channel} has an open account already, close it first: {', '.join(which)}"
                    ]
                }
            )
        await sql.inherit(connection, new)
        rule_facts = {} if rule is None else {"rule": str(rule)}
        shown = [": ".join(one) for one in read.shown]
        note(new.receiving_id, method=method.name, channel=read.channel, shown=shown, **rule_facts)
    log.info("receiving.opened", merchant_id=merchant_id, receiving_id=new.receiving_id, method=method.name,
                channel=read.channel, by=by)  # fmt: skip
    return new


async def change_settles(
    engine: Engine, merchant_id: int, account: ReceivingAccount, method: PaymentMethod, said: str
) -> SettleRule:
    """What this account's acquirer passes on is expected by this rule from now on, what came before, too, also into
    another account that is the same one to it; nothing said: as the method assumes. Refuses InputInvalid: as
    :func:`read_settles`."""
    rule = read_settles(method, said)
    if rule is None:
        raise InputInvalid({"settles": [f"what comes by {method.name} is there at once: nobody passes it on"]})
    async with changing(engine, merchant_id) as connection:
        await sql.change_rule(
            connection, merchant_id, account.method, account.identity, account.receiving_id, rule
        )  # fmt: skip
        note(account.receiving_id, rule=str(rule))
    log.info("receiving.rule_changed", merchant_id=merchant_id, receiving_id=account.receiving_id, rule=str(rule))
    return rule


async def close_account(engine: Engine, merchant_id: int, receiving_id: int, by: str) -> None:
    """No payment is started there any more; those that were stay as they are, and may still be paid.

    Refuses NotFound: the merchant has no such open account.
    """
    async with changing(engine, merchant_id) as connection:
        if not await sql.close(connection, merchant_id, receiving_id, real_now(), by):
            raise NotFound("receiving account", str(receiving_id))
        note(receiving_id)
    log.info("receiving.closed", merchant_id=merchant_id, receiving_id=receiving_id, by=by)
