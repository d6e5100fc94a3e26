"""The alert rules that Gerai ships: they name what exists, stay silent while all is well, and each fires when its fault
is made."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

import alert_kit as kit
import pytest
import pytest_asyncio
import yaml
from metrics_kit import Series
from promql_kit import Rule, Vector

from gerai.metrics.exposition import EVERY

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/metrics.md"
FILE = ROOT / "docs/how-to/gerai-alerts.yml"
RULES: Final[dict[str, dict[str, Any]]] = {
    rule["alert"]: rule
    for group in yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
UNITS = {"s": 1, "m": 60}


def test_rules_name_what_exists() -> None:
    """Every expression can be evaluated; the metrics it names are told, with labels that they have."""
    labels = {metric.name: {*metric.labels, "instance", "job"} for metric in EVERY} | {"up": {"job", "instance"}}
    labels |= {f"{m.name}_bucket": {*m.labels, "le"} for m in EVERY if m.kind == "histogram"}
    for name, rule in RULES.items():
        evaluated = Rule(rule["expr"], Series())
        evaluated.fires()
        assert evaluated.selectors, name
        for selector in evaluated.selectors:
            assert {label for label, _, _ in selector.matchers} <= labels[selector.name], name
        for groups in re.findall(r"\bby \((.*?)\)", rule["expr"]):
            known = set().union(*(labels[selector.name] for selector in evaluated.selectors))
            assert set(groups.split(", ")) <= known, name


def test_rules_say_what_to_do() -> None:
    """Each rule has a severity, and says in Bahasa Indonesia and in English what to do; labels it shows are its own."""
    for name, rule in RULES.items():
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), name
        assert set(rule["annotations"]) == {"summary", "action", "tindakan"}, name
        shown = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
        kept = set().union(*(groups.split(", ") for groups in re.findall(r"\bby \((.*?)\)", rule["expr"])))
        assert set(shown) <= kept | {"instance"}, name


def test_the_page_has_every_rule_and_no_other() -> None:
    """The table of the how-to names each alert, and no alert or metric that is not there."""
    page = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"`(Gerai\w+)`", page)) == set(RULES)
    known = {metric.name for metric in EVERY}
    assert set(re.findall(r"\bgerai_\w+", page)) <= known


def test_a_worker_that_does_nothing_is_known_within_two_minutes() -> None:
    """The limit of each rule about work, how long it must hold, one look of Prometheus, the worker's own pause and the
    figures' own age are less than two minutes together."""
    for name in ("GeraiNobodyWorks", "GeraiJobsLate", "GeraiNobodySweeps", "GeraiWebhooksLate"):
        limit_s = float(re.findall(r"> (\d+)$", RULES[name]["expr"])[0])
        number, unit = re.fullmatch(r"(\d+)([sm])", RULES[name]["for"]).groups()  # type: ignore[union-attr]
        assert limit_s + int(number) * UNITS[unit] + 15 + 5 < 120, name


# --- each fault, made --------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module")
async def shop() -> AsyncGenerator[kit.Shop]:
    """A running server, with a worker that has looked at everything once."""
    async with kit.running_shop() as found:
        await found.until(lambda now: not fires("GeraiNobodyWorks", now) and not fires("GeraiBooksNotChecked", now))
        yield found


def fires(name: str, now: Series, before: Series | None = None, **changed: str) -> Vector:
    """The series an alert would be about. ``changed``: other limits, by what stands in the rule."""
    text = RULES[name]["expr"]
    for limit, instead in changed.items():
        text = text.replace(f"> {limit.strip('_')}", f"> {instead}")
    now = Series(now | {("up", (("instance", "x"), ("job", "gerai"))): 1.0})
    return Rule(text, now, now if before is None else before, time.time()).fires()


async def test_all_is_silent_while_all_is_well(shop: kit.Shop) -> None:
    """After an order and its webhook not one rule fires."""
    before = await shop.scrape()
    await shop.place()
    assert (await shop.client.get("/api/v1/health")).status_code == 200
    now = await shop.until(lambda found: len(shop.receiver.requests) > 0)
    assert {name: found for name in RULES if (found := fires(name, now, before))} == {}


