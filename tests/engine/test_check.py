"""The invariant check: silent over sound books, and for each way of breaking them exactly one finding."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from payout_books import PAYOUT_BREAKS, keep_payout
from psycopg_pool import AsyncConnectionPool

from cluster_kit import migrated_scratch
from engine_kit import Shop, clone_of, database, open_shop
from gerai.domain.states import ORDER, SHIPMENT
from gerai.engine.check import Violation, check
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.engine.payments.end_refund import FinishRefund, WithdrawRefund
from gerai.engine.payments.refund import RefundPayment
from gerai.store.check import INVARIANTS, ROWS_AT_MOST, broken_rows
from gerai.store.embedded import DATABASE


@dataclass(frozen=True)
class Sound:
    """A database with sound books of every kind of order; ``ids`` names the rows the tests break."""

    dsn: str
    name: str
    ids: dict[str, int]


@pytest.fixture(scope="module")
def sound() -> Generator[Sound]:
    """Books written by the engine itself, in a database that is copied for each test."""
    with migrated_scratch() as server:
        ids = asyncio.run(_keep_books(server.dsn))
        yield Sound(database(server.dsn, "postgres"), DATABASE, ids)


async def _keep_books(dsn: str) -> dict[str, int]:
    async with Engine(dsn, reads_pool_size=2).running() as engine:
        shop = await open_shop(engine, money_sen=1_000_000_00)
        other = await open_shop(engine, money_sen=50_000_00)
        stock_id = await shop.add_stock(9)
        ids = {"merchant": shop.merchant_id, "wallet": shop.account_id, "stock": stock_id, "other": other.merchant_id}
        ids["foreign_wallet"] = other.account_id
        ids["open_hold"] = (await shop.place("hold", 4_000_00)).view.order.order_id
        ids |= await _finished_orders(shop, stock_id)
        ids |= await _deposits(shop)
        ids |= await _real_refunds(shop)
        ids |= await keep_payout(shop)
        accounts = engine.directory.merchant(shop.merchant_id).accounts
        kinds = ("sales", "gateway", "bank", "suspense", "refunds_owed", "fees")
        ids |= {kind: accounts["production", kind] for kind in kinds}
        assert await check(engine) == []
        return ids


async def _finished_orders(shop: Shop, stock_id: int) -> dict[str, int]:
    paid = await shop.place("invoice", 7_000_00, lines=(shop.line(7_000_00, 2, stock_id),))
    await shop.pay(paid)
    refunded = await shop.place("wallet", 6_000_00)
    [payment] = refunded.view.payments
    await shop.do(RefundPayment, refunded, payment_id=payment.payment_id, amount_sen=6_000_00)
    partly = await shop.place("wallet", 5_000_00)
    [part] = partly.view.payments
    await shop.do(RefundPayment, partly, payment_id=part.payment_id, amount_sen=1_000_00)
    held = await shop.place("hold", 3_000_00, lines=(shop.line(3_000_00, 3),))
    await shop.do(RecordFulfilment, held, outcome="done", succeeded=2, failed=1)
    cancelled = await shop.place("invoice", 2_000_00)
    await shop.do(CancelOrder, cancelled)
    parcels = [await _parcel(shop, *path) for path in (("shipped",), ("cancelled",), ("shipped", "completed"), ())]
    late = (await shop.pay(cancelled)).payments[0]
    charged = await shop.place("invoice", 8_000_00)
    [fee] = (await shop.start_payment(charged, fee_sen=500_00, merchant_fee_sen=300_00)).payments
    await shop.pay(charged, payment_id=fee.payment_id)
    return {
        **dict(zip(("shipped", "unsent", "delivered", "planned"), parcels, strict=True)),
        "fee_payment": fee.payment_id,
        "late_payment": late.payment_id,
        "paid": paid.view.order.order_id,
        "refunded": refunded.view.order.order_id,
        "partly": partly.view.order.order_id,
        "part_payment": part.payment_id,
        "held": held.view.order.order_id,
        "cancelled": cancelled.view.order.order_id,
    }


async def _deposits(shop: Shop) -> dict[str, int]:
    """One that was paid, one that waits, and one that was paid with a little more, to be told from others."""
    paid, open_deposit = await shop.start_deposit(8_000_00), await shop.start_deposit(8_000_00)
    done = await shop.with_deposit(RecordDeposit, paid, outcome="paid")
    assert done.transfer_id is not None
    matched = await shop.start_deposit(8_000_00, matching_sen=417_00)
    more = (await shop.with_deposit(RecordDeposit, matched, outcome="paid")).matching_transfer_id
    assert more is not None
    return {
        "matched_deposit": matched.deposit_id, "matching_transfer": more,
        "deposit": paid.deposit_id, "deposit_transfer": done.transfer_id, "open_deposit": open_deposit.deposit_id,
    }  # fmt: skip


async def _real_refunds(shop: Shop) -> dict[str, int]:
    """The merchant is real from here on: refunds that are to be sent, were sent, and will not be."""
    await shop.execute("UPDATE merchants SET simulated = false WHERE merchant_id = %s", (shop.merchant_id,))
    async with shop.engine.connection() as connection:
        await shop.engine.directory.load(connection, [shop.merchant_id])
    found: dict[str, int] = {}
    for name in ("to_send", "sent", "withdrawn"):
        placed = await shop.place("invoice", 4_000_00)
        [payment] = (await shop.pay(placed)).payments
        await shop.do(RefundPayment, placed, payment_id=payment.payment_id, amount_sen=3_000_00)
        task = (await shop.engine.payments.refunds(shop.merchant_id))[-1].task
        names = {**shop.owner, "order_id": task.order_id, "task_id": task.task_id, "by": "t"}
        if name == "sent":
            await shop.engine.submit(FinishRefund(**names, reference="BCA-1"))
        if name == "withdrawn":
            await shop.engine.submit(WithdrawRefund(**names))
        found[name] = task.task_id
    return found


async def _parcel(shop: Shop, *path: str) -> int:
    """An order with a parcel, taken along a path by hand."""
    parcel = Parcel("jne", "REG", "", 77, 250, 20_000_00)
    order_id = (await shop.place("free", status="confirmed", parcel=parcel)).view.order.order_id
    for target in path:
        await shop.engine.submit(ChangeStatus(**shop.owner, channel="test", order_ids=(order_id,), target=target))
    return order_id


async def _found_inside(sound: Sound, statements: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Break the books in a transaction, look with every invariant's query, and take it all back."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with await psycopg.AsyncConnection.connect(database(sound.dsn, sound.name)) as connection:
        for statement in statements:
            await connection.execute(statement.format_map(sound.ids))  # type: ignore[arg-type]
        for invariant in INVARIANTS:
            if rows := await broken_rows(connection, invariant, None):
                found[invariant.name] = rows
        await connection.rollback()
    return found


async def _check(dsn: str, merchant_id: int | None = None) -> list[Violation]:
    async with AsyncConnectionPool(dsn, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}) as pool:
        return await check(pool, merchant_id)


_TRANSFER = (
    "INSERT INTO transfers (merchant_id, transfer_id, environment, phase, pending_id, debit_account_id, "
    "credit_account_id, amount_sen, reason, order_id, payment_id, note, created_at) VALUES "
)
_ORDER_OF_FEE = "(SELECT order_id FROM payments WHERE merchant_id = {merchant} AND payment_id = {fee_payment})"
_ARRIVAL = (
    "INSERT INTO arrivals VALUES ({merchant}, %s, 1, 'key-' || random(), %s, now(), '', 't', 'booked', %s, %s, '', "
    "now(), now())"
)
_ARRIVED_DEPOSIT = (
    "INSERT INTO arrivals VALUES ({merchant}, %s, 1, 'key-' || random(), %s, now(), '', 't', 'booked', NULL, NULL, '', "
    "now(), now(), %s)"
)
_HOLD_OF = "(SELECT held_transfer_id FROM orders WHERE merchant_id = {merchant} AND order_id = {%s})"
_DROP = "ALTER TABLE %s DROP CONSTRAINT %s"
_WALLET = "UPDATE accounts SET %s WHERE merchant_id = {merchant} AND account_id = {wallet}"
_DEPOSIT = "UPDATE deposits SET %s WHERE merchant_id = {merchant} AND deposit_id = {%s}"
_DEPOSIT_TRANSFER = "UPDATE transfers SET %s WHERE merchant_id = {merchant} AND transfer_id = {deposit_transfer}"
_UNCHECKED_DEPOSITS = "ALTER TABLE deposits DROP CONSTRAINT deposit_credited_once, DROP CONSTRAINT deposit_completed"
_SHIPMENT = "UPDATE shipments SET %s WHERE merchant_id = {merchant} AND shipment_id = {%s}"
_TASK = "UPDATE refund_tasks SET %s WHERE merchant_id = {merchant} AND task_id = {%s}"
_ORDER = "UPDATE orders SET %s WHERE merchant_id = {merchant} AND order_id = {%s}"

#: How each invariant is broken, where needed after switching off the constraint that would not let it.
#: One more payment of an order that is paid or has ended, waiting for its payer.
_OPEN_BESIDE = (
    "INSERT INTO payments SELECT merchant_id, -1, environment, order_id, invoice_id, 'open', method, '', 'processing', "
    "amount_sen, 0, 0, '', '{{}}', '{{}}', now(), now(), NULL, NULL, 0 FROM payments "
    "WHERE merchant_id = {merchant} AND payment_id = BESIDE"
)

BREAKS: dict[str, list[list[str]]] = PAYOUT_BREAKS | {
    "transfers_balance": [
        [_TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {sales}, -5, 100, 'x', NULL, NULL, '', now())"],
        [_TRANSFER + "({merchant}, -1, 'sandbox', 'single', NULL, -5, {sales}, 100, 'x', NULL, NULL, '', now())"],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {foreign_wallet}, {sales}, 1, 'x', NULL, NULL, "
            "'', now())"
        ],
    ],
    "holds_resolved_once": [
        [
            "DROP INDEX transfers_resolution",
            _TRANSFER + "({merchant}, -1, 'production', 'void', " + _HOLD_OF % "held" + ", {wallet}, {sales}, 300000, "
            "'order', NULL, NULL, '', now())",
        ],
        [
            "UPDATE transfers SET credit_account_id = {gateway} WHERE merchant_id = {merchant} "
            "AND phase = 'pending' AND order_id = {held}",
        ],
    ],
    "wallet_not_below_zero": [
        [
            _DROP % ("accounts", "wallet_not_below_zero"),
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {wallet}, {sales}, 900000000, 'x', NULL, NULL, "
            "'', now())",
            _WALLET % "debits_posted = debits_posted + 900000000",
        ]
    ],
    "held_is_open_holds": [[_WALLET % "debits_pending = debits_pending - 1"], [_WALLET % "credits_pending = 1"]],
    "totals_recomputed": [
        [_WALLET % "credits_posted = credits_posted + 1"],
        [_WALLET % "debits_posted = debits_posted - 1"],
        ["UPDATE accounts SET credits_posted = 5 WHERE merchant_id = {merchant} AND account_id = {sales}"],
    ],
    "paid_invoice_has_payment": [
        [
            "UPDATE invoices SET status = 'paid', paid_at = now() WHERE merchant_id = {merchant} "
            "AND order_id = {cancelled}"
        ],
        ["UPDATE invoices SET status = 'expired' WHERE merchant_id = {merchant} AND order_id = {paid}"],
        [
            "UPDATE orders SET total_sen = total_sen + 100 WHERE merchant_id = {merchant} AND order_id = {paid}",
            "UPDATE invoices SET amount_sen = amount_sen + 100 WHERE merchant_id = {merchant} AND order_id = {paid}",
        ],
        ["UPDATE invoices SET status = 'refunded' WHERE merchant_id = {merchant} AND order_id = {cancelled}"],
    ],
    "event_per_state": [
        ["DELETE FROM events WHERE merchant_id = {merchant} AND order_id = {paid} AND name = 'order.processing'"],
        ["DELETE FROM events WHERE merchant_id = {merchant} AND order_id = {paid} AND name = 'order.placed'"],
        ["DELETE FROM events WHERE merchant_id = {merchant} AND order_id = {cancelled}"],
        [_ORDER % ("status = 'expired'", "cancelled")],
    ],
    "stock_reserved": [
        ["UPDATE stock SET reserved = reserved + 1 WHERE merchant_id = {merchant} AND stock_id = {stock}"],
        ["UPDATE order_lines SET stock_id = NULL WHERE merchant_id = {merchant} AND order_id = {paid}"],
    ],
    "refunds_within_captured": [
        [
            _TRANSFER
            + "({merchant}, -1, 'production', 'single', NULL, {sales}, {wallet}, 200000, 'refund', {refunded}, "
            "NULL, '', now())",
            _WALLET % "credits_posted = credits_posted + 200000",
            "ALTER TABLE orders DROP CONSTRAINT IF EXISTS orders_check1, DROP CONSTRAINT IF EXISTS orders_check, "
            "DROP CONSTRAINT IF EXISTS orders_refunded_sen_check",
            _ORDER % ("refunded_sen = 800000, total_sen = 800000", "refunded"),
            "UPDATE invoices SET amount_sen = 800000 WHERE merchant_id = {merchant} AND order_id = {refunded}",
        ]
    ],
    "order_money": [
        [_ORDER % ("charged_sen = 0", "paid")],
        [_ORDER % ("refunded_sen = 0", "partly")],
        [_ORDER % ("charged_sen = 200001, refunded_sen = 99999", "held")],
    ],
    "held_orders": [
        [_ORDER % ("refunded_sen = 99999", "held")],
        [_ORDER % ("held_transfer_id = NULL", "open_hold")],
        [_ORDER % ("refunded_sen = 1", "open_hold")],
    ],
    "payments_booked": [
        [
            "UPDATE payments SET refunded_sen = 0 WHERE merchant_id = {merchant} AND payment_id = {part_payment}",
        ],
        ["UPDATE payments SET method = 'va' WHERE merchant_id = {merchant} AND payment_id = {part_payment}"],
    ],
    "refunds_owed": [
        # Forgotten, of another amount, of nobody's payment; said to be sent, or not, without its money.
        ["DELETE FROM refund_tasks WHERE merchant_id = {merchant} AND task_id = {to_send}"],
        [_TASK % ("amount_sen = amount_sen + 1", "to_send")],
        [_TASK % ("payment_id = -1", "to_send")],
        [_TASK % ("amount_sen = amount_sen + 1", "deposit_owed")],
        [_TASK % ("payment_id = {held_deposit}", "deposit_owed")],
        [_TASK % ("status = 'done', reference = 'x', ended_at = now()", "to_send")],
        [_TASK % ("status = 'withdrawn', ended_at = now()", "to_send")],
        [_TASK % ("status = 'open', reference = '', ended_at = NULL", "sent")],
        [_TASK % ("status = 'withdrawn', reference = ''", "sent")],
        [_TASK % ("status = 'done', reference = 'x'", "withdrawn")],
        ["DELETE FROM transfers WHERE merchant_id = {merchant} AND reason = 'refund_sent'"],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {refunds_owed}, {gateway}, 300000, "
            "'refund_sent', NULL, (SELECT payment_id FROM refund_tasks WHERE task_id = {sent}), '', now())"
        ],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {gateway}, {refunds_owed}, 100, 'x', NULL, "
            "{part_payment}, '', now())"
        ],
    ],
    "arrivals_paid": [
        # Of another amount, of nobody's payment, of another order, one payment twice.
        [_ARRIVAL % (1, 850_100, _ORDER_OF_FEE, "{fee_payment}")],
        [_ARRIVAL % (1, 850_000, _ORDER_OF_FEE, "-1")],
        [_ARRIVAL % (1, 850_000, "{held}", "{fee_payment}")],
        [_ARRIVAL % (n, 850_000, _ORDER_OF_FEE, "{fee_payment}") for n in (1, 2)],
        # The same of deposits: another amount, nobody's, one that has no money, one deposit twice.
        [_ARRIVED_DEPOSIT % (1, 841_800, "{matched_deposit}")],
        [_ARRIVED_DEPOSIT % (1, 841_700, "-1")],
        [_ARRIVED_DEPOSIT % (1, 800_000, "{open_deposit}")],
        [_ARRIVED_DEPOSIT % (n, 841_700, "{matched_deposit}") for n in (1, 2)],
    ],
    "deposits_matched": [
        # Asked for more, or less, than was booked; for nothing more; by another's transfer; by nobody's.
        [_DEPOSIT % ("pay_sen = pay_sen + 100", "matched_deposit")],
        [_DEPOSIT % ("pay_sen = pay_sen - 100", "matched_deposit")],
        [_DEPOSIT % ("pay_sen = amount_sen", "matched_deposit")],
        [_DEPOSIT % ("pay_sen = pay_sen + 41700", "deposit")],
        [_DEPOSIT % ("matching_transfer_id = NULL", "matched_deposit")],
        [
            _DEPOSIT % ("pay_sen = pay_sen + 41700, matching_transfer_id = {matching_transfer}", "deposit"),
        ],
        ["UPDATE transfers SET debit_account_id = {sales} WHERE transfer_id = {matching_transfer}"],
        ["UPDATE transfers SET reason = 'gift' WHERE transfer_id = {matching_transfer}"],
    ],
    "deposits_credited": [
        # Paid and not credited, credited and not paid, credited for two, for another one, of another amount.
        [_UNCHECKED_DEPOSITS, _DEPOSIT % ("status = 'succeeded'", "open_deposit")],
        [_UNCHECKED_DEPOSITS, _DEPOSIT % ("status = 'failed'", "deposit")],
        [_DEPOSIT % ("status = 'pending', transfer_id = NULL, completed_at = NULL", "deposit")],
        [
            _DROP % ("deposits", "deposits_merchant_id_transfer_id_key"),
            _DEPOSIT % ("status = 'succeeded', transfer_id = {deposit_transfer}, completed_at = now()", "open_deposit"),
        ],
        [_DEPOSIT % ("transfer_id = -1", "deposit")],
        [_DEPOSIT % ("amount_sen = amount_sen - 1, pay_sen = pay_sen - 1", "deposit")],
        [_DEPOSIT % ("account_id = {foreign_wallet}", "deposit")],
        [_DEPOSIT % ("method = 'manual'", "deposit")],
        # A transfer of a deposit that nobody made.
        ["DELETE FROM deposits WHERE merchant_id = {merchant} AND deposit_id = {deposit}"],
        [_DEPOSIT_TRANSFER % "reason = 'gift'"],
    ],
    "shipped_has_shipment": [["DELETE FROM shipments WHERE merchant_id = {merchant} AND shipment_id = {shipped}"]],
    "shipment_follows_order": [
        [_SHIPMENT % ("status = 'booked', shipped_at = NULL", "shipped")],
        [_SHIPMENT % ("status = 'delivered', delivered_at = now()", "shipped")],
        [_SHIPMENT % ("status = 'in_transit', shipped_at = now()", "unsent")],
        [_SHIPMENT % ("status = 'booked'", "unsent")],
        [_SHIPMENT % ("status = 'returned', delivered_at = NULL", "delivered")],
        [_SHIPMENT % ("status = 'in_transit', shipped_at = now()", "planned")],
        [_SHIPMENT % ("environment = 'sandbox'", "planned")],
    ],
    "fees_booked": [
        [
            "DELETE FROM transfers WHERE merchant_id = {merchant} AND payment_id = {fee_payment} AND reason = 'fee'",
        ],
        ["UPDATE payments SET fee_sen = 0 WHERE merchant_id = {merchant} AND payment_id = {fee_payment}"],
        ["UPDATE payments SET merchant_fee_sen = 1 WHERE merchant_id = {merchant} AND payment_id = {part_payment}"],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {gateway}, {fees}, 100, 'surcharge', NULL, "
            "{part_payment}, '', now())"
        ],
    ],
    "invoice_is_payable": [
        ["UPDATE invoices SET amount_sen = 1 WHERE merchant_id = {merchant} AND order_id = {cancelled}"],
        [
            "ALTER TABLE orders DROP CONSTRAINT rounding_is_less_than_a_rupiah",
            "UPDATE orders SET rounding_sen = -100 WHERE merchant_id = {merchant} AND order_id = {cancelled}",
        ],
    ],
    "open_payment_open_order": [
        [_OPEN_BESIDE.replace("BESIDE", "{part_payment}")],
        [_OPEN_BESIDE.replace("BESIDE", "{late_payment}")],
    ],
    "suspense_is_late": [
        ["DELETE FROM transfers WHERE merchant_id = {merchant} AND payment_id = {late_payment}"],
        ["UPDATE payments SET status = 'expired' WHERE merchant_id = {merchant} AND payment_id = {late_payment}"],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {gateway}, {suspense}, 100, 'late', NULL, "
            "{part_payment}, '', now())"
        ],
        # The same of top-ups, and of nobody.
        ["DELETE FROM transfers WHERE merchant_id = {merchant} AND payment_id = {held_deposit}"],
        [_DEPOSIT % ("held_at = NULL", "held_deposit")],
        [_DEPOSIT % ("held_at = now()", "open_deposit")],
        [
            _TRANSFER + "({merchant}, -1, 'production', 'single', NULL, {gateway}, {suspense}, 100, 'late', NULL, "
            "NULL, '', now())"
        ],
    ],
}


def test_every_invariant_is_broken_here() -> None:
    """No invariant is without a test that breaks it."""
    assert set(BREAKS) == {invariant.name for invariant in INVARIANTS}


def _cases() -> list[Any]:
    return [
        pytest.param(name, statements, id=f"{name}-{number}")
        for name, ways in BREAKS.items()
        for number, statements in enumerate(ways, 1)
    ]


@pytest.mark.parametrize(("invariant", "statements"), _cases())
async def test_a_broken_invariant_is_the_only_one_reported(sound: Sound, invariant: str, statements: list[str]) -> None:
    """Rows that break one invariant are found by that one and by no other, and the rows are told."""
    found = await _found_inside(sound, statements)
    assert list(found) == [invariant]
    assert {row["merchant_id"] for row in found[invariant]} == {sound.ids["merchant"]}


async def test_rows_are_bounded(sound: Sound) -> None:
    """However many rows are wrong, twenty are told."""
    many = ", ".join(
        f"({{merchant}}, {-n}, 'production', 'single', NULL, {{sales}}, -5, 100, 'x', NULL, NULL, '', now())"
        for n in range(1, 51)
    )
    found = await _found_inside(sound, [_TRANSFER + many])
    assert len(found["transfers_balance"]) == ROWS_AT_MOST == 20


async def test_the_check_reports_what_is_broken_and_where(sound: Sound) -> None:
    """A finding names the invariant, what should hold, and the rows; a check of another merchant does not see it."""
    with clone_of(sound.dsn, sound.name) as dsn:
        assert await _check(dsn) == []
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            statement = BREAKS["totals_recomputed"][0][0].format_map(sound.ids)
            await connection.execute(statement)  # type: ignore[arg-type]
        [violation] = await _check(dsn)
        assert violation.invariant == "totals_recomputed"
        assert violation.description == "Stored account totals equal those recomputed from transfers"
        [row] = violation.rows
        assert (row["account_id"], row["kind"]) == (sound.ids["wallet"], "wallet")
        assert row["credits_posted"] == row["credits_recomputed"] + 1
        assert await _check(dsn, sound.ids["other"]) == []
        assert await _check(dsn, sound.ids["merchant"]) == [violation]


def test_every_state_of_an_order_has_its_place_for_a_parcel() -> None:
    """The query names every state that an order's parcel does not wait in, and no other word."""
    [follows] = [invariant for invariant in INVARIANTS if invariant.name == "shipment_follows_order"]
    assert set(re.findall(r"'(\w+)'", follows.find)) == SHIPMENT.states | (
        ORDER.states - {"draft", "pending", "confirmed", "processing", "ready"}
    )


