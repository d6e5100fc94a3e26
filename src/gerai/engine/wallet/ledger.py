"""Postings on the working copy: the only code that changes account totals and has transfers written.

Double entry with two-phase transfers: a hold is a *pending* transfer that is later *posted* (all of it or less; the
rest returns by the same act) or *voided*, exactly once. Wallets are loaded and locked; the other accounts
(``Context.system_account``) are summed from transfers when somebody asks, and never locked.
"""

from __future__ import annotations

import msgspec

from gerai.domain.money import MAX_TOTAL_SEN
from gerai.domain.records import Account, Order, Payment, Transfer
from gerai.domain.refusals import AmountOutOfRange, InsufficientFunds, NotFound
from gerai.engine.command import Context
from gerai.engine.state import State
from gerai.engine.wallet.transfers import beside_orders, between, book_adjustment, transfer


def wallet(state: State, merchant_id: int, environment: str, account_id: int | None) -> Account:
    """The locked wallet. NotFound when there is none in this environment."""
    found = state.accounts.get(merchant_id, account_id)
    if found is None or found.kind != "wallet" or found.environment != environment:
        raise NotFound("wallet", str(account_id))
    return found


def pay_from_wallet(state: State, context: Context, account: Account, order: Order, reason: str) -> Transfer | None:
    """Debit the order's total at once. InsufficientFunds when the wallet has less."""
    _require(account, order.total_sen)
    after = _update(state, context, account, debits_posted=account.debits_posted + order.total_sen)
    return transfer(
        state, context, order, "single", account.account_id, context.system_account("sales"), order.total_sen, reason,
        debit_after=after.available_sen,
    )  # fmt: skip


def hold(state: State, context: Context, account: Account, order: Order) -> Transfer | None:
    """Reserve the order's total. InsufficientFunds when the wallet has less."""
    _require(account, order.total_sen)
    after = _update(state, context, account, debits_pending=account.debits_pending + order.total_sen)
    return transfer(
        state, context, order, "pending", account.account_id, context.system_account("sales"), order.total_sen, "order",
        debit_after=after.available_sen,
    )  # fmt: skip


def resolve_hold(state: State, context: Context, order: Order, captured_sen: int) -> Transfer | None:
    """Post ``captured_sen`` of the order's hold and return the rest; nothing captured voids it."""
    # A hold of nothing made no transfer, so there is none to resolve.
    if order.total_sen == captured_sen == 0:
        return None
    account = wallet(state, order.merchant_id, order.environment, order.account_id)
    if order.held_transfer_id is None or not 0 <= captured_sen <= order.total_sen:
        raise AssertionError(f"order {order.order_id}: cannot capture {captured_sen} of its hold")
    after = _update(
        state,
        context,
        account,
        debits_pending=account.debits_pending - order.total_sen,
        debits_posted=account.debits_posted + captured_sen,
    )
    phase, amount = ("post", captured_sen) if captured_sen else ("void", order.total_sen)
    return transfer(
        state, context, order, phase, account.account_id, context.system_account("sales"), amount, "order",
        # A unique index lets one row resolve a hold, whatever this code does (decision 0004).
        pending_id=order.held_transfer_id, debit_after=after.available_sen,
    )  # fmt: skip


def refund_to_wallet(
    state: State, context: Context, order: Order, amount_sen: int, payment_id: int | None, source: str, note: str
) -> Transfer | None:
    """Credit the wallet of the order's member from ``source``: ``sales``, or ``gateway`` or ``suspense`` for money that
    never became sales. NotFound, AmountOutOfRange (the wallet can take no more)."""
    account = wallet(state, order.merchant_id, order.environment, order.account_id)
    after = _credit(state, context, account, amount_sen)
    return transfer(
        state, context, order, "single", context.system_account(source), account.account_id, amount_sen, "refund",
        payment_id=payment_id, credit_after=after.available_sen, note=note,
    )  # fmt: skip


def book_payment(
    state: State, context: Context, order: Order, amount_sen: int, payment_id: int, source: str = "gateway"
) -> Transfer | None:
    """Money that came in from outside becomes sales. ``source`` is ``suspense`` when it has waited there."""
    return between(state, context, order, source, "sales", amount_sen, "payment", payment_id)


def suspend_payment(state: State, context: Context, order: Order, amount_sen: int, payment_id: int) -> Transfer | None:
    """Money that came in from outside waits in ``suspense`` until somebody decides whose it is."""
    return between(state, context, order, "gateway", "suspense", amount_sen, "late", payment_id)


