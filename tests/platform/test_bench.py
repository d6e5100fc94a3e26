"""The benchmark measures what it says it measures. How fast it is, is no test's business."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch
from urllib.parse import quote

import httpx
import msgspec
import psycopg
import pytest
import typer
from typer.testing import CliRunner, Result

import fork_server
from cluster_kit import make_ready, migrated_scratch
from gerai.bench import command
from gerai.bench.case import BenchError, Case, CaseStep
from gerai.bench.cases import CASES, WRITES
from gerai.bench.exports import measure_exports
from gerai.bench.load import Load, Round, Target
from gerai.bench.pages import PAGES, measure_pages
from gerai.bench.requests import Requests
from gerai.bench.rows import Value, tables
from gerai.bench.run import CaseFigures, asked_of, measure
from gerai.bench.sample import RowChange, Sample, StepRows
from gerai.bench.script import writing
from gerai.bench.shop import Shop
from gerai.bench.stand import Stand, standing

_SHAPE = {
    "stored": int,
    "case": str,
    "http_per_s": float,
    "pgbench_per_s": float,
    "ratio": float,
    "p50_ms": float,
    "p95_ms": float,
    "p99_ms": float,
    "errors": int,
    "invariants_ok": bool,
}
_STORED = 3_000
_BRIEF_S = 0.4


@pytest.fixture(scope="module", autouse=True)
def quick_starts_of_stands() -> Generator[None]:
    """What is measured here counts for nobody: no database waits for the disk or is made anew, servers are forked."""
    with (
        patch("gerai.bench.stand.scratch", lambda **_: migrated_scratch()),
        patch("gerai.bench.processes.started", fork_server.start_server),
    ):
        yield


@pytest.fixture(scope="module")
def stand() -> Generator[Stand]:
    with standing(_STORED, lambda _: None) as opened:
        yield opened
        assert opened.broken_rules() == []


def _measured(case: Case, stand: Stand) -> CaseFigures:
    figures = measure(case, stand, _BRIEF_S, lambda _: None)
    assert (figures.first_error, figures.errors, figures.violations) == ("", 0, ())
    # On a busy machine not one life may end within so short a round.
    assert figures.pgbench_per_s > 0
    assert figures.ratio == pytest.approx(figures.http_per_s / figures.pgbench_per_s)
    assert 0 < figures.p50_ms <= figures.p95_ms <= figures.p99_ms
    return figures


#: What one unit inserts, by table.
_ROWS = {
    "invoice": {"orders": 1, "invoices": 1, "payments": 0, "transfers": 0, "procrastinate_jobs": 0},
    "hot-wallet": {"orders": 1, "invoices": 1, "payments": 1, "transfers": 1},
    "durianpay": {"orders": 1, "invoices": 1, "payments": 1, "idempotency_keys": 2, "transfers": 0},
    "scalev": {"orders": 1, "payments": 0, "shipments": 0, "procrastinate_jobs": 1},
    "hot-variant": {"orders": 1, "payments": 0, "shipments": 1, "procrastinate_jobs": 1},
    "life": {"orders": 1, "payments": 1, "transfers": 1, "idempotency_keys": 1},
}


@pytest.mark.slow
@pytest.mark.parametrize("case", WRITES, ids=lambda case: case.name)
def test_what_was_counted_is_stored_exactly(case: Case, stand: Stand) -> None:
    """Each case that writes: no request failed; as many orders, payments, jobs of webhooks and other rows are stored as
    were acknowledged, on both sides (``violations``), and the books balance afterwards (the fixture)."""
    before = _counts(stand)
    figures = _measured(case, stand)
    after = _counts(stand)
    for table, of_one in _ROWS[case.name].items():
        assert after[table] - before[table] == of_one * figures.units, table
    assert figures.units >= case.connections


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES.values() if case.read], ids=lambda case: case.name)
def test_a_reading_case_reads(case: Case, stand: Stand) -> None:
    """Each case that reads gets the list or the order it asks for, every time, and writes nothing: orders for a value
    that some have, an empty list for one that nobody has."""
    before = _counts(stand)
    assert _measured(case, stand).units > 0
    assert _counts(stand) == before
    assert case.read is not None
    with psycopg.connect(stand.dsn) as connection:
        asked = asked_of(connection, case, stand) or [""]
    found = {value: _found(case, stand, value) for value in dict.fromkeys(asked[:8])}
    assert [value for value, orders in found.items() if not orders] == [v for v in found if v in case.read.absent]


def _found(case: Case, stand: Stand, value: str) -> int:
    """How many orders an answer holds."""
    [step] = case.steps
    url = f"http://127.0.0.1:{stand.port}{step.path.replace('<value>', quote(value))}"
    [caller, *_] = stand.ours.callers_of(case)
    answer = httpx.get(url, headers={"Authorization": caller}, trust_env=False).json()
    if "secret_slug" in answer:
        return 1
    inner: Any = answer["data"]
    if "is_paginated" not in answer:
        inner = inner.get("page", inner)
        inner = next(inner[name] for name in ("orders", "payments", "items") if name in inner)
    return len(inner or [])


def _counts(stand: Stand) -> dict[str, int]:
    """Rows of the shop that is ordered in over HTTP, by table."""
    found: dict[str, int] = {}
    with psycopg.connect(stand.dsn) as connection:
        for table in tables(connection):
            merchant = "(args ->> 'merchant_id')::bigint" if table == "procrastinate_jobs" else "merchant_id"
            query = f"SELECT count(*) FROM {table} WHERE {merchant} = {stand.ours.merchant_id}"
            [(found[table],)] = connection.execute(query.encode()).fetchall()
    return found


@pytest.mark.slow
def test_an_answer_that_is_not_as_it_should_be_is_an_error(stand: Stand) -> None:
    """An answer without what it must hold is an error with its text, and its unit does not count, though its order is
    there: one more than was acknowledged. A request that is refused before the load is a reason to measure nothing."""
    [step] = CASES["scalev"].steps
    # Only the samples have numbers that begin so.
    unlike = msgspec.structs.replace(step, contains='"notes":"bench-reference-9')
    figures = measure(replace(CASES["scalev"], steps=(unlike,)), stand, _BRIEF_S, lambda _: None)
    assert figures.units == 0
    assert figures.errors > 0
    assert "bench-reference-9" in figures.first_error
    assert any(text.startswith("orders: ") and "rows of 0 acknowledged" in text for text in figures.violations)
    refused = msgspec.structs.replace(step, body=step.body.replace("invoice", "nothing"))
    with pytest.raises(BenchError, match="payment_method"):
        measure(replace(CASES["scalev"], steps=(refused,)), stand, _BRIEF_S, lambda _: None)


@pytest.mark.slow
def test_a_case_alone_has_a_database_of_its_own_and_prints_one_object() -> None:
    """`gerai bench --case invoice --json` prints one object with every figure, and leaves with 0 when all is right."""
    answer = _bench("--seconds", "1", "--case", "invoice", "--json")
    assert answer.returncode == 0, answer.stderr
    report: dict[str, Any] = json.loads(answer.stdout)
    assert set(report) == {"cases"}
    [figures] = report["cases"]
    assert {name: type(value) for name, value in figures.items()} == _SHAPE
    assert (figures["case"], figures["stored"], figures["errors"]) == ("invoice", 0, 0)
    assert figures["invariants_ok"] is True


@pytest.mark.slow
def test_a_kept_database_is_used_again_and_compared_with_a_small_one(tmp_path: Path) -> None:
    """With --compare each case is measured beside a small database, and shown in percent of that one's rate. With
    --data the orders are stored once: whoever comes next finds them, and the shops with their keys. Another number of
    orders than the folder holds is refused."""
    folder = tmp_path / "kept"
    kept = ("--seconds", "1", "--case", "scalev", "--data", str(folder))
    make_ready(folder)
    answer = _bench_here(*kept, "--stored", "500", "--compare", "--json")
    assert answer.exit_code == 0, answer.stderr
    [figures] = json.loads(answer.stdout)["cases"]
    assert {name: type(value) for name, value in figures.items()} == _SHAPE | {
        "small_per_s": float,
        "percent_of_small": float,
    }
    with standing(500, lambda _: None, folder) as stand:
        assert _counts(stand)["orders"] > figures["http_per_s"]
        assert measure(CASES["read"], stand, _BRIEF_S, lambda _: None).errors == 0
    with pytest.raises(BenchError, match="holds 500 orders from earlier, not 600"), standing(600, print, folder):
        raise AssertionError


@pytest.mark.slow
def test_pages_and_files_of_the_desk_are_measured(stand: Stand) -> None:
    """`--pages` opens every page of the console as a shop's owner, and gets each; `--export` takes all of the shop's
    orders by HTTP and at the terminal: as many rows as there are, and what it took."""
    found = measure_pages(stand, 2, lambda _: None)
    assert {one.name for one in found} == set(PAGES)
    assert {one.name: one.status for one in found if one.status != 200} == {}
    assert all(0 < one.p50_ms <= one.p95_ms and one.bytes > 1000 for one in found)
    by_http, at_terminal = measure_exports(stand, lambda _: None)
    assert by_http.rows == at_terminal.rows == _counts(stand)["orders"]
    # The same rows; the head of a page's file is in its reader's words.
    assert 0 < abs(by_http.bytes - at_terminal.bytes) < 200
    assert by_http.most_kb >= by_http.before_kb > 0


@pytest.mark.parametrize(
    ("figures", "code"), [({}, 0), ({"errors": 1}, 1), ({"violations": ("orders: 1 rows of 0 acknowledged",)}, 1)]
)
def test_what_went_wrong_is_the_exit_code(figures: dict[str, Any], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failed request, or one row too many, and the command leaves with 1."""
    whole = CaseFigures(CASES["invoice"], 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0, 1, 0, "", ())
    monkeypatch.setattr(command, "standing", Mock(return_value=contextlib.nullcontext(_Balanced())))
    monkeypatch.setattr(command, "measure", Mock(return_value=replace(whole, **figures)))
    answer = _bench_here("--case", "invoice")
    assert answer.exit_code == code, answer.output


