"""Another way to pay a top-up: a new one of the same amount is started, and the page of the old one leads there.

A deposit is one payment: money that comes the old way later must still be known as what it was asked for. So the new
way is asked for first; only when it is there is the old one cancelled. Whatever dies in between leaves both to be paid,
and each fills the wallet by what it was.
"""

from __future__ import annotations

from starlette.responses import Response

from gerai.domain.records import Deposit
from gerai.domain.refusals import MethodUnavailable, PartnerUnavailable
from gerai.doors.http.browser import remember
from gerai.doors.http.context import RequestContext
from gerai.doors.http.topping_up import top_up_started
from gerai.doors.pay import answers, choices
from gerai.doors.pay.actions import NOTICES, count_act, form_of, submitted
from gerai.doors.pay.deposit_page import ResolvedDeposit
from gerai.doors.pay.deposit_present import AskedForWallet, deposit_state, may_change
from gerai.engine.deposits.cancel import CancelDeposit
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.proofs import proofs_given
from gerai.kit.ids import token

_REASON = "another way to pay was chosen"


async def choose(ctx: RequestContext, opened: ResolvedDeposit) -> Response:
    """Pay it in the chosen way (field ``choice``: ``va:BCA``), on a page of its own."""
    form, engine = await form_of(ctx), ctx.services.engine
    # Each makes a new top-up with a page of its own: they are counted together.
    count_act(ctx, f"top-ups:{opened.deposit.merchant_id}:{opened.deposit.account_id}")
    deposit = await engine.deposits.as_now(opened.deposit)
    given = await proofs_given(engine, deposit)
    if not opened.changing or not may_change(deposit, deposit_state(deposit, opened.now(ctx)), given):
        return answers.see(opened.address, "changed")
    context, asked = await opened.choosing_context(ctx), AskedForWallet(deposit.amount_sen)
    chosen = choices.find(context, asked, form.get("choice", ""))
    if chosen is None:
        return answers.see(opened.address, "unavailable")
    if (chosen[0].name, chosen[1]) == (deposit.method, deposit.channel_code):
        return answers.see(opened.address)
    started = await _started(ctx, opened, deposit, (chosen[0].name, chosen[1]))
    if isinstance(started, str):
        return answers.see(opened.address, started)
    instead = (started.public_id, started.secret)
    notice = await submitted(ctx, _cancelled(deposit, instead))
    if notice:
        # It was paid, or changed by another press, meanwhile: nobody shall pay the new one, too.
        await submitted(ctx, _cancelled(started, None))
        return answers.see(opened.address, notice)
    response = answers.see(opened.opener.address(*instead))
    remember(ctx, response, choices.WAY_COOKIE, f"{started.method}:{started.channel_code}")
    return response


def _cancelled(deposit: Deposit, instead: tuple[str, str] | None) -> CancelDeposit:
    return CancelDeposit(
        merchant_id=deposit.merchant_id,
        environment=deposit.environment,
        deposit_id=deposit.deposit_id,
        reason=_REASON,
        instead=instead,
    )


async def _started(
    ctx: RequestContext, opened: ResolvedDeposit, deposit: Deposit, way: tuple[str, str]
) -> Deposit | str:
    """The new one, or the notice why there is none."""
    engine, secret = ctx.services.engine, token()
    deposit_id, sandbox = engine.ids.next(), deposit.environment == "sandbox"
    assert opened.code_of is not None
    assert deposit.expires_at is not None
    code = opened.code_of(deposit_id, opened.now(ctx), sandbox=sandbox)
    wanted = WantedDeposit(
        deposit_id=deposit_id, public_id=code, secret=secret, channel=deposit.channel, account_id=deposit.account_id,
        amount_sen=deposit.amount_sen, way=way, page_path=opened.opener.address(code, secret).at(),
        expires_at=deposit.expires_at, reference=deposit.reference, payer=await engine.deposits.known_payer(deposit),
    )  # fmt: skip
    merchant = engine.directory.merchant(deposit.merchant_id)
    try:
        command = deposit_to_start(merchant, deposit.environment, ctx.services.partners.payment_methods, wanted)
        return await top_up_started(ctx, (await engine.submit(command)).answer)
    except (MethodUnavailable, PartnerUnavailable):
        return "unavailable"
    except tuple(NOTICES) as refusal:
        return NOTICES[type(refusal)]