def keep_surplus(state: State, context: Context, order: Order, payment: Payment) -> Transfer | None:
    """What came beyond the price, and has waited in ``suspense``, is a gain like any other that was asked more."""
    return between(state, context, order, "suspense", "fees", payment.matching_sen, "matching", payment.payment_id)


def return_to_payer(
    state: State, context: Context, order: Order, amount_sen: int, payment_id: int, source: str, note: str = ""
) -> Transfer | None:
    """Money goes out from ``source`` (``sales``, or ``suspense``) to where the payment came from."""
    return between(state, context, order, source, "gateway", amount_sen, "refund", payment_id, note)


def owe_to_payer(
    state: State, context: Context, order: Order, amount_sen: int, payment_id: int, source: str, note: str = ""
) -> Transfer | None:
    """Money is taken from ``source`` (``sales``, or ``suspense``) and waits in ``refunds_owed`` until it is sent."""
    return between(state, context, order, source, "refunds_owed", amount_sen, "refund", payment_id, note)


def book_fees(state: State, context: Context, order: Order, payment: Payment) -> None:
    """What a payment's method keeps becomes a cost, what its payer paid on top covers it, and what was asked more is a
    gain: sales stay gross (docs/reference/money.md)."""
    _fees(state, context, order, payment, context.system_account("gateway"), context.system_account("fees"))


def unbook_fees(state: State, context: Context, order: Order, payment: Payment) -> None:
    """The payment did not count after all, so nothing was kept of it."""
    _fees(state, context, order, payment, context.system_account("fees"), context.system_account("gateway"))


def _fees(state: State, context: Context, order: Order, payment: Payment, source: int, target: int) -> None:
    kept_sen, payment_id = payment.fee_sen + payment.merchant_fee_sen, payment.payment_id
    transfer(state, context, order, "single", source, target, payment.fee_sen, "surcharge", payment_id=payment_id)
    transfer(state, context, order, "single", target, source, kept_sen, "fee", payment_id=payment_id)
    transfer(state, context, order, "single", source, target, payment.matching_sen, "matching", payment_id=payment_id)


def deposit(state: State, context: Context, account: Account, source: str, amount_sen: int, note: str) -> Transfer:
    """Money put into a wallet from ``source``: ``gateway`` (a payer's) or ``funding`` (the seller's). AmountOutOfRange
    when the wallet can take no more."""
    after = _credit(state, context, account, amount_sen)
    of, to = (account.merchant_id, account.environment), account.account_id
    return beside_orders(state, context, of, source, to, amount_sen, "deposit", after.available_sen, note)


def adjust(state: State, context: Context, account: Account, change_sen: int, note: str) -> Account:
    """The seller puts a wallet right: more in it comes from ``funding``, less goes back there. Returns the wallet
    afterwards. InsufficientFunds when it has less, AmountOutOfRange when it can take no more."""
    funding = context.system_account("funding")
    if change_sen > 0:
        after = _credit(state, context, account, change_sen)
        book_adjustment(state, context, after, funding, after.account_id, change_sen, note)
        return after
    _require(account, -change_sen)
    after = _update(state, context, account, debits_posted=account.debits_posted - change_sen)
    book_adjustment(state, context, after, after.account_id, funding, -change_sen, note)
    return after


def match_deposit(state: State, context: Context, account: Account, matching_sen: int) -> Transfer | None:
    """What a deposit's payer was asked for beyond its price is a gain. ``account``: the wallet that it credits."""
    if not matching_sen:
        return None
    of, to = (account.merchant_id, account.environment), context.system_account("fees")
    return beside_orders(state, context, of, "gateway", to, matching_sen, "matching")


def room_sen(state: State, order: Order) -> int:
    """How much the wallet of the order's member can still take in all. NotFound when there is none."""
    account = wallet(state, order.merchant_id, order.environment, order.account_id)
    return MAX_TOTAL_SEN - account.credits_posted


def _credit(state: State, context: Context, account: Account, amount_sen: int) -> Account:
    # What goes out of a wallet is never more than what came in: this total is the only one that could grow too large.
    room = MAX_TOTAL_SEN - account.credits_posted
    if amount_sen > room:
        raise AmountOutOfRange(given_sen=amount_sen, minimum_sen=0, maximum_sen=room)
    return _update(state, context, account, credits_posted=account.credits_posted + amount_sen)


def _require(account: Account, amount_sen: int) -> None:
    if account.available_sen < amount_sen:
        raise InsufficientFunds(available_sen=account.available_sen, needed_sen=amount_sen)


def _update(state: State, context: Context, account: Account, **totals: int) -> Account:
    return state.accounts.update(msgspec.structs.replace(account, updated_at=context.now, **totals))