class _Balanced:
    """A stand whose books balance."""

    def broken_rules(self) -> list[str]:
        return []


def _bench(*options: str) -> subprocess.CompletedProcess[str]:
    return fork_server.run(["bench", *options])


def _bench_here(*options: str) -> Result:
    """In this process."""
    app = typer.Typer()
    app.command()(command.bench)
    with patch("gerai.kit.log.configure"):
        return CliRunner().invoke(app, list(options))


def test_what_cannot_be_measured_is_refused() -> None:
    """A typo in --case leaves with exit code 2 and the names there are, and so does comparing with nothing; nothing is
    started."""
    answer = _bench("--case", "invoices")
    assert answer.returncode == 2
    assert "invoice, hot-wallet" in answer.stderr.replace("\n", " ").replace("│", "")
    assert answer.stdout == ""
    assert "--stored" in _bench("--compare").stderr
    assert _bench("--data", "/nowhere").returncode == 2


def test_requests_are_unique_and_take_callers_and_customers_in_turn() -> None:
    """Every unit has its own number in the Idempotency-Key and the body, whose length is the Content-Length; callers
    and customers alternate; what an answer named stands in the next request; one that lacks it is a fault."""
    first = CaseStep("POST", "/a", 201, '{"n":"<n>","c":"<turn>"}', keep={"order": r'"id":"(\w+)"'}, once=True)
    second = CaseStep("GET", "/a/<order>?q=<value>", contains="<order>")
    requests = Requests("host:1", [first, second], ["Bearer a", "Bearer b"], 2, ["x", "y"], "run")
    for n, caller, turn, value in ((4, "a", "0000", "x"), (5, "b", "0001", "y")):
        marks = requests.marks(n)
        head, body = requests.steps[0].request(n, marks).decode().split("\r\n\r\n")
        assert f"Authorization: Bearer {caller}\r\n" in head
        assert f"Idempotency-Key: run-{n:013d}\r\n" in head
        assert f"Content-Length: {len(body)}" in head
        assert json.loads(body) == {"n": f"{n:013d}", "c": turn}
        assert requests.steps[0].fault(b"201", b'{"id":"o1"}', marks) == ""
        following = requests.steps[1].request(n, marks).decode()
        assert following.startswith(f"GET /a/o1?q={value} HTTP/1.1\r\n")
        assert "Idempotency-Key" not in following
        assert requests.steps[1].fault(b"200", b"{}", marks).startswith("without o1")
        assert requests.steps[0].fault(b"200", b"no", marks) == "no"
        assert requests.steps[0].fault(b"201", b"{}", marks).startswith("without order")


