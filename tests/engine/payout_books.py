"""A payout in sound books, and how what must be true of payouts is broken."""

from __future__ import annotations

from engine_kit import Shop
from gerai.domain.records import Deposit, Payment
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.gateways.refund import RecordRefund
from gerai.engine.merchants.open import change_settings
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payouts.settle import SettlePayout

_TRANSFER = (
    "INSERT INTO transfers (merchant_id, transfer_id, environment, phase, pending_id, debit_account_id, "
    "credit_account_id, amount_sen, reason, order_id, payment_id, note, created_at) VALUES "
)
_TASK = "UPDATE refund_tasks SET %s WHERE merchant_id = {merchant} AND task_id = {%s}"
_SETTLED = "UPDATE payments SET %s WHERE merchant_id = {merchant} AND payment_id = {%s}"
_DEPOSIT = "UPDATE deposits SET %s WHERE merchant_id = {merchant} AND deposit_id = {%s}"
_PAYOUT = "UPDATE payouts SET %s WHERE merchant_id = {merchant} AND payout_id = {payout}"
_PAYOUT_TRANSFER = "UPDATE transfers SET %s WHERE merchant_id = {merchant} AND transfer_id = {%s}"


async def keep_payout(shop: Shop) -> dict[str, int]:
    """Three payments that a gateway took, of which it gave one back in part: two are paid out, with a fee that was not
    known before, and with a top-up, and one that came late and that the gateway gave back. One more goes back, and one
    waits."""
    for contract_id, gateway in ((7001, "toy"), (7002, "other")):
        await shop.execute(
            "INSERT INTO gateway_contracts VALUES (%s, %s, 'production', %s, '', '', '{}', '[]', 1, '', now(), 't', "
            "NULL, '')",
            (shop.merchant_id, contract_id, gateway),
        )
    payments: list[Payment] = []
    for _ in range(3):
        placed = await shop.place("invoice", 9_000_00)
        [started] = (await shop.start_payment(placed, contract_id=7001)).payments
        payments += (await shop.pay(placed, payment_id=started.payment_id)).payments
    first, second, left = payments
    refund = {"payment_id": first.payment_id, "amount_sen": 2_000_00}
    await shop.engine.submit(RefundPayment(**shop.owner, order_id=first.order_id, **refund))
    task = (await shop.engine.payments.refunds(shop.merchant_id))[-1].task
    names = {**shop.owner, "order_id": first.order_id, "task_id": task.task_id, "by": "Toy", "denials": 0}
    await shop.engine.submit(RecordRefund(**names, outcome="done", reference="toy-1"))
    topped_up = await shop.with_deposit(
        RecordDeposit, await shop.start_deposit(9_000_00, contract_id=7001), outcome="paid"
    )
    back, goes_back, held = [await _late(shop) for _ in range(3)]
    for one in (back, goes_back):
        await shop.with_deposit(ResolveLateDeposit, one, decision="refund")
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "accept"})
    [*_, of_back, of_goes_back] = await shop.engine.payments.refunds(shop.merchant_id)
    names = {**shop.owner, **of_back.task.of, "task_id": of_back.task.task_id, "by": "Toy", "denials": 0}
    await shop.engine.submit(RecordRefund(**names, outcome="done", reference="toy-2"))
    settled = SettlePayout(
        **shop.owner, contract_id=7001, reference="WD-1", amount_sen=24_000_00, fee_sen=1_000_00,
        payments=tuple((one.order_id, one.payment_id) for one in (first, second)),
        deposits=(topped_up.deposit_id, back.deposit_id), refunds=((first.order_id, task.task_id),),
        deposit_refunds=((back.deposit_id, of_back.task.task_id),),
    )  # fmt: skip
    payout = (await shop.engine.submit(settled)).answer.payout
    assert payout.transfer_id is not None
    assert payout.fee_transfer_id is not None
    return {
        "payout": payout.payout_id, "settled": first.payment_id, "unsettled": left.payment_id,
        "taken_off": task.task_id, "payout_transfer": payout.transfer_id, "payout_fee": payout.fee_transfer_id,
        "settled_deposit": topped_up.deposit_id, "deposit_back": goes_back.deposit_id, "held_deposit": held.deposit_id,
        "deposit_taken_off": of_back.task.task_id, "deposit_owed": of_goes_back.task.task_id,
    }  # fmt: skip


