"""A deposit and its page at a moment: pure, no database, no clock."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from gerai.domain import money
from gerai.domain.records import MANUAL, Deposit, PaymentRules
from gerai.doors.pay import choices
from gerai.doors.pay.instructions import StoredInstructions, instructions_of
from gerai.doors.pay.model import DepositPage, MethodGroup, PageContext, Play, SumRow
from gerai.doors.pay.names import shown
from gerai.doors.pay.page_state import PageState
from gerai.doors.pay.payment_panel import deadline, panel_of
from gerai.doors.pay.proofs import deposit_proof_form
from gerai.doors.pay.words import Words
from gerai.engine.gateways.record import instructed

PENDING: Final = PageState("deposit_pending", "wait", "clock")
#: The gateway that takes it has not answered yet: there is nothing to pay with.
ASKING: Final = PageState("deposit_asking", "wait", "clock")
#: It waits to be paid, and nothing is known that a payer could follow.
NO_METHOD: Final = PageState("deposit_no_method", "calm", "warn")
#: Another amount came than was asked for; nothing is credited before the seller has decided.
MISMATCH: Final = PageState("deposit_mismatch", "wait", "warn")
EXPIRED: Final = PageState("deposit_expired", "calm", "clock")
#: By the deposit's state; the names are those of the texts. What ran out is not final: it may be paid late.
STATES: Final = {
    "pending": PENDING,
    "succeeded": PageState("deposit_succeeded", "good", "check", final=True),
    "failed": PageState("deposit_failed", "bad", "cross", final=True),
    "expired": EXPIRED,
    "cancelled": PageState("deposit_cancelled", "calm", "cross", final=True),
    "late": PageState("deposit_late", "wait", "clock"),
    "refunded": PageState("deposit_refunded", "calm", "back", final=True),
}
_LABELS: Final = {
    "deposit_pending": "amount.due",
    "deposit_asking": "amount.due",
    "deposit_no_method": "amount.due",
    "deposit_succeeded": "amount.credited",
    "deposit_late": "amount.arrived",
    "deposit_mismatch": "amount.arrived",
    "deposit_refunded": "amount.returned",
}
#: Where a deposit stands for which no money is known.
_NO_MONEY: Final = frozenset({"pending", "expired", "cancelled", "failed"})
_STRUCK: Final = frozenset({"deposit_failed", "deposit_expired", "deposit_cancelled"})


def deposit_state(deposit: Deposit, now: datetime) -> PageState:
    """The page state of a deposit at ``now``; past its time it counts as expired before the sweep has moved it."""
    if deposit.came_instead_sen and deposit.status in _NO_MONEY:
        return MISMATCH
    if deposit.status != "pending":
        return STATES[deposit.status]
    if deposit.expires_at is not None and deposit.expires_at <= now:
        return EXPIRED
    # What is given by hand, or whose instructions cannot be read any more, leaves a payer nothing to do.
    told = deposit.method != MANUAL and instructions_of(deposit) != StoredInstructions()
    if not told:
        return NO_METHOD
    return PENDING if instructed(deposit) else ASKING


def deposit_version(deposit: Deposit, state: PageState) -> str:
    """A short text that changes whenever the page would look different."""
    parts = (state.name, deposit.status, deposit.updated_at.isoformat())
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def playable(deposit: Deposit, state: PageState, context: PageContext) -> Play | None:
    """Which acts of the payer may be played: none where real money is paid, or where no payer ever pays; of what a
    gateway's sandbox has, its own payer pays."""
    if not context.simulated or deposit.method == MANUAL or deposit.contract_id is not None:
        return None
    if state is PENDING:
        return Play(pay=True, fail=True, late=False)
    return Play(pay=False, fail=False, late=True) if state is EXPIRED else None


def may_change(deposit: Deposit, state: PageState, proofs_given: int) -> bool:
    """Whether another way to pay may be chosen: while it waits, and nobody said that they have paid."""
    return state is PENDING and deposit.expires_at is not None and not proofs_given


class AskedForWallet(NamedTuple):
    """A top-up as something to pay: nobody pays a fee on top of it, and every way that is offered will do."""

    total_sen: int
    payment_rules: PaymentRules = PaymentRules()