async def test_each_round_has_connections_of_its_own() -> None:
    """A server closes connections that were idle between two rounds; that is no error of the second one."""
    opened = ended = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened, ended
        opened += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        ended += 1

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        load = Load(Target("127.0.0.1", port, 3, [CaseStep("GET", "/")], ["Bearer a"], 1, [], "run"))
        for rounds in (1, 2):
            result = await load.run(Round(0, 0.05))
            assert (result.errors, result.answered > 0, opened) == (0, True, 3 * rounds)
        load.close()
        async with asyncio.timeout(20):
            while ended < opened:  # noqa: ASYNC110 - nobody else's test finds them open
                await asyncio.sleep(0.01)


def _order(number: str, secret: str, order_id: str) -> dict[str, Value]:
    return {
        "merchant_id": Value("1", "bigint"),
        "order_id": Value(order_id, "bigint"),
        "public_id": Value(f"INV20261122010101{order_id}", "text"),
        "secret": Value(secret, "text"),
        "reference": Value(f"bench-reference-{number}", "text"),
        "details": Value('{"note": "it\'s :order_id \\\\ here"}', "jsonb"),
        "created_at": Value("2026-11-22 01:00:00.5+00", "timestamp with time zone"),
        "expires_at": Value("2026-11-23 01:00:00.5+00", "timestamp with time zone"),
        "account_id": Value(None, "bigint"),
        "member_id": Value("2000000001001", "bigint"),
    }