async def _late(shop: Shop) -> Deposit:
    """A top-up through a gateway whose money waits for somebody to decide."""
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    deposit = await shop.start_deposit(9_000_00, contract_id=7001)
    await shop.with_deposit(RecordDeposit, deposit, outcome="failed")
    return await shop.with_deposit(RecordDeposit, deposit, outcome="paid")


#: By invariant, as ``test_check.BREAKS``.
PAYOUT_BREAKS: dict[str, list[list[str]]] = {
    "payouts_hold": [
        # One payment less, one more, of another amount, of another contract, one that never came, of no payout at all.
        [_SETTLED % ("payout_id = NULL", "settled")],
        [_SETTLED % ("payout_id = {payout}", "unsettled")],
        [_PAYOUT % "gross_sen = gross_sen + 100, fee_sen = fee_sen + 100, known_fee_sen = known_fee_sen + 100"],
        [_SETTLED % ("contract_id = 7002", "settled")],
        [_SETTLED % ("payout_id = -1", "unsettled")],
        [_PAYOUT % "payments = payments + 1"],
        [_PAYOUT % "contract_id = 7002"],
        # The same of what was given back.
        [_TASK % ("payout_id = NULL", "taken_off")],
        [_TASK % ("contract_id = 7002", "taken_off")],
        [_TASK % ("payout_id = {payout}", "sent")],
        # The same of top-ups, and of what was given back of them.
        [_DEPOSIT % ("payout_id = NULL", "settled_deposit")],
        [_DEPOSIT % ("payout_id = {payout}", "held_deposit")],
        [_DEPOSIT % ("contract_id = 7002", "settled_deposit")],
        [_TASK % ("payout_id = NULL", "deposit_taken_off")],
        [_TASK % ("payout_id = {payout}", "deposit_owed")],
    ],
    "deposits_returned": [
        # Given back though nothing was there, of another amount, twice; another amount that was the right one.
        [_DEPOSIT % ("held_at = NULL", "deposit_back")],
        [_DEPOSIT % ("came_sen = pay_sen", "deposit_back")],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {gateway}, {sales}, 900000, 'refund', NULL, "
            "{deposit_back}, '', now())"
        ],
        [_DEPOSIT % ("came_sen = pay_sen", "held_deposit")],
    ],
    "payouts_booked": [
        # Its money not booked, twice, another amount, another way; the fee alike; a transfer of no payout.
        [_PAYOUT % "transfer_id = NULL"],
        [_PAYOUT % "fee_transfer_id = NULL"],
        [_PAYOUT % "fee_transfer_id = transfer_id"],
        [_PAYOUT_TRANSFER % ("amount_sen = amount_sen + 1", "payout_transfer")],
        [_PAYOUT_TRANSFER % ("amount_sen = amount_sen - 1", "payout_fee")],
        [_PAYOUT_TRANSFER % ("debit_account_id = {sales}", "payout_fee")],
        [_PAYOUT_TRANSFER % ("reason = 'gift'", "payout_fee")],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {bank}, {gateway}, 100, 'payout', NULL, NULL, "
            "'', now())"
        ],
    ],
    "bank_is_payouts": [
        [
            _TRANSFER
            + "({merchant}, -1, 'production', 'single', NULL, {bank}, {sales}, 100, 'x', NULL, NULL, '', now())"
        ],
        [_TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {fees}, {bank}, 100, 'x', NULL, NULL, '', now())"],
        # A refund that no gateway took the money of.
        [
            "UPDATE transfers SET credit_account_id = {bank} WHERE merchant_id = {merchant} AND reason = 'refund_sent' "
            "AND payment_id = (SELECT payment_id FROM refund_tasks WHERE merchant_id = {merchant} AND task_id = {sent})"
        ],
    ],
}
