"""Orders that have the term of their payment alone, as before: found by payment and state after the migration."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from psycopg import AsyncConnection
from upgrade_kit import Connection, upgraded

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.states import ORDER
from gerai.store import orders
from gerai.store.migrate import FOLDER

NAME = "0022-payment-and-state"
ORDERS = 5000
#: More orders of one week than are changed at once, and a door and an environment with a few.
_OLD = f"""
INSERT INTO merchants (merchant_id, code, name) SELECT n, 'm' || n, '' FROM generate_series(1, 2) n;
INSERT INTO orders (merchant_id, order_id, environment, channel, public_id, number, secret, status, funding, currency,
    total_sen, charged_sen, refunded_sen, reference, provider, after_payment, details, created_at, updated_at, labels,
    payment_mark)
SELECT m, n, CASE n % 10 WHEN 1 THEN 'sandbox' ELSE 'production' END,
    CASE n % 10 WHEN 2 THEN 'other' ELSE 'scalev' END, 'o' || n, 'N-' || n, '',
    (ARRAY['pending', 'confirmed', 'completed', 'cancelled'])[1 + n % 4], 'free', 'IDR', 500000,
    0, 0, '', '', 'start', '{{}}', '2026-01-05'::timestamptz + n % 500 * interval '1 hour', now(),
    '{{"store_id": "7"}}', CASE n % 7 WHEN 0 THEN 'conflict' WHEN 1 THEN 'settled' ELSE '' END
FROM generate_series(1, 2) m, generate_series(1, {ORDERS}) n;
INSERT INTO invoices SELECT m, n, 'production', n, 'i' || n, CASE n % 3 WHEN 0 THEN 'paid' ELSE 'pending' END, 500000,
    '', NULL, CASE n % 3 WHEN 0 THEN now() END, now() FROM generate_series(1, 2) m, generate_series(1, {ORDERS}) n;
INSERT INTO order_terms
SELECT merchant_id, environment, channel, floor(extract(epoch FROM created_at) / 604800)::int4, term, created_at,
    order_id
FROM orders o, unnest(ARRAY['#n-' || order_id, 't500000', 'lstore_id=7', 'nypaid', 'y' || CASE
    WHEN payment_mark = 'conflict' THEN 'conflict'
    WHEN order_id % 3 > 0 THEN 'unpaid' WHEN payment_mark = 'settled' THEN 'settled' ELSE 'paid' END]) term;
"""
_OTHERS = "SELECT * FROM order_terms WHERE term NOT LIKE 'y%' ORDER BY merchant_id, order_id, term"


def _fill(kept: list[Any]) -> Callable[[Connection], None]:
    def fill(connection: Connection) -> None:
        connection.execute(_OLD)
        kept.extend(connection.execute(_OTHERS).fetchall())

    return fill


def _found(dsn: str, scope: Scope, limit: int = 2 * ORDERS, **wanted: Any) -> list[int]:
    async def find() -> list[int]:
        async with await AsyncConnection.connect(dsn) as connection:
            page = await orders.by_filter(connection, scope, OrderFilter(**wanted), limit)
            return [order.order_id for order in page]

    return asyncio.run(find())


def _payment(number: int) -> str:
    if number % 7 == 0:
        return "conflict"
    return "unpaid" if number % 3 else "settled" if number % 7 == 1 else "paid"


def _state(number: int) -> str:
    return ("pending", "confirmed", "completed", "cancelled")[number % 4]


def _newest(numbers: list[int]) -> list[int]:
    return sorted(numbers, key=lambda number: (number % 500, number), reverse=True)


def test_the_state_is_added_to_each_payment() -> None:
    """Every order of every door has the one term of its payment and state, made where it was; none is left as it was,
    no other term changed. Lists by payment and by both are exact, in order."""
    kept: list[Any] = []
    with upgraded(NAME, _fill(kept)) as database:
        made = database.rows("SELECT merchant_id, order_id, term, created_at FROM order_terms WHERE term LIKE 'y%'")
        assert database.rows(_OTHERS) == kept
        placed = {row[:2]: row[2] for row in database.rows("SELECT merchant_id, order_id, created_at FROM orders")}
        misplaced = database.rows(
            "SELECT count(*) FROM order_terms WHERE week <> floor(extract(epoch FROM created_at) / 604800)::int4"
        )
        assert misplaced == [(0,)]
        assert sorted(made) == [
            (merchant_id, number, f"y{_payment(number)}/{_state(number)}", placed[merchant_id, number])
            for merchant_id in (1, 2)
            for number in range(1, ORDERS + 1)
        ]
        here = [number for number in range(1, ORDERS + 1) if number % 10 not in (1, 2)]
        for payment in ("unpaid", "paid", "conflict", "settled"):
            of_payment = _newest([number for number in here if _payment(number) == payment])
            assert _found(database.dsn, Scope(2, "production", "scalev"), payment_status=payment) == of_payment
            for state in sorted(ORDER.states):
                both = [number for number in of_payment if _state(number) == state]
                wanted = {"payment_status": payment, "statuses": (state,)}
                assert _found(database.dsn, Scope(1, "production", "scalev"), **wanted) == both


def test_cut_off_it_goes_on_and_nothing_is_shown_wrongly() -> None:
    """Half of the terms were changed when it was cut off: the rest is, and what was done stays; again, nothing changes.
    An order that somebody wrote a new term of meanwhile keeps one. And a term with an older state, of a process that
    was not stopped: its order is in no list it does not belong to, and in none twice."""
    sql = (FOLDER / NAME / f"{NAME}.sql").read_text(encoding="utf-8")
    block = sql[sql.index("DO $$") : sql.index("RESET")]
    with upgraded(NAME, _OLD) as database:
        text = "SELECT * FROM order_terms ORDER BY merchant_id, order_id, term"
        whole = database.rows(text)
        database.connection.execute(
            "UPDATE order_terms SET term = split_part(term, '/', 1) WHERE term LIKE 'y%' AND order_id % 2 = 0"
        )
        database.connection.execute(
            "INSERT INTO order_terms SELECT merchant_id, environment, channel, week, split_part(term, '/', 1), "
            "created_at, order_id FROM order_terms WHERE term LIKE 'y%/%' AND order_id % 101 = 1"
        )
        for _ in range(2):
            database.connection.execute(block)  # type: ignore[arg-type]
            assert database.rows(text) == whole

        [number, *_] = [
            n for n in range(103, ORDERS) if n % 10 > 2 and (_payment(n), _state(n)) == ("paid", "completed")
        ]
        stale = "INSERT INTO order_terms SELECT merchant_id, environment, channel, week, %s, created_at, order_id FROM "
        stale += "order_terms WHERE merchant_id = 1 AND order_id = %s AND term = 'ypaid/completed'"
        scope = Scope(1, "production", "scalev")
        paid = _found(database.dsn, scope, payment_status="paid")
        unpaid = _found(database.dsn, scope, payment_status="unpaid")
        pending = _found(database.dsn, scope, payment_status="paid", statuses=("pending",))
        for term in ("yunpaid/pending", "ypaid/pending"):
            database.connection.execute(stale, (term, number))  # type: ignore[arg-type]
        assert number in paid
        assert _found(database.dsn, scope, payment_status="paid") == paid
        assert _found(database.dsn, scope, payment_status="unpaid") == unpaid
        assert _found(database.dsn, scope, payment_status="paid", statuses=("pending",)) == pending
        place = paid.index(number)
        assert _found(database.dsn, scope, 2, payment_status="paid", before_id=paid[place - 1]) == paid[place:][:2]