def test_states_that_promise_stock_are_those_before_the_goods_left() -> None:
    """Every state of an order either promises stock or has consumed or released it; the query names the first kind."""
    promising = {"draft", "pending", "confirmed", "processing", "ready"}
    gone = {"shipped", "completed", "returned", "closed", "partial", "cancelled", "expired", "failed"}
    assert promising | gone == ORDER.states
    [stock] = [invariant for invariant in INVARIANTS if invariant.name == "stock_reserved"]
    assert all(f"'{state}'" in stock.find for state in promising)
    assert not any(f"'{state}'" in stock.find for state in gone)


async def test_no_false_alarm_while_orders_are_written(shop: Shop) -> None:
    """The check reads one snapshot: it stays silent while a thousand orders change the books under it."""

    async def write() -> None:
        for _ in range(20):
            orders = await asyncio.gather(*(shop.place("wallet", 10_00) for _ in range(20)))
            assert len(orders) == 20
            held = await asyncio.gather(*(shop.place("hold", 10_00) for _ in range(10)))
            await asyncio.gather(*(shop.do(CancelOrder, order) for order in held))

    writing = asyncio.create_task(write())
    checks = 0
    while not writing.done():
        assert await check(shop.engine, shop.merchant_id) == []
        checks += 1
    await writing
    assert checks > 1