FAULTS: Final[dict[str, Callable[[kit.Shop], AbstractAsyncContextManager[None]]]] = {
    "GeraiLockHeld": kit.a_table_is_locked,
    "GeraiReadsRefused": kit.readers_take_every_connection,
    "GeraiBusy": kit.the_queue_is_full,
    "GeraiOutcomeUnknown": kit.a_link_breaks_while_it_is_written,
    "GeraiKeysOutdated": kit.keys_cannot_be_asked_for,
    "GeraiConnectionsFull": kit.others_take_the_connections,
    "GeraiClockSkew": kit.the_clock_is_ahead,
    "GeraiEndpointSlow": kit.an_endpoint_answers_late,
    "GeraiEndpointSilent": kit.an_endpoint_is_paused,
    "GeraiForbiddenAddress": kit.an_endpoint_names_an_inner_address,
    "GeraiPartnerUnreachable": kit.an_endpoint_is_gone,
    "GeraiConnectionsCut": kit.connections_take_every_place,
    "GeraiOpenFiles": kit.files_run_out,
    "GeraiSlowBodies": kit.bodies_do_not_come,
    "GeraiLivePagesFull": kit.live_pages_are_full,
    "GeraiLogLost": kit.the_log_takes_no_more,
    "GeraiLogTurnsFast": kit.the_log_is_flooded,
    "GeraiBroken": kit.something_breaks,
    "GeraiFailing": kit.something_breaks,
    "GeraiBooksBroken": kit.the_books_are_broken,
    "GeraiBooksNotChecked": kit.the_books_are_not_checked,
    "GeraiBackupOld": kit.a_backup_is_old,
    "GeraiBackupFailed": kit.a_backup_failed,
    "GeraiJobsFailed": kit.a_job_was_given_up,
    "GeraiJobHangs": kit.a_job_hangs,
    "GeraiAnswerLost": kit.work_has_no_known_end,
    "GeraiDatabaseDown": kit.the_database_is_away,
    "GeraiDatabaseUnable": kit.the_database_is_away,
}
#: Those that a worker which does nothing sets off.
OF_THE_WORKER: Final = (
    "GeraiNobodyWorks", "GeraiTaskDead", "GeraiJobsLate", "GeraiNobodySweeps", "GeraiWebhooksLate",
)  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_it_fires_while_its_fault_lasts(shop: kit.Shop, name: str) -> None:
    """Silent before, about something while the fault is there, silent again after it."""
    before = await shop.scrape()
    assert fires(name, before) == {}
    async with FAULTS[name](shop):
        assert fires(name, await shop.scrape(), before)
    after = await shop.until(lambda found: not fires(name, found))
    assert fires(name, await shop.scrape(), after) == {}


async def test_a_transaction_that_stays_open(shop: kit.Shop) -> None:
    """Its age is what the rule looks at; with a limit of a tenth of a second it fires."""
    assert fires("GeraiTransactionOpen", await shop.scrape()) == {}
    async with kit.a_transaction_stays_open(shop):
        found = await shop.scrape()
    assert 0.2 < found.of("gerai_database_transaction_seconds") < 60
    assert fires("GeraiTransactionOpen", found, _900="0.1")


def test_a_process_that_is_gone_and_one_that_is_slow() -> None:
    """What no scrape of a living server can show: a target that is down, and a second for each answer."""
    down = Series({("up", (("instance", "x"), ("job", "gerai"))): 0.0})
    assert Rule(RULES["GeraiDown"]["expr"], down).fires()
    name = "gerai_request_seconds_bucket"
    slow = Series(
        {(name, (("door", "pay"), ("le", le))): n for le, n in (("0.5", 10.0), ("1.0", 99.0), ("+Inf", 100.0))}
    )
    quick = Series({(name, (("door", "pay"), ("le", le))): 100.0 for le in ("0.5", "1.0", "+Inf")})
    assert Rule(RULES["GeraiSlow"]["expr"], slow).fires() == {frozenset({("door", "pay")}): 1.0}
    assert Rule(RULES["GeraiSlow"]["expr"], quick).fires() == {}


async def test_a_worker_that_does_nothing(shop: kit.Shop) -> None:
    """A minute after its tasks ended every rule about work fires, for each kind. (The last test: it stays away.)"""
    async with asyncio.timeout(60):
        # What the tests before broke comes back after a pause.
        while [name for name in OF_THE_WORKER if fires(name, await shop.scrape())]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    async with kit.the_worker_does_nothing(shop):
        found = await shop.scrape()
    kinds = {dict(labels)["kind"] for labels in fires("GeraiNobodyWorks", found)}
    assert kinds == {"jobs", "janitor", "webhooks"}
    assert [name for name in OF_THE_WORKER if not fires(name, found)] == []


def test_every_rule_was_seen_to_fire() -> None:
    """No rule without a test that makes its fault."""
    seen = {*FAULTS, *OF_THE_WORKER, "GeraiTransactionOpen", "GeraiDown", "GeraiSlow"}
    assert seen == set(RULES)
