"""Orders are found by what people know of them: exactly those that a plain look at every order would find."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from engine_kit import Shop, open_shop
from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.payment_status import payment_status
from gerai.domain.records import OrderView
from gerai.domain.search import EVERYWHERE, SearchField
from gerai.engine.command import Contact
from gerai.engine.core import Engine
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.engine.shipping.record import RecordShipment
from gerai.store.fill_terms import fill_terms

NAMES = (
    "Budi Santoso", "BUDIMAN", "siti  aminah", "José Ángel Núñez", "Straße Müller", "Łukasz", "李小龍",
    "O'Brien-Budi", "Bu", "🌸", "❤️ 🌸", "…",
)  # fmt: skip
MAILS = ("budi@example.com", "Budi.S@Example.com", "siti@example.com", "")
MOBILES = ("+6281234567890", "0812-3456-7891", "62811111111", "0812 0004 5678", "0811000000", "(021) 555-1234", "")
PARCEL = Parcel("jne", "REG", "", None, 250, 0)
NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
#: Weeks before now, also out of order: a test clock may be put back.
WEEKS = (90, 3, 0, 41, 2, 1, 1, 0)


async def _fill(shop: Shop, channel: str, seed: int) -> None:
    """Forty orders of one door at eight moments, with what becomes of them."""
    pick, owner = random.Random(seed), {**shop.owner, "channel": channel}
    for number in range(40):
        if number % 5 == 0 and shop.environment == "sandbox":
            frozen_at = NOW - timedelta(weeks=WEEKS[number // 5])
            await set_test_clock(shop.engine, shop.merchant_id, frozen_at=frozen_at)
        contact = Contact(
            f"c{seed}-{number}", name=pick.choice(NAMES), email=pick.choice(MAILS), mobile=pick.choice(MOBILES)
        )
        facts: dict[str, Any] = {
            "channel": channel, "contact": contact if number % 4 else None,
            "reference": pick.choice(("", f"PO/2026-{number}", f"po 77{number}", "É-1")),
            "labels": pick.choice(({}, {"store": "7", "method": "va"}, {"store": "8"})),
            "parcel": PARCEL if number % 3 == 0 else None,
        }  # fmt: skip
        if number % 7 == 6:
            view = (await shop.place("hold", labels={"service": f"s{number % 2}"}, channel=channel)).view
            await shop.do(RecordFulfilment, view, outcome="done", succeeded=1, reference=f"F-{seed}-{number}")
            continue
        view = (await shop.place(total_sen=pick.choice((500_000, 700_000)), **facts)).view
        fate = pick.randrange(5)
        if fate == 1:
            await shop.start_payment(view, instructions={"code": f"88{seed}0000{number:04}"})
        if fate in (2, 3):
            payment = "paid" if fate == 2 else "conflict"
            await shop.engine.submit(ChangeStatus(**owner, order_ids=(view.order.order_id,), payment=payment))
        if facts["parcel"] and fate == 2:
            await shop.do(
                RecordShipment, view, channel=channel, receipt=f"JX{seed}{number}", words="x", status="in_transit"
            )


@pytest.fixture(scope="module")
async def shops(engine: Engine) -> list[Shop]:
    """Two merchants; of one two doors and both environments."""
    one, other = [await open_shop(engine, environment="sandbox", money_sen=100_000_000) for _ in range(2)]
    await _fill(one, "test", 1)
    await _fill(one, "door", 2)
    await _fill(other, "test", 3)
    _, wallets = await _wallets(one)
    real = Shop(engine, one.merchant_id, "production", one.member_id, wallets["production"])
    await real.deposit(100_000_000)
    await _fill(real, "test", 4)
    return [one, other, real]


async def _wallets(shop: Shop) -> tuple[int, dict[str, int]]:
    found = await shop.rows("SELECT environment, account_id FROM accounts WHERE merchant_id = %s AND kind = 'wallet'")
    return shop.member_id, dict(found)


async def _all(shop: Shop) -> list[OrderView]:
    """Every order of the merchant, newest first, without any search."""
    ids = [row[0] for row in await shop.rows("SELECT order_id FROM orders WHERE merchant_id = %s")]
    views = await shop.engine.orders.by_ids(shop.merchant_id, ids)
    return sorted(views, key=lambda view: (view.order.created_at, view.order.order_id), reverse=True)


# --- the plain look -----------------------------------------------------------------------------------


def plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.strip()).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    shown = re.sub(r"[\s\ufe0f]", "", plain(text))
    return re.sub(r"[\W_]", " ", plain(text)).split() or ([shown] if shown else [])


def begins(value: str, text: str) -> bool:
    return bool(plain(text)) and plain(value).startswith(plain(text))


def by_phone(view: OrderView, text: str) -> bool:
    has, asked = (re.sub(r"\D", "", each) for each in (view.order.contact.mobile, text))
    if not has or len(asked) < 6 or not re.fullmatch(r"[\d\s()+./-]+", text):
        return False
    has, whole = (re.sub("^0", "62", each) for each in (has, asked))
    return has.endswith(asked) or has.startswith((asked, whole, "62" + whole))


def by_name(view: OrderView, text: str) -> bool:
    has, asked = words(view.order.contact.name), words(text)
    return bool(asked) and all(any(word.startswith(part) for word in has) for part in asked)


def by_payment(view: OrderView, text: str) -> bool:
    codes = {p.public_id for p in view.payments} | {str(p.instructions.get("code", "")) for p in view.payments}
    return text.strip() in codes - {""} or re.sub(r"[\s.-]", "", text) in codes - {""}


FOUND: dict[SearchField, Callable[[OrderView, str], bool]] = {
    "number": lambda view, text: begins(view.order.number, text),
    "reference": lambda view, text: begins(view.order.reference, text),
    "work": lambda view, text: view.fulfilment is not None and begins(view.fulfilment.reference, text),
    "email": lambda view, text: begins(view.order.contact.email, text),
    "phone": by_phone,
    "name": by_name,
    "payment": by_payment,
    "receipt": lambda view, text: (
        view.shipment is not None and view.shipment.receipt.lower() == text.strip().lower() != ""
    ),
}


def texts(views: list[OrderView], pick: random.Random) -> Iterable[str]:
    """What somebody may type: whole things, how they begin or end, in another case, and nonsense."""
    yield from (
        "%",
        "_",
        "b",
        "bu",
        "BUDI s",
        "nunez jose",
        "555-1234",
        "123456",
        "12345",
        "045678",
        "0045678",
        "00045678",
        "000000",
        "0000 00",
        "zz",
        "李",
        "🌸",
        "❤",
        "❤️🌸",
        "strasse",
        "é",
        "\\",
        "'",
    )
    for view in pick.sample(views, 12):
        contact, order = view.order.contact, view.order
        whole = [order.number, order.reference, contact.name, contact.email, contact.mobile, contact.mobile[-7:]]
        whole += [payment.public_id for payment in view.payments]
        whole += [f"{code[:4]} {code[4:]}" for p in view.payments if (code := str(p.instructions.get("code", "")))]
        whole += [view.shipment.receipt] if view.shipment else []
        whole += [view.fulfilment.reference] if view.fulfilment else []
        for text in filter(None, whole):
            yield from (text, text.upper(), text[: pick.randint(1, len(text))])


def scopes(shops: list[Shop]) -> list[Scope]:
    one, other, _ = shops
    return [
        Scope(one.merchant_id, "sandbox", "test"), Scope(one.merchant_id, "sandbox", "door"),
        Scope(one.merchant_id, "production", "test"), Scope(one.merchant_id, "production", "door"),
        Scope(one.merchant_id, "sandbox", "test", one.member_id), Scope(other.merchant_id, "sandbox", "test"),
    ]  # fmt: skip


def within(view: OrderView, scope: Scope) -> bool:
    order = view.order
    mine = (order.merchant_id, order.environment, order.channel) == scope[:3]
    return mine and scope.member_id in (None, order.member_id)


async def paged(engine: Engine, scope: Scope, wanted: dict[str, Any], size: int) -> list[int]:
    """All pages after one another."""
    found: list[int] = []
    while page := await engine.orders.page(scope, OrderFilter(**wanted, before_id=found[-1] if found else None), size):
        found += [view.order.order_id for view in page]
        assert len(found) < 500
    return found


async def test_a_search_finds_exactly_what_fits(engine: Engine, shops: list[Shop]) -> None:
    """For any text, in each field and in all of them: the orders that fit, each once, newest first, page by page; none
    of another door, environment, member or merchant."""
    views = {shop.merchant_id: await _all(shop) for shop in shops[:2]}
    pick, hits = random.Random(7), 0
    for text in texts(views[shops[0].merchant_id], pick):
        field = pick.choice(EVERYWHERE)
        fields = pick.choice((EVERYWHERE, (field,)))
        scope = pick.choice(scopes(shops)[:4]) if pick.random() < 0.7 else pick.choice(scopes(shops))
        expected = [
            view.order.order_id
            for view in views[scope.merchant_id]
            if within(view, scope) and any(FOUND[field](view, text) for field in fields)
        ]
        wanted = {"search": text, "search_fields": fields}
        assert await paged(engine, scope, wanted, pick.choice((3, 50))) == expected, (text, fields, scope)
        hits += bool(expected)
    assert hits > 30


async def test_a_merchants_own_search_spans_its_doors(engine: Engine, shops: list[Shop]) -> None:
    """The terminal's search: all doors, the environments that are asked for, newest first, nothing of others; nothing
    at all for a text with nothing in it."""
    one, views, pick = shops[0], await _all(shops[0]), random.Random(11)
    for blank in ("", " ", "\n"):
        assert await engine.orders.search(one.merchant_id, ["sandbox", "production"], blank, 500) == []
    for text in texts(views, pick):
        environments = pick.choice((["sandbox"], ["production"], ["sandbox", "production"]))
        expected = [
            view.order.order_id
            for view in views
            if view.order.environment in environments and any(fits(view, text) for fits in FOUND.values())
        ]
        found = await engine.orders.search(one.merchant_id, environments, text, 500)
        assert [view.order.order_id for view in found] == expected, text


@pytest.mark.parametrize(("few", "rare"), [(1000, 500), (0, 2)])
async def test_lists_are_narrowed_exactly(
    engine: Engine, shops: list[Shop], monkeypatch: pytest.MonkeyPatch, few: int, rare: int
) -> None:
    """By labels, reference (in any case), amount, payment and parcel, with and without states, times and a page back:
    exactly what fits, however many orders it takes to count as many in a state, or having one of several things."""
    monkeypatch.setattr("gerai.store.orders._FEW", few)
    monkeypatch.setattr("gerai.store.rare_terms.RARE", rare)
    views = {shop.merchant_id: await _all(shop) for shop in shops[:2]}
    references = sorted({v.order.reference for v in views[shops[0].merchant_id] if v.order.reference.startswith("po")})
    assert references
    asked: list[tuple[dict[str, Any], Callable[[OrderView], bool]]] = [
        ({"labels": {"store": "7"}}, lambda v: v.order.labels.get("store") == "7"),
        ({"labels": {"store": "7", "method": "va"}}, lambda v: v.order.labels == {"store": "7", "method": "va"}),
        ({"labels": {"service": "s0"}}, lambda v: v.order.labels.get("service") == "s0"),
        ({"labels": {"store": "9"}}, lambda _: False),
        ({"total_sen": 700_000}, lambda v: _kept(v) and v.order.total_sen == 700_000),
        ({"total_sen": 1}, lambda _: False),
        *(({"references": (text.swapcase(),)}, lambda v, t=text: v.order.reference.lower() == t.lower())
          for text in ("po/2026", *references[:2])),
        ({"shipment_statuses": ("in_transit", "planned")},
         lambda v: _kept(v) and v.shipment is not None and v.shipment.status in ("in_transit", "planned")),
        *(({"payment_status": word}, lambda v, w=word: _kept(v) and payment_status(v.order, v.invoice) == w)
          for word in ("unpaid", "paid", "conflict", "settled")),
        ({"payment_status": "paid", "labels": {"store": "7"}},
         lambda v: _kept(v) and payment_status(v.order, v.invoice) == "paid" and v.order.labels.get("store") == "7"),
        ({"total_sen": 500_000, "shipment_statuses": ("planned", "in_transit"), "labels": {"store": "8"}},
         lambda v: _kept(v) and v.order.total_sen == 500_000 and v.order.labels.get("store") == "8"
         and v.shipment is not None and v.shipment.status in ("in_transit", "planned")),
    ]  # fmt: skip
    since, until = NOW - timedelta(weeks=3), NOW - timedelta(weeks=2)
    narrower: list[tuple[dict[str, Any], Callable[[OrderView], bool]]] = [
        ({}, lambda _: True),
        ({"statuses": ("pending",)}, lambda v: v.order.status == "pending"),
        ({"statuses": ("confirmed", "processing", "completed")},
         lambda v: v.order.status in ("confirmed", "processing", "completed")),
        ({"created_from": since}, lambda v: v.order.created_at >= since),
        ({"created_until": until}, lambda v: v.order.created_at < until),
    ]  # fmt: skip
    for filters, fits in asked:
        for scope in scopes(shops):
            for more, also in narrower:
                expected = [
                    view.order.order_id
                    for view in views[scope.merchant_id]
                    if within(view, scope) and fits(view) and also(view)
                ]
                wanted = {**filters, **more}
                assert await paged(engine, scope, wanted, 4) == expected, (wanted, scope)
                assert await engine.orders.count(scope, OrderFilter(**wanted)) == len(expected)
                if len(expected) > 4:
                    back = await engine.orders.page(scope, OrderFilter(**wanted, after_id=expected[4]), 3)
                    assert [view.order.order_id for view in back] == expected[1:4][::-1]


def _kept(view: OrderView) -> bool:
    return bool(view.order.labels) and view.order.account_id is None


async def test_terms_follow_from_the_orders(dsn: str, shops: list[Shop]) -> None:
    """What the writer keeps, order by order and change by change, is what is made of the finished orders."""
    text = "SELECT * FROM order_terms WHERE merchant_id = %s ORDER BY week, term, order_id"
    for shop in shops[:2]:
        kept = await shop.rows(text)
        assert len(kept) > 100
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("DELETE FROM order_terms WHERE merchant_id = %s", (shop.merchant_id,))
            connection.execute("INSERT INTO orders_without_terms VALUES (%s, %s)", (shop.merchant_id, 2**62))
            fill_terms(connection)
        assert await shop.rows(text) == kept
        assert await shop.rows("SELECT * FROM orders_without_terms WHERE merchant_id = %s") == []
