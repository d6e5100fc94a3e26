"""Write a transfer into the working copy. For its siblings alone, which know what each means."""

from __future__ import annotations

from gerai.domain.records import Account, Order, Transfer
from gerai.engine.command import Context
from gerai.engine.state import State


def beside_orders(
    state: State,
    context: Context,
    of: tuple[int, str],
    source: str,
    credit_account_id: int,
    amount_sen: int,
    reason: str,
    credit_after: int | None = None,
    note: str = "",
    deposit_id: int | None = None,
) -> Transfer:
    """A transfer that belongs to no order. ``of``: merchant and environment. ``deposit_id``: the deposit whose money
    waits or goes back, kept as others keep their payment: nothing else has its id."""
    merchant_id, environment = of
    return state.transfers.insert(
        Transfer(
            merchant_id, context.next_id(), environment, "single", None, context.system_account(source),
            credit_account_id, amount_sen, reason, None, deposit_id, None, credit_after, note, context.now,
        )
    )  # fmt: skip


def book_adjustment(
    state: State, context: Context, wallet: Account, source: int, target: int, amount_sen: int, note: str
) -> Transfer:
    """A transfer between a wallet and an account that is none. ``wallet``: as it stands afterwards."""
    left = wallet.available_sen
    debit_after, credit_after = (left, None) if source == wallet.account_id else (None, left)
    return state.transfers.insert(
        Transfer(
            wallet.merchant_id, context.next_id(), wallet.environment, "single", None, source, target, amount_sen,
            "adjustment", None, None, debit_after, credit_after, note, context.now,
        )
    )  # fmt: skip


def between(
    state: State,
    context: Context,
    order: Order,
    source: str,
    target: str,
    amount_sen: int,
    reason: str,
    payment_id: int,
    note: str = "",
) -> Transfer | None:
    """A transfer of a payment's money between two accounts that are no wallets."""
    debit, credit = context.system_account(source), context.system_account(target)
    return transfer(
        state, context, order, "single", debit, credit, amount_sen, reason, payment_id=payment_id, note=note
    )


def transfer(
    state: State,
    context: Context,
    order: Order,
    phase: str,
    debit_account_id: int,
    credit_account_id: int,
    amount_sen: int,
    reason: str,
    *,
    pending_id: int | None = None,
    payment_id: int | None = None,
    debit_after: int | None = None,
    credit_after: int | None = None,
    note: str = "",
) -> Transfer | None:
    """None when nothing moves: an order that costs nothing makes no transfer."""
    if amount_sen == 0:
        return None
    return state.transfers.insert(
        Transfer(
            merchant_id=order.merchant_id,
            transfer_id=context.next_id(),
            environment=order.environment,
            phase=phase,
            pending_id=pending_id,
            debit_account_id=debit_account_id,
            credit_account_id=credit_account_id,
            amount_sen=amount_sen,
            reason=reason,
            order_id=order.order_id,
            payment_id=payment_id,
            debit_available_after=debit_after,
            credit_available_after=credit_after,
            note=note,
            created_at=context.now,
        )
    )
