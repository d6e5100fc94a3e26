"""Every statement of reads, loads and background work over tables that grow, each with values that find something and
values that find nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace
from psycopg import AsyncConnection

from gerai.domain.filters import DeliveryFilter, DepositFilter, OrderFilter, PaymentFilter, Scope
from gerai.domain.records import GatewayContract
from gerai.domain.states import ORDER
from gerai.domain.webhooks import SentAttempt
from gerai.store import (
    arrivals,
    articles,
    codes,
    deposits,
    due,
    events,
    gateways,
    gauges,
    idempotency,
    logos,
    members,
    merchant_orders,
    notices,
    orders,
    payment_list,
    payments,
    payout_lines,
    payouts,
    proofs,
    rates,
    refund_tasks,
    report_counting,
    report_tops,
    reports,
    services,
    statement,
    stock,
    taken,
    variant_files,
    waiting,
    waiting_list,
    wallets,
    webhook_deliveries,
    webhook_endpoints,
    webhook_log,
)

Call = Callable[[AsyncConnection], Awaitable[object]]


@dataclass(frozen=True)
class Known:
    """What the cases ask for: things of the large merchant, of a middle age."""

    merchant_id: int
    order_ids: list[int]
    public_id: str
    number: str
    secret: str
    reference: str
    member_id: int
    wallet_id: int
    receipt: str
    endpoint_id: int
    at: datetime


@dataclass(frozen=True)
class Key:
    owner: str
    operation: str
    key: str


def _contract(merchant_id: int) -> GatewayContract:
    at = datetime.now(UTC)
    return GatewayContract(merchant_id, 1, "production", "toy", "", b"", {}, (), 1, "", at, "t")


def read_cases(k: Known) -> dict[str, list[Call]]:
    """Calls by ``module.function``."""
    m, first = k.merchant_id, k.order_ids[0]
    scope = Scope(m, "production", "cekceir")
    environments, open_states = ["production", "sandbox"], ["pending", "processing"]
    return {
        "orders.by_filter": [lambda c, f=f, s=s: orders.by_filter(c, s, f, 26) for s, f in order_filters(k)],
        "orders.count": [
            lambda c, of=of, wanted=wanted: orders.count(c, of, wanted, 1000)
            for of in (scope, scope._replace(member_id=k.member_id))
            for wanted in (
                OrderFilter(),
                OrderFilter(statuses=("completed",)),
                OrderFilter(statuses=("draft",)),
                OrderFilter(created_from=k.at, created_until=k.at + timedelta(days=1)),
            )
        ],
        "merchant_orders.by_name": [
            lambda c, name=name: merchant_orders.by_name(c, m, name) for name in (k.number, k.public_id, "none")
        ],
        "merchant_orders.search": [
            lambda c, text=text: merchant_orders.search(c, m, environments, text, 20)
            for text in (k.number, "customer", "customer 7777", "none")
        ],
        "merchant_orders.of_merchant": [
            lambda c, states=states: merchant_orders.of_merchant(c, m, environments, states, 20)
            for states in (open_states, ["closed"], [*open_states, "completed", "expired", "cancelled", "failed"])
        ],
        "merchant_orders.page": [
            lambda c, of=of, wanted=wanted: merchant_orders.page(c, m, "production", wanted, 51, **of)
            for of in ({}, {"door": "cekceir"}, {"member_id": k.member_id})
            for wanted in (
                OrderFilter(),
                OrderFilter(before_id=first),
                OrderFilter(statuses=("pending", "closed"), before_id=first),
                OrderFilter(search=k.public_id),
                OrderFilter(search="customer", statuses=("completed",), before_id=first),
                OrderFilter(created_from=k.at, created_until=k.at + timedelta(days=1)),
            )
        ],
        "merchant_orders.counts": [
            lambda c, door=door, most=most: merchant_orders.counts(c, m, "production", sorted(ORDER.states), most, door)
            for door in ("", "cekceir", "nobody")
            for most in (11, 1001)
        ],
        "orders.by_link_code": [lambda c: orders.by_link_code(c, "durianpay", "ABC123")],
        "payments.by_filter": [lambda c, f=f, s=s: payments.by_filter(c, s, f, 25) for s, f in payment_filters(k)],
        "payments.count": [lambda c: payments.count(c, scope._replace(channel="durianpay"), PaymentFilter(), 100)],
        "payments.by_public_id": [lambda c: payments.by_public_id(c, scope, "none")],
        "payments.by_code": [lambda c: payments.by_code(c, scope, "8800000000000999")],
        "payments.by_own_name": [lambda c: payments.by_own_name(c, m, "none")],
        "payments.by_name_of_order": [lambda c, n=n: payments.by_name_of_order(c, m, n) for n in (k.number, "none")],
        "deposits.by_filter": [lambda c, f=f, s=s: deposits.by_filter(c, s, f, 20) for s, f in deposit_filters(k)],
        "deposits.by_public_id": [lambda c: deposits.by_public_id(c, scope._replace(channel="leuwongrr"), "D101")],
        "deposits.by_code": [lambda c: deposits.by_code(c, m, ["", "cekceir", "leuwongrr"], "D101")],
        "deposits.late": [lambda c: deposits.late(c, m, 50)],
        "deposits.page": [
            lambda c, status=status, member=member, before=before: deposits.page(
                c, m, "production", status, "", member, before, 51
            )
            for status, member in (("", 0), ("late", 0), ("failed", 0), ("", k.member_id))
            for before in (2**62, first)
        ],
        "deposits.by_id": [lambda c: deposits.by_id(c, m, first + 4)],
        "deposits.by_secret": [lambda c: deposits.by_secret(c, "none")],
        "deposits.statuses": [lambda c: deposits.statuses(c, m, [first + 4])],
        "wallets.account": [lambda c: wallets.account(c, m, k.wallet_id)],
        "wallets.accounts": [lambda c: wallets.accounts(c, m, [k.wallet_id, first])],
        "wallets.of_members": [lambda c: wallets.of_members(c, m, "production", 50)],
        "wallets.statement": [lambda c, b=b: wallets.statement(c, m, k.wallet_id, b, 25) for b in (None, first)],
        "wallets.page": [lambda c, i=i: wallets.page(c, m, "production", i, 51) for i in (0, k.member_id)],
        "wallets.of_member": [lambda c: wallets.of_member(c, m, "production", k.member_id)],
        "wallets.of_each_member": [lambda c: wallets.of_each_member(c, m, "production", [k.member_id, first])],
        "wallets.numbers_of_orders": [lambda c: wallets.numbers_of_orders(c, m, k.order_ids)],
        "wallets.amounts_held": [lambda c: wallets.amounts_held(c, m, [first, first + 1])],
        "members.page": [
            lambda c, i=i, door=door, status=status: members.page(c, m, i, door, status, 50)
            for i in (0, k.member_id)
            for door, status in (("", ""), ("cekceir", ""), ("none", ""), ("", "blocked"))
        ],
        "members.known_as": [
            lambda c, text=text: members.known_as(c, m, ["cekceir", "leuwongrr", "scalev"], text, "+6281234567890", 50)
            for text in ("m7", "m7@example.com", "none")
        ],
        "members.with_any_of": [
            lambda c, names=names: members.with_any_of(
                c, m, ["cekceir", "leuwongrr", "scalev"], names, [f"{n}@example.com" for n in names], ["+6281234567890"]
            )
            for names in (["m7"], [f"m{n}" for n in range(250)])
        ],
        "members.one": [lambda c: members.one(c, m, k.member_id)],
        "members.links": [lambda c: members.links(c, m, k.member_id)],
        "wallets.transfers_of_order": [lambda c: wallets.transfers_of_order(c, m, first)],
        **report_cases(k),
        "events.of_orders": [lambda c: events.of_orders(c, m, k.order_ids)],
        "events.news": [lambda c, after=after: events.news(c, [m], after, 2**62, 200) for after in (0, 2**61)],
        "idempotency.stored": [lambda c: idempotency.stored(c, m, "production", Key("m", "create_order", "none"))],
        "idempotency.forget": [
            lambda c: idempotency.forget(c, m, "production", Key("m", "create_order", "none"), b"{}")
        ],
        "idempotency.keep_made": [
            lambda c: idempotency.keep_made(c, m, "production", Key("m", "create_order", "none"), b"{}")
        ],
        "services.balances_before": [lambda c: services.balances_before(c, m, k.order_ids)],
        "stock.levels": [lambda c, ids=ids: stock.levels(c, m, "production", ids) for ids in (k.order_ids, [m + 4])],
        "stock.level": [lambda c: stock.level(c, m, "production", m + 4, 1)],
        "stock.low_levels": [
            lambda c, after=after: stock.low_levels(c, m, "production", after, 200) for after in ((0, 0), (first, 1))
        ],
        "stock.by_id": [lambda c: stock.by_id(c, m, first)],
        "waiting_list.things": [
            lambda c, after=after: waiting_list.things(c, m, "production", [*waiting_list.PARTS], after, 51)
            for after in (None, (k.at, "arrival", first))
        ],
        "codes.pools_of": [lambda c: codes.pools_of(c, m, "production", [first, m])],
        "codes.pools_page": [
            lambda c, low=low: codes.pools_page(c, m, "production", first, 51, low=low) for low in (False, True)
        ],
        "codes.known": [lambda c: codes.known(c, m, first, [b"none"])],
        "codes.withdraw": [lambda c, ids=ids: codes.withdraw(c, m, first, ids) for ids in ([first], None)],
        "codes.waiting_orders": [lambda c: codes.waiting_orders(c, m, "production", first, 100)],
        "codes.delivery_of": [lambda c: codes.delivery_of(c, m, first)],
        "codes.page": [
            lambda c, of=of: codes.page(c, m, "production", *of, 0, 51)
            for of in ((0, "given"), (first, "given"), (0, ""))
        ],
        "codes.of_order": [lambda c: codes.of_order(c, m, first, 500)],
        "codes.one": [lambda c: codes.one(c, m, first)],
        "variant_files.of_variants": [lambda c: variant_files.of_variants(c, m, [first, m])],
        "variant_files.page": [lambda c, of=of: variant_files.page(c, m, of, 0, 51) for of in (0, first)],
        "variant_files.one": [lambda c: variant_files.one(c, m, first)],
        "variant_files.piece": [lambda c: variant_files.piece(c, m, first, 0, 10)],
        "variant_files.downloads": [lambda c: variant_files.downloads(c, m, first)],
        "waiting_list.counts": [lambda c: waiting_list.counts(c, m, "production")],
        "payment_list.page": [
            lambda c, wanted=wanted, before=before: payment_list.page(c, m, "production", wanted, before, 51)
            for wanted in (
                payment_list.Wanted(),
                payment_list.Wanted(status="late"),
                payment_list.Wanted(status="failed"),
                payment_list.Wanted(method="none"),
                payment_list.Wanted(door="durianpay", status="completed"),
                payment_list.Wanted(since=k.at, until=k.at + timedelta(days=1)),
            )
            for before in (None, (k.at, first))
        ],
        "payment_list.by_ids": [lambda c: payment_list.by_ids(c, m, [first, first + 1])],
        "payment_list.with_code": [lambda c: payment_list.with_code(c, m, "production", "8800000000000999")],
        "waiting.waiting": [lambda c: waiting.waiting(c, m, 50)],
        "refund_tasks.open_tasks": [lambda c: refund_tasks.open_tasks(c, m, 50)],
        "refund_tasks.newest_tasks": [lambda c: refund_tasks.newest_tasks(c, m, 50)],
        "refund_tasks.page": [
            lambda c, status=status: refund_tasks.page(c, m, "production", status, 2**62, 51)
            for status in ("", "owed", "open", "done")
        ],
        "refund_tasks.sending_tasks": [lambda c: refund_tasks.sending_tasks(c, m, first)],
        "refund_tasks.owed_of": [lambda c: refund_tasks.owed_of(c, m, first)],
        "refund_tasks.by_ids": [lambda c: refund_tasks.by_ids(c, m, k.order_ids)],
        "refund_tasks.task": [lambda c: refund_tasks.task(c, m, first)],
        "arrivals.candidates": [
            lambda c, by=by: arrivals.candidates(c, m, first, 5_000_000, 10, by) for by in (None, datetime.now(UTC))
        ],
        "arrivals.asked_once": [lambda c: arrivals.asked_once(c, m, first, 5_000_000, 3)],
        "arrivals.came_otherwise": [lambda c: arrivals.came_otherwise(c, m, first, 5_000_000, "t", k.at, k.at)],
        "arrivals.page": [
            lambda c, status=status: arrivals.page(c, m, status, 0, 2**62, 51) for status in ("", "waiting", "booked")
        ],
        "arrivals.by_id": [lambda c: arrivals.by_id(c, m, first)],
        "arrivals.waiting": [lambda c, i=i: arrivals.waiting(c, m, 50, i) for i in (None, first)],
        "merchant_orders.by_receipts": [
            lambda c, r=r: merchant_orders.by_receipts(c, m, "production", r) for r in (["none"], [k.receipt] * 200)
        ],
        "articles.page": [
            lambda c, before=before, published=published: articles.page(c, m, 51, before_id=before, published=published)
            for before in (0, 10**9)
            for published in (None, True, False)
        ],
        "articles.newest": [lambda c: articles.newest(c, m, 20)],
        "articles.by_slug": [lambda c: articles.by_slug(c, m, "none")],
        "articles.by_id": [lambda c: articles.by_id(c, m, 7)],
        "logos.logos": [lambda c: logos.logos(c, [m])],
        "logos.content": [lambda c: logos.content(c, m, b"none")],
        "notices.open_sources": [lambda c: notices.open_sources(c, [m])],
        "notices.page": [
            lambda c, status=status: notices.page(c, m, status, 0, 2**62, 51) for status in ("", "waiting", "read")
        ],
        "notices.source": [lambda c: notices.source(c, m, first)],
        "notices.notice": [lambda c: notices.notice(c, m, first)],
        "notices.unread": [lambda c: notices.unread(c, m, 50)],
        "notices.account_numbered": [lambda c: notices.account_numbered(c, m, "1234567890")],
        "gateways.open_contracts": [lambda c: gateways.open_contracts(c, [m])],
        "gateways.contract": [lambda c: gateways.contract(c, m, first)],
        "gateways.contract_at": [lambda c: gateways.contract_at(c, m, first)],
        "gateways.attempt": [lambda c: gateways.attempt(c, m, first)],
        "gateways.find": [lambda c: gateways.find(c, _contract(m), "pay_none", "none")],
        "gateways.payer": [lambda c: gateways.payer(c, m, first)],
        "gateways.to_look_at": [lambda c: gateways.to_look_at(c, m, 50)],
        "gateways.contracts": [lambda c: gateways.contracts(c, m)],
        "payouts.unsettled": [lambda c: payouts.unsettled(c, m, "production", 50)],
        "payouts.unsettled_refunds": [lambda c: payouts.unsettled_refunds(c, m, "production", 50)],
        "payouts.oldest_unsettled": [lambda c: payouts.oldest_unsettled(c, 50)],
        "taken.at_gateway": [lambda c: taken.at_gateway(c, m, [first], k.at, datetime.now(UTC), 50)],
        "taken.named": [lambda c: taken.named(c, m, "production", [first], ["none", k.public_id])],
        "payouts.paid_out": [lambda c: payouts.paid_out(c, m, "production", k.at, datetime.now(UTC), 50)],
        "payouts.page": [
            lambda c, before=before: payouts.page(c, m, "production", before, 51) for before in (None, (k.at, first))
        ],
        "payouts.by_id": [lambda c: payouts.by_id(c, m, first)],
        "payouts.payout": [lambda c: payouts.payout(c, m, first, "none")],
        "payout_lines.lines": [lambda c: payout_lines.lines(c, m, first, 0, 50)],
        "proofs.waiting": [lambda c: proofs.waiting(c, m, 50)],
        "proofs.page": [
            lambda c, only=only: proofs.page(c, m, "production", only, 2**62, 51) for only in (False, True)
        ],
        "proofs.of_payment": [lambda c: proofs.of_payment(c, m, first)],
        "proofs.proof": [lambda c: proofs.proof(c, m, first)],
        "proofs.given": [lambda c: proofs.given(c, m, first)],
        "proofs.content": [lambda c: proofs.content(c, m, first)],
        "proofs.forget": [lambda c: proofs.forget(c, 9999, 100)],
        "arrivals.kept_under": [lambda c: arrivals.kept_under(c, m, first, ["none"])],
        "due.due_orders": [lambda c: due.due_orders(c, 100)],
        "due.due_payments": [lambda c: due.due_payments(c, 100)],
        "due.due_deposits": [lambda c: due.due_deposits(c, 100)],
        "due.requeue_forgotten": [lambda c: due.requeue_forgotten(c, "q", "t", 60.0, ["none"], 100)],
        "due.forget_answers": [lambda c: due.forget_answers(c, 9999, 100)],
        "due.forget_jobs": [lambda c: due.forget_jobs(c, 9999, 100)],
        "due.forget_amounts": [lambda c: due.forget_amounts(c, 100)],
        "gauges.overdue_orders": [gauges.overdue_orders],
        "gauges.oldest_overdue": [gauges.oldest_overdue],
        "gauges.open_fulfilments": [gauges.open_fulfilments],
        "gauges.money_waiting": [gauges.money_waiting],
        "webhook_deliveries.fanned_out_events": [
            lambda c: webhook_deliveries.fanned_out_events(c, m, k.endpoint_id, first)
        ],
        "webhook_deliveries.due": [lambda c: webhook_deliveries.due(c, 8, 100)],
        "webhook_deliveries.oldest_due": [webhook_deliveries.oldest_due],
        "webhook_deliveries.claim": [lambda c: webhook_deliveries.claim(c, m, first + 6, 1.0)],
        "webhook_deliveries.add_attempt": [
            lambda c: webhook_deliveries.add_attempt(c, SentAttempt(m, first + 6, 2, k.at, 1, 200, "", ""))
        ],
        "webhook_deliveries.after_attempt": [_after_attempt(m, k)],
        "webhook_log.deliveries": [lambda c, f=f: webhook_log.deliveries(c, m, f, 50) for f in delivery_filters(k)],
        "webhook_log.finished": [lambda c, f=f: webhook_log.finished(c, m, f, None, 50) for f in delivery_filters(k)],
        "rates.page_of_rates": [
            lambda c: rates.page_of_rates(c, m, None, 50),
            lambda c: rates.page_of_rates(c, m, (first, "", "31"), 50, service_id=first, destinations=["31", ""]),
        ],
        "webhook_log.of_order": [lambda c: webhook_log.of_order(c, m, first, 200)],
        "webhook_log.how_many_lately": [lambda c: webhook_log.how_many_lately(c, m, [k.endpoint_id, -1], 100)],
        "webhook_log.last_attempts": [lambda c: webhook_log.last_attempts(c, m, [i + 6 for i in k.order_ids])],
        "webhook_log.delivery": [lambda c: webhook_log.delivery(c, m, first + 6)],
        "webhook_log.replay": [lambda c: webhook_log.replay(c, m, [order_id + 6 for order_id in k.order_ids], k.at)],
        "webhook_log.attempts": [lambda c: webhook_log.attempts(c, m, first + 6)],
        "webhook_deliveries.forget": [lambda c: webhook_deliveries.forget(c, 9999, 100)],
        "webhook_endpoints.endpoints": [lambda c: webhook_endpoints.endpoints(c, m)],
        "webhook_endpoints.endpoint": [lambda c: webhook_endpoints.endpoint(c, m, k.endpoint_id)],
        "webhook_endpoints.change_endpoint": [_change_endpoint(m, k)],
        "webhook_endpoints.add_endpoint": [_add_endpoint(m, k)],
    }


def report_cases(k: Known) -> dict[str, list[Call]]:
    """A short time of each: what a report reads grows with the time it is about. Only an account's statement reads all
    transfers there are (decision 0031)."""
    m, until = k.merchant_id, k.at + timedelta(seconds=1)
    span = report_counting.DoorHours("production", "cekceir", k.at, until)
    asked = reports.ReportAsked(m, "production", k.at, until)
    a_day = reports.ItemsAsked(m, "production", k.at.date(), k.at.date())
    return {
        "report_counting.merchants_behind": [lambda c: report_counting.merchants_behind(c, 2**62)],
        "report_counting.touched": [lambda c: report_counting.touched(c, m, 0, 2**62, 100)],
        "report_counting.next_day": [
            lambda c, at=at: report_counting.next_day(c, m, at) for at in (k.at, datetime.now(UTC) + timedelta(days=1))
        ],
        "report_counting.count_hours": [lambda c: report_counting.count_hours(c, m, span)],
        "report_counting.count_items": [lambda c: report_counting.count_items(c, m, span)],
        "report_counting.forget": [lambda c, u=u: report_counting.forget(c, m, k.at, u) for u in (until, None)],
        "reports.sums": [
            lambda c, by=by, a=a: reports.sums(c, a, by)
            for by in ("all", "hour", "day_door")
            for a in (asked, asked._replace(door="scalev"))
        ],
        "reports.items": [lambda c: reports.items(c, a_day, None, 10)],
        "report_tops.days": [lambda c: report_tops.days(c, m)],
        "report_tops.renew": [lambda c: report_tops.renew(c, m, "production", k.at.date())],
        "report_tops.follow": [
            lambda c, i=i: report_tops.follow(c, m, "production", [report_tops.ItemKey("goods", i, "Article 7")])
            for i in (0, 7)
        ],
        "report_tops.outgrown": [lambda c: report_tops.outgrown(c, m, "production")],
        "report_tops.best": [lambda c: report_tops.best(c, a_day, None, 10)],
        "reports.buyers": [
            lambda c, after=after: reports.buyers(c, asked, after, 10) for after in (None, (1_000_000, k.member_id))
        ],
        "reports.counting_from": [lambda c: reports.counting_from(c, m)],
        "statement.owed": [lambda c: statement.owed(c, m, "production")],
    }


def _after_attempt(merchant_id: int, k: Known) -> Call:
    async def call(connection: AsyncConnection) -> None:
        wanted = DeliveryFilter(endpoint_id=k.endpoint_id)
        [done] = await webhook_log.deliveries(connection, merchant_id, wanted, 1)
        await webhook_deliveries.after_attempt(connection, done, k.at)

    return call


def _change_endpoint(merchant_id: int, k: Known) -> Call:
    async def call(connection: AsyncConnection) -> None:
        found = await webhook_endpoints.endpoint(connection, merchant_id, k.endpoint_id)
        assert found is not None
        await webhook_endpoints.change_endpoint(connection, found)

    return call


def _add_endpoint(merchant_id: int, k: Known) -> Call:
    async def call(connection: AsyncConnection) -> None:
        found = await webhook_endpoints.endpoint(connection, merchant_id, k.endpoint_id)
        assert found is not None
        await webhook_endpoints.add_endpoint(connection, replace(found, endpoint_id=found.endpoint_id + 1))

    return call


def order_filters(k: Known) -> list[tuple[Scope, OrderFilter]]:
    """Each field of the filter, alone and on a later page; for a whole door and for one member."""
    values: dict[str, list[Any]] = {
        "statuses": [("pending", "processing"), ("closed",), ("completed",), ("cancelled", "returned")],
        "receipt": [k.receipt, "none"],
        "references": [(k.reference,), ("none",)],
        "numbers": [(k.number,), ("none",)],
        "payment_public_id": ["none"],
        "created_from": [k.at],
        "created_until": [k.at],
        "before_id": [k.order_ids[0]],
        "after_id": [k.order_ids[0]],
        "skip": [100],
        "search": [k.number, *TEXTS],
        "labels": [{"service": "imei"}, {"method": "qris"}, {"store_id": "7"}],
        "total_sen": [1_500_000, 1],
        "payment_status": ["unpaid", "paid", "conflict", "settled"],
        "shipment_statuses": [("delivered",), ("planned", "booked"), ("returned",)],
        "search_fields": [],
        "search_labels": [],
    }
    assert set(values) == {field.name for field in fields(OrderFilter)}
    door = Scope(k.merchant_id, "production", "cekceir")
    scopes = [door, door._replace(channel="durianpay"), door._replace(channel="scalev")]
    scopes += [door._replace(member_id=k.member_id), door._replace(channel="nobody")]
    found: list[tuple[Scope, OrderFilter]] = [(scope, OrderFilter()) for scope in scopes]
    for name, tried in values.items():
        for value in tried:
            found += [
                (s, OrderFilter(**{name: value})) for s in scopes if s.member_id is None or name not in NEVER_OF_MEMBERS
            ]
            if name not in ("before_id", "after_id"):
                found.append((door, OrderFilter(**{name: value, "before_id": k.order_ids[0]})))
    return found + [(door._replace(channel="scalev"), wanted) for wanted in TOGETHER]


#: Two things that many orders have each, and none, few or many have together.
TOGETHER = (
    OrderFilter(statuses=("completed",), payment_status="unpaid"),
    OrderFilter(statuses=("completed",), payment_status="paid"),
    OrderFilter(statuses=("pending",), payment_status="paid"),
    OrderFilter(statuses=("cancelled", "expired", "failed"), payment_status="paid"),
    OrderFilter(statuses=("completed",), payment_status="unpaid", labels={"method": "qris"}),
    OrderFilter(payment_status="conflict", labels={"method": "qris"}),
    OrderFilter(shipment_statuses=("delivered",), labels={"method": "none"}),
    OrderFilter(shipment_statuses=("delivered", "cancelled"), payment_status="settled"),
)


#: What no door with members asks for.
NEVER_OF_MEMBERS = ("receipt", "payment_public_id", "references", "numbers", "skip")


#: What is looked for besides a number: what begins, all, some, one or none of the orders have.
TEXTS = (
    "n-", "customer", "Customer 7", "Customer 7777", "cust customer", "none", "0812 12", "8800000000000999",
)  # fmt: skip


def payment_filters(k: Known) -> list[tuple[Scope, PaymentFilter]]:
    scope = Scope(k.merchant_id, "production", "durianpay")
    return [
        (scope, PaymentFilter()),
        (scope, PaymentFilter(created_from=k.at)),
        (scope, PaymentFilter(created_until=k.at)),
        (scope, PaymentFilter(created_until=k.at - timedelta(days=9999))),
        (scope._replace(channel="nobody"), PaymentFilter()),
    ]


def deposit_filters(k: Known) -> list[tuple[Scope, DepositFilter]]:
    scope = Scope(k.merchant_id, "production", "leuwongrr")
    scopes = [scope, scope._replace(member_id=k.member_id)]
    filters = [DepositFilter(), DepositFilter(before_id=k.order_ids[0]), DepositFilter(statuses=("failed",))]
    return [(scope, wanted) for scope in scopes for wanted in filters]


def delivery_filters(k: Known) -> list[DeliveryFilter]:
    return [
        DeliveryFilter(),
        *(DeliveryFilter(status=status) for status in ("pending", "delivered", "failed", "dropped")),
        *(DeliveryFilter(endpoint_id=endpoint_id) for endpoint_id in (k.endpoint_id, -1)),
        DeliveryFilter(environment="production", before=(k.at, 2**62)),
        DeliveryFilter(endpoint_id=k.endpoint_id, environment="sandbox", before=(k.at, 2**62)),
        DeliveryFilter(endpoint_id=k.endpoint_id, happened_from=k.at, undelivered=True),
        DeliveryFilter(endpoint_id=k.endpoint_id, happened_until=k.at - timedelta(days=9999)),
    ]
