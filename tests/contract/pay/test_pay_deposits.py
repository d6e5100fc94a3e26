"""What a deposit's page shows of each of its states: the blocks of an order's page, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from pay_deposits import BY_HAND, BY_QR, BY_VA, BY_WALLET, deposit
from pay_orders import NOW, page_context

from gerai.domain.money import rupiah
from gerai.domain.records import Deposit
from gerai.domain.states import DEPOSIT
from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay import draw
from gerai.doors.pay.address import Address
from gerai.doors.pay.deposit_present import deposit_state, deposit_version, present_deposit
from gerai.doors.pay.model import DepositPage, Play
from gerai.doors.pay.seller import ShopFacts
from gerai.doors.pay.words import Words
from gerai.kit.contacts import read_contact

PLAYED = Play(pay=True, fail=True, late=False)
LATE = Play(pay=False, fail=False, late=True)


@dataclass(frozen=True)
class Case:
    """A deposit, and what its page must be. ``play``: which acts of the payer, where money is play money."""

    deposit: Deposit
    state: str
    label: str
    amount: str
    struck: bool = False
    final: bool = False
    pays: bool = False
    play: Play | None = None


OVER = NOW - timedelta(seconds=1)
#: One into an account of the seller's own.
OWN: dict[str, Any] = {"receiving_id": 3}
#: One that a gateway takes, also in a sandbox: its payer is not ours to play.
ASKED: dict[str, Any] = {"contract_id": 7}
#: Another amount came than was asked for.
OTHER: dict[str, Any] = {**ASKED, "came_sen": 4_900_000, "held_at": NOW}
CASES = {
    "open": Case(deposit(), "pending", "amount.due", "Rp54.123", pays=True, play=PLAYED),
    "open, QR": Case(deposit(**BY_QR), "pending", "amount.due", "Rp54.123", pays=True, play=PLAYED),
    "open, wallet": Case(deposit(**BY_WALLET), "pending", "amount.due", "Rp54.123", pays=True, play=PLAYED),
    "open for ever": Case(deposit(expires_at=None), "pending", "amount.due", "Rp54.123", pays=True, play=PLAYED),
    "by hand": Case(deposit(**BY_HAND), "no_method", "amount.due", "Rp54.123"),
    "its gateway is asked": Case(deposit(**ASKED, instructions={"kind": "code"}), "asking", "amount.due", "Rp54.123"),
    "its gateway answered": Case(
        deposit(**ASKED, instructions={"kind": "code", "code": "8808123456781234", "at_gateway": True}),
        "pending", "amount.due", "Rp54.123", pays=True,
    ),
    "instructions lost": Case(
        deposit(instructions={"kind": 7}), "no_method", "amount.due", "Rp54.123"
    ),
    "over, not swept": Case(
        deposit(expires_at=OVER), "expired", "amount.total_deposit", "Rp54.123", struck=True, play=LATE
    ),
    "over at this instant": Case(
        deposit(expires_at=NOW), "expired", "amount.total_deposit", "Rp54.123", struck=True, play=LATE
    ),
    "expired": Case(deposit("expired"), "expired", "amount.total_deposit", "Rp54.123", struck=True, play=LATE),
    "paid": Case(deposit("succeeded"), "succeeded", "amount.credited", "Rp50.000", final=True),
    "failed": Case(deposit("failed"), "failed", "amount.total_deposit", "Rp54.123", struck=True, final=True),
    "cancelled": Case(deposit("cancelled"), "cancelled", "amount.total_deposit", "Rp54.123", struck=True, final=True),
    "late": Case(deposit("late"), "late", "amount.arrived", "Rp54.123"),
    "refunded": Case(deposit("refunded"), "refunded", "amount.returned", "Rp54.123", final=True),
    "another amount": Case(deposit(**OTHER), "mismatch", "amount.arrived", "Rp49.000"),
    "another amount, over": Case(deposit("expired", **OTHER), "mismatch", "amount.arrived", "Rp49.000"),
    "another amount, late": Case(deposit("late", **OTHER), "late", "amount.arrived", "Rp49.000"),
    "another amount, refunded": Case(
        deposit("refunded", **OTHER), "refunded", "amount.returned", "Rp49.000", final=True
    ),
}  # fmt: skip


def page(of: Deposit, language: Any = "id", **changes: Any) -> DepositPage:
    """The page of a deposit at NOW."""
    return present_deposit(of, page_context(**changes), NOW, Words(language))


def drawn(of: Deposit, language: Any = "id", **changes: Any) -> str:
    """The same page as HTML."""
    address = Address(("user", "invoice", of.public_id), of.secret)
    return draw.deposit_page(page(of, language, **changes), Words(language), address)


def test_every_state_is_among_the_cases() -> None:
    """A state that is new in the engine's table fails here until its page is decided."""
    assert {case.deposit.status for case in CASES.values()} == DEPOSIT.states


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_state_has_its_page(case: Case, language: Any) -> None:
    """Texts, amount, time left, way to pay and acts are those of the state; only what can be paid asks to be."""
    shown, words = page(case.deposit, language), Words(language)
    assert shown.state.name == f"deposit_{case.state}"
    for part, text in (("badge", shown.badge), ("headline", shown.headline), ("message", shown.message)):
        # The shop of these tests named no contact.
        key = "deposit_no_method_unreached" if (part, case.state) == ("message", "no_method") else ""
        assert text == words(f"{part}.{key or shown.state.name}", merchant="Toko Sinar Pagi", asked="Rp54.123")
    assert (shown.amount_label, shown.amount) == (words(case.label), case.amount)
    assert (shown.struck, shown.final, shown.play) == (case.struck, case.final, case.play)
    assert (shown.panel is not None) == case.pays
    waits = case.label == "amount.due" and case.deposit.expires_at is not None
    assert (shown.deadline is not None) == waits
    assert bool(shown.credited_at) == (case.state == "succeeded")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_drawn_page_has_the_blocks_of_its_state(case: Case, language: Any) -> None:
    """The HTML offers a copy button, a countdown, a live stream and a simulator exactly where the state has them."""
    text = drawn(case.deposit, language)
    assert f'<html lang="{language}">' in text
    assert ('data-copy="54123"' in text) == case.pays
    assert ("data-seconds=" in text) == (case.label == "amount.due" and case.deposit.expires_at is not None)
    assert ("data-events=" in text) == (not case.final)
    assert ('id="live"' in text) == (not case.final)
    assert ("/play?t=" in text) == (case.play is not None)
    for act in ("pay", "fail", "late"):
        assert (f'name="act" value="{act}"' in text) == (case.play is not None and getattr(case.play, act))
    for never in ("/method", "/change"):
        assert never not in text