def _other_ways(deposit: Deposit, context: PageContext, words: Words) -> tuple[MethodGroup, ...]:
    """What is offered and takes the amount, without the way that is chosen."""
    chosen, found = f"{deposit.method}:{deposit.channel_code}", list[MethodGroup]()
    for group in choices.groups(context, AskedForWallet(deposit.amount_sen), words):
        open_ones = tuple(one for one in group.choices if one.open and one.value != chosen)
        if open_ones:
            found.append(replace(group, choices=open_ones, recommended=False))
    return tuple(found)


def present_deposit(
    deposit: Deposit,
    context: PageContext,
    now: datetime,
    words: Words,
    notice: str = "",
    proofs_given: int = 0,
    *,
    changing: bool = False,
) -> DepositPage:
    """The page of ``deposit`` at ``now``. ``notice``: the text key of what became of an act, shown once;
    ``proofs_given``: how many proofs of its transfer came; ``changing``: whether its door knows how another way to pay
    is chosen."""
    state, merchant = deposit_state(deposit, now), context.merchant_name or words("page.shop")
    completed_at = deposit.completed_at
    return DepositPage(
        version=deposit_version(deposit, state),
        final=state.final,
        state=state,
        environment=deposit.environment,
        simulated=context.simulated,
        merchant=merchant,
        shop=context.shop,
        number=shown(deposit.public_id),
        placed_at=words("order.placed_at", when=words.long_time(deposit.created_at)),
        groups=_other_ways(deposit, context, words) if changing and may_change(deposit, state, proofs_given) else (),
        proof=deposit_proof_form(deposit, proofs_given, running=state is PENDING, words=words),
        credited_at="" if completed_at is None else words("deposit.credited_at", when=words.long_time(completed_at)),
        badge=words(f"badge.{state.name}"),
        headline=words(f"headline.{state.name}"),
        message=words(_message(deposit, state, context), merchant=merchant, asked=money.display(deposit.pay_sen)),
        money=(),
        notice=words(notice) if notice else "",
        amount_label=words(_LABELS.get(state.name, "amount.total_deposit")),
        amount=money.display(_shown_sen(deposit, state)),
        struck=state.name in _STRUCK,
        deadline=deadline(deposit.expires_at, now, words) if state in (PENDING, ASKING, NO_METHOD) else None,
        panel=panel_of(deposit, deposit.pay_sen, deposit.secret, context, words) if state is PENDING else None,
        sums=tuple(_sums(deposit, context, words)),
        play=playable(deposit, state, context),
    )


def _message(deposit: Deposit, state: PageState, context: PageContext) -> str:
    """Which text says what happens next. What comes into the seller's own account, only they can see; nobody is sent to
    a seller who named no way to be reached."""
    if state is NO_METHOD and context.shop.contact is None:
        return f"message.{state.name}_unreached"
    own = deposit.receiving_id is not None and state in (PENDING, EXPIRED)
    return f"message.{state.name}_own" if own else f"message.{state.name}"


def _shown_sen(deposit: Deposit, state: PageState) -> int:
    """The big figure: what came instead, what the wallet got, or what was paid or is to be."""
    if state is MISMATCH:
        return deposit.came_instead_sen
    return deposit.amount_sen if deposit.status == "succeeded" else deposit.taken_sen


def _sums(deposit: Deposit, context: PageContext, words: Words) -> list[SumRow]:
    """What the wallet gets, and how that becomes what is paid."""
    method = (
        "" if deposit.method == MANUAL else choices.full_title(context, deposit.method, deposit.channel_code, words)
    )
    rows = [SumRow(words("deposit.method"), method)] if method else []
    rows.append(SumRow(words("deposit.amount"), money.display(deposit.amount_sen)))
    if deposit.fee_sen:
        rows.append(SumRow(words("order.fee"), money.display(deposit.fee_sen)))
    if deposit.matching_sen:
        rows.append(SumRow(words("deposit.matching"), money.display(deposit.matching_sen)))
    rows.append(SumRow(words("order.total"), money.display(deposit.pay_sen), strong=True))
    return rows
