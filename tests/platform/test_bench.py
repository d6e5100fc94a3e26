"""The benchmark measures what it says it measures. How fast it is, is no test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from gerai.bench import pgbench
from gerai.bench.case import CASES
from gerai.bench.requests import Requests
from gerai.bench.rows import Row, Value
from gerai.bench.shop import Shop

_SHAPE = {
    "stored": int,
    "case": str,
    "http_per_s": float,
    "pgbench_per_s": float,
    "ratio": float,
    "p50_ms": float,
    "p99_ms": float,
    "errors": int,
    "invariants_ok": bool,
}


@pytest.mark.slow
@pytest.mark.parametrize(("case", "stored"), [("invoice", 0), ("invoice", 3000), ("hot-wallet", 3000)])
def test_a_short_run_is_complete_and_the_books_balance(case: str, stored: int) -> None:
    """`gerai bench --json` prints one object with every figure; no order failed, every acknowledged order is stored
    once, every invariant holds over what both sides wrote, and both wrote the same rows (all of it `invariants_ok`). So
    it is in a database that held orders before."""
    command = [sys.executable, "-P", "-m", "gerai", "bench", "--seconds", "1", "--case", case, "--json"]
    command += ["--stored", str(stored)] if stored else []
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert answer.returncode == 0, answer.stderr
    report: dict[str, Any] = json.loads(answer.stdout)
    assert set(report) == {"cases"}
    [figures] = report["cases"]
    assert {name: type(value) for name, value in figures.items()} == _SHAPE
    assert (figures["case"], figures["stored"]) == (case, stored)
    assert figures["errors"] == 0
    assert figures["invariants_ok"] is True
    assert figures["http_per_s"] > 0
    assert figures["pgbench_per_s"] > 0
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]


def test_an_unknown_case_is_refused_by_name() -> None:
    """A typo in --case leaves with exit code 2 and the names there are; nothing is started."""
    command = [sys.executable, "-P", "-m", "gerai", "bench", "--case", "invoices"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 2
    assert "invoice, hot-wallet" in answer.stderr
    assert answer.stdout == ""


def test_requests_are_unique_and_take_the_tokens_in_turn() -> None:
    """Every request has its own Idempotency-Key and client_reference and a true Content-Length; tokens alternate."""
    requests = Requests("127.0.0.1:1", ["lrrs_v1_a", "lrrs_v1_b"], "invoice", 7)
    first, second, third = (requests.next().decode() for _ in range(3))
    for number, request in ((7, first), (8, second), (9, third)):
        head, body = request.split("\r\n\r\n")
        assert f"Idempotency-Key: bench-key-{number:012d}" in head
        assert f"Content-Length: {len(body)}" in head
        assert json.loads(body)["client_reference"] == f"bench-reference-{number:012d}"
        assert "X-Discord-User-ID" not in head
    assert "Bearer lrrs_v1_b" in first
    assert "Bearer lrrs_v1_a" in second
    assert "Bearer lrrs_v1_b" in third


def _order_row() -> Row:
    return {
        "merchant_id": Value("1", "bigint"),
        "order_id": Value("4711", "bigint"),
        "public_id": Value("INV202611220101014711", "text"),
        "secret": Value("s" * 40, "text"),
        "details": Value('{"note": "it\'s :order_id \\\\ here"}', "jsonb"),
        "created_at": Value("2026-11-22 01:00:00.5+00", "timestamp with time zone"),
        "expires_at": Value("2026-11-23 01:00:00.5+00", "timestamp with time zone"),
        "account_id": Value(None, "bigint"),
    }


def test_the_script_repeats_the_sample_with_ids_of_its_own() -> None:
    """Ids, codes and secrets become variables, times keep their distance from now, NULL stays NULL, and a colon or a
    quote inside a value can neither end it nor be taken for a pgbench variable."""
    shop = Shop(1, 1001, 2001, 3001, [])
    text = pgbench.script(CASES["invoice"], pgbench.Sample(shop, {"orders": [_order_row()]}))
    [insert] = [line for line in text.splitlines() if line.startswith("INSERT")]
    assert insert == (
        "INSERT INTO orders (merchant_id, order_id, public_id, secret, details, created_at, expires_at, account_id) "
        "VALUES ('1', :order_id, 'INV20261122010101' || :order_id::text, "
        "rpad(md5(:order_id::text), 40, md5(:key_id::text)), "
        "E'{\"note\"\\x3a \"it''s \\x3aorder_id \\\\\\\\ here\"}', "
        "now() + interval '0 seconds', now() + interval '86400 seconds', NULL);"
    )
    assert text.splitlines()[-1] == "COMMIT;"
    assert "UPDATE accounts" not in text
    assert r"\set turn (:n * 16 + :client_id) % 1000" in text