@pytest.mark.parametrize(
    ("way", "blocks"),
    [
        (BY_VA, {'data-copy="3901705487754335"'}),
        (BY_QR, {'class="qr"', "/qr.png?t="}),
        (BY_WALLET, {"/confirm?t="}),
    ],
    ids=["va", "qris", "ewallet"],
)
def test_each_kind_of_method_shows_how_to_pay(way: dict[str, Any], blocks: set[str]) -> None:
    """A number to copy, a QR to scan and to keep, or the way to the wallet; nothing of the other kinds."""
    text = drawn(deposit(**way))
    every = {'data-copy="3901705487754335"', 'class="qr"', "/qr.png?t=", "/confirm?t="}
    assert {block for block in every if block in text} == blocks


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_payer_is_played_where_money_is_real(case: Case) -> None:
    """A merchant whose money is real has no simulator on the page, nor a confirmation with nobody behind it."""
    of = msgspec.structs.replace(case.deposit, environment="production")
    shown = page(of, environment="production", simulated=False)
    assert shown.play is None
    assert shown.panel is None or not shown.panel.confirm
    for act in ("/play", "/confirm"):
        assert act not in drawn(of, environment="production", simulated=False)


def test_the_sum_shows_how_the_balance_becomes_the_payment() -> None:
    """What the wallet gets, the fee, what tells the payment apart, and the total."""
    assert [(row.label, row.value, row.strong) for row in page(deposit()).sums] == [
        ("Cara bayar", "Virtual Account BCA", False),
        ("Masuk ke saldo", "Rp50.000", False),
        ("Biaya layanan", "Rp4.000", False),
        ("Kode unik", "Rp123", False),
        ("Total", "Rp54.123", True),
    ]


def test_the_version_changes_with_every_state() -> None:
    """No two states look alike to the live page, and running out changes it before the sweep."""
    versions = {deposit_version(of, deposit_state(of, NOW)) for of in map(deposit, sorted(DEPOSIT.states))}
    assert len(versions) == len(DEPOSIT.states)
    one = deposit()
    assert one.expires_at is not None
    before, after = [deposit_version(one, deposit_state(one, at)) for at in (NOW, one.expires_at)]
    assert before != after


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", [BY_VA, BY_QR], ids=["account", "QRIS"])
def test_what_comes_into_the_sellers_own_account_waits_for_a_person(way: dict[str, Any], language: Any) -> None:
    """The member reads that the seller has to look, to keep the receipt and whom to ask, before and after its time;
    where a gateway reports the money, nothing of it. Either way another method needs a new top-up."""
    words = Words(language)
    for status in ("pending", "expired"):
        for more, key in ((OWN, f"message.deposit_{status}_own"), ({}, f"message.deposit_{status}")):
            shown = page(deposit(status, **way, **more), language)
            assert shown.message == words(key, merchant="Toko Sinar Pagi", asked="Rp54.123")
    assert words("pay.other_deposit") in drawn(deposit(**way, **OWN), language)
    assert words("pay.other_deposit") not in drawn(deposit("expired", **way, **OWN), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unique_code_is_explained_beside_the_amount(language: Any) -> None:
    """How much of the amount it is, and that every digit counts; not where the amount has none."""
    words = Words(language)
    for of, told in ((deposit(), True), (deposit(pay_sen=rupiah(54_000)), False)):
        html = drawn(of, language)
        assert (words("amount.unique", amount="Rp123") in html) is told
        assert (words("pay.unique", amount="Rp123") in html) is told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seller_who_can_be_reached_is_named(language: Any) -> None:
    """Where nothing can be paid the member is sent to the seller only if the shop named a contact."""
    shop = ShopFacts(contact=read_contact("0812-3456-7890"))
    told = Words(language)("message.deposit_no_method", merchant="Toko Sinar Pagi")
    assert page(deposit(**BY_HAND), language, shop=shop).message == told != page(deposit(**BY_HAND), language).message