def test_the_script_repeats_the_samples_with_ids_of_its_own() -> None:
    """Ids, codes and secrets become variables, times keep their distance from the moment, NULL stays NULL, totals rise
    by as much, and a colon or a quote inside a value can neither end it nor be taken for a pgbench variable."""
    shop = Shop(1, 2000000001001, 2000000002001, 2000000003001, {}, {"leuwongrr": []})
    samples: list[Sample] = []
    for n, secret, order_id in (
        (9_000_000_000_000, "s1" * 20, "2000000004001"),
        (9_000_001_000_000, "s2" * 20, "2000000004002"),
    ):
        order = _order(str(n), secret, order_id)
        event = {name: order[name] for name in ("order_id", "created_at")}
        stock = [{"stock_id": Value("7", "bigint"), "reserved": Value(str(count), "integer")} for count in (4, 5)]
        written = StepRows({"orders": [order], "events": [event]}, {"stock": [RowChange(*stock)]}, {})
        samples.append(Sample(n, (written,)))
    made = writing(CASES["invoice"], shop, (samples[0], samples[1]), {"stock": ["stock_id"]})
    lines = made.text.splitlines()
    [insert] = [line for line in lines if line.startswith("INSERT INTO orders")]
    assert insert == (
        "INSERT INTO orders (merchant_id, order_id, public_id, secret, reference, details, created_at, expires_at, "
        "account_id, member_id) VALUES ('1', :id0, 'INV20261122010101' || :id0::text, "
        "'s' || rpad(md5(:id0::text), 39, md5(:client_id::text)), "
        "'bench-reference-' || lpad(:id0::text, 13, '0'), "
        "E'{\"note\"\\x3a \"it''s \\x3aorder_id \\\\\\\\ here\"}', "
        "now() + interval '0 seconds', now() + interval '86400 seconds', NULL, :member_id);"
    )
    assert lines[-2:] == ["UPDATE stock SET reserved = reserved + 1 WHERE stock_id = '7';", "COMMIT;"]
    assert r"\set turn (:n * 16 + :client_id) % 1000" in lines
    assert r"\set id0 :base + (:n * 16 + :client_id) * 1" in lines
    assert (made.ids, made.rows) == (1, {"orders": 1, "events": 1})
