"""A member's top-up, alike at every counter that takes one: its code, what starts it, and its gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gerai.domain.records import Deposit
from gerai.domain.refusals import NotFound, PartnerUnavailable
from gerai.doors.http.context import RequestContext
from gerai.doors.http.links import invoice_page
from gerai.doors.http.times import jakarta_digits
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.payments.offered import known_of
from gerai.kit.ids import token


@dataclass(frozen=True, kw_only=True)
class AskedTopUp:
    """How the caller's member wants to top up: what the wallet is to get, the method with its channel, and for how long
    it may be paid. ``reference``: the client's."""

    amount_sen: int
    way: tuple[str, str]
    open_for: timedelta
    reference: str = ""


def deposit_code(deposit_id: int, now: datetime, *, sandbox: bool) -> str:
    """``DEP`` (sandbox ``SBX-DEP``), Jakarta wall time to the second in 14 digits, then the deposit's id in at least
    three: unique at any rate of deposits, and at a gateway that other systems use, too."""
    return f"{'SBX-DEP' if sandbox else 'DEP'}{jakarta_digits(now)}{deposit_id:03d}"


def top_up_to_start(ctx: RequestContext, wanted: AskedTopUp) -> StartDeposit:
    """What starts the top-up of the caller's own wallet, whose page is the invoice's.

    Refuses: MethodUnavailable, AmountOutOfRange, NotFound (the member has no wallet).
    """
    key, methods = ctx.caller, ctx.services.partners.payment_methods
    member, environment = key.member, key.environment
    if member is None or key.account_id is None:
        raise NotFound("wallet", "" if member is None else str(member.member_id))
    deposit_id, secret = ctx.services.engine.ids.next(), token()
    code = deposit_code(deposit_id, ctx.now, sandbox=environment == "sandbox")
    asked = WantedDeposit(
        deposit_id=deposit_id,
        public_id=code,
        secret=secret,
        channel=key.dialect,
        account_id=key.account_id,
        amount_sen=wanted.amount_sen,
        way=wanted.way,
        page_path=invoice_page(code, secret),
        expires_at=ctx.now + wanted.open_for,
        reference=wanted.reference,
        payer=known_of(member),
    )
    return deposit_to_start(key.merchant, environment, methods, asked)


async def top_up_started(ctx: RequestContext, deposit: Deposit) -> Deposit:
    """The deposit with what its payer must see, where a gateway takes it. While nobody knows whether it was started
    there it waits, and its page shows what is found.

    Refuses MethodUnavailable and PartnerUnavailable of a gateway that did not start it: then it is failed, and another
    one may be asked for.
    """
    try:
        return await ctx.services.gateways.deposit_started(deposit)
    except PartnerUnavailable:
        now = await ctx.services.engine.deposits.as_now(deposit)
        if now.status == "failed":
            raise
        return now
