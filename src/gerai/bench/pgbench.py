"""The other side: the same rows, one prepared transaction per order, by pgbench.

The script is made from an order that was really placed: every column keeps that order's value, except those that tell
orders apart, which get values of the same form.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict

from gerai.bench.case import PGBENCH_CLIENTS, PGBENCH_THREADS, BenchError, Case
from gerai.bench.requests import KEY_PREFIX, NUMBER_DIGITS, REFERENCE_PREFIX
from gerai.bench.rows import Row, Value
from gerai.bench.shop import Shop

#: Ids an order takes, of orders, payments and transfers together, as the engine draws them.
IDS_PER_ORDER: Final = 3
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_MD5_LENGTH: Final = 32
#: Written after everything else, in this order.
_LAST: Final = ("procrastinate_jobs", "transfers")


@dataclass(frozen=True)
class Sample:
    """The rows of the placed order, by table, and the shop they belong to."""

    shop: Shop
    rows: dict[str, list[Row]]


def script(case: Case, sample: Sample) -> str:
    """One transaction that writes the sample's rows anew. pgbench must be given ``base`` (a first free id) and ``n=0``.

    A wallet is locked as late as it can be, by the one statement that debits it: only its transfer and the commit
    follow. That is the quickest of the sequences tried, and so the fairest to compare with.
    """
    shop, order = sample.shop, sample.rows["orders"][0]
    writer = _Writer(shop, order)
    lines = [
        r"\set n :n + 1",
        rf"\set order_id :base + (:n * {PGBENCH_CLIENTS} + :client_id) * {IDS_PER_ORDER}",
        r"\set payment_id :order_id + 1",
        r"\set transfer_id :order_id + 2",
        rf"\set turn (:n * {PGBENCH_CLIENTS} + :client_id) % {case.members}",
        rf"\set member_id {shop.first_member} + :turn",
        rf"\set key_id {shop.first_key} + :turn",
        rf"\set account_id {shop.first_wallet} + :turn",
        "BEGIN;",
    ]
    lines += [writer.insert(table, rows) for table, rows in sample.rows.items() if table not in _LAST]
    lines += [writer.defer(row) for row in sample.rows.get("procrastinate_jobs", [])]
    if "transfers" in sample.rows:
        lines += [
            f"UPDATE accounts SET debits_posted = debits_posted + {order['total_sen'].text}, updated_at = now() "
            f"WHERE merchant_id = {shop.merchant_id} AND account_id = :account_id "
            r"RETURNING credits_posted - debits_posted - debits_pending AS available \gset",
            writer.insert("transfers", sample.rows["transfers"]),
        ]
    return "\n".join([*lines, "COMMIT;", ""])


class _Writer:
    """Turns the sample's rows into statements of the script."""

    def __init__(self, shop: Shop, order: Row) -> None:
        self._order_id = _known(order["order_id"])
        self._created_at = datetime.fromisoformat(_known(order["created_at"]))
        code = _composed(_known(order["public_id"]), self._order_id, ":order_id")
        owner = f"{_literal('member:')} || :member_id::text"
        secret = _secret(len(_known(order["secret"])))
        number = f"lpad(:order_id::text, {NUMBER_DIGITS}, '0')"
        job_args = f"jsonb_build_object('order_id', :order_id::bigint, 'merchant_id', {shop.merchant_id})"
        reference = f"{_literal(REFERENCE_PREFIX)} || {number}"
        #: What tells orders apart; a column found here under its table or by itself is not copied.
        self._own = {
            "order_id": ":order_id",
            "invoice_id": ":order_id",
            "fulfilment_id": ":order_id",
            "payment_id": ":payment_id",
            "transfer_id": ":transfer_id",
            "member_id": ":member_id",
            "key_id": ":key_id",
            "account_id": ":account_id",
            "debit_account_id": ":account_id",
            "debit_available_after": ":available",
            "reference": reference,
            "orders.public_id": code,
            "orders.number": code,
            "orders.secret": secret,
            "invoices.number": code,
            "payments.public_id": "'wallet-' || :payment_id::text",
            "idempotency_keys.owner": owner,
            "idempotency_keys.key": f"{_literal(KEY_PREFIX)} || {number}",
            "procrastinate_jobs.lock": _composed(f"order:{shop.merchant_id}:", "", ":order_id"),
            "procrastinate_jobs.args": job_args,
        }

    def insert(self, table: str, rows: list[Row]) -> str:
        """All rows of one table in one statement."""
        values = ", ".join(f"({', '.join(self._value(table, name, row[name]) for name in row)})" for row in rows)
        return f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {values};"

    def defer(self, job: Row) -> str:
        """The job, deferred with the queue's own function."""
        names = ("queue_name", "task_name", "priority", "lock", "queueing_lock", "args", "scheduled_at")
        values = ", ".join(self._value("procrastinate_jobs", name, job[name]) for name in names)
        return f"SELECT procrastinate_defer_jobs_v1(ARRAY[ROW({values})::procrastinate_job_to_defer_v1]);"

    def _value(self, table: str, name: str, value: Value) -> str:
        if value.text is None:
            return "NULL"
        own = self._own.get(f"{table}.{name}") or self._own.get(name)
        if own is not None and value.text != "":
            return own
        if value.type == "timestamp with time zone":
            after = datetime.fromisoformat(value.text) - self._created_at
            return f"now() + interval '{after.total_seconds():.0f} seconds'"
        return _literal(value.text)


def _known(value: Value) -> str:
    if value.text is None:
        raise BenchError("the sample order lacks a value that every order has")
    return value.text


def _literal(text: str) -> str:
    """A text of SQL. Colons are written as escapes, because pgbench takes ``:name`` for a variable anywhere."""
    quoted = text.replace("'", "''")
    if ":" not in text:
        return f"'{quoted}'"
    return "E'" + quoted.replace("\\", "\\\\").replace(":", "\\x3a") + "'"


def _composed(text: str, ending: str, variable: str) -> str:
    """``text`` with the ``ending`` of the sample replaced by the variable."""
    if not text.endswith(ending):
        raise BenchError(f"{text} does not end in {ending}")
    return f"{_literal(text.removesuffix(ending))} || {variable}::text"


def _secret(length: int) -> str:
    """A text of this length that differs for every order."""
    if length <= _MD5_LENGTH:
        return f"left(md5(:order_id::text), {length})"
    return f"rpad(md5(:order_id::text), {length}, md5(:key_id::text))"


def run(programs: Path, dsn: str, text: str, seconds: int, base: int) -> float:
    """Transactions per second over so many whole seconds. BenchError when pgbench or one of its transactions fails."""
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    # In the environment: arguments, the password among them, could be read by every user.
    names = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment = os.environ | {variable: given[name] for name, variable in names.items()}
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        command = [str(programs / "pgbench"), "-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS)]
        command += ["-j", str(PGBENCH_THREADS), "-T", str(seconds), "-D", f"base={base}", "-D", "n=0", "-f", file.name]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    rate, failed = _TPS.search(answer.stdout), _FAILED.search(answer.stdout)
    if answer.returncode or rate is None or (failed is not None and failed[1] != "0"):
        raise BenchError(f"pgbench failed:\n{(answer.stderr or answer.stdout).strip()[-2000:]}")
    return float(rate[1])
