"""What the page says of each way to pay: before it is chosen, and of the number or account once it is."""

from __future__ import annotations

import re
from typing import Any

from pay_orders import NOW, VA, WALLET, Method, bounds, page_context, payment, view
from pay_pictures import QR, order_page

from gerai.domain.records import OrderView
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.paper.compose import paper_of
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words
from gerai.ports.payments import Instructions


def page(order: OrderView, language: str = "id", **changes: Any) -> PayPage:
    """The page of ``order`` at NOW."""
    return present(order, (), page_context(**changes), NOW, Words("en" if language == "en" else "id"))


def test_a_closed_method_says_why_and_cannot_be_opened() -> None:
    """A row that leads nowhere has no arrow, and says on which side of the nearest limit the order is; a method with
    one open channel has nothing to say."""
    two = Method("two", "code", {"A": bounds(1, 90_000), "B": bounds(1, 120_000)}, Instructions("code", None))
    methods = {"ewallet": WALLET, "two": two, "va": VA}
    groups = {group.name: group for group in page(view(), "en", methods=methods).groups}
    assert {name: group.closed for name, group in groups.items()} == {
        "va": "",
        "two": "This order is above the limit of Rp120.000",
        "ewallet": "This order is above the limit of Rp100.000",
    }
    html = order_page(view(), "en", methods=methods)
    rows = re.findall(r'<(?:button|summary) class="method".*?</(?:button|summary)>', html, re.DOTALL)
    # An open row has two drawings: what kind it is, and the arrow.
    assert [("disabled" in row, row.count("<svg"), "the limit of" in row) for row in rows] == [
        (False, 2, False),
        (True, 1, True),
        (True, 1, True),
    ]
    # What cannot be chosen stands below, folded, as long as something can.
    fold = html.index('<details class="closed-ways">')
    assert html.index("</form>") < fold < html.index("This order is above the limit of")
    assert "Not for this order (2)" in html
    closed = order_page(view(total_sen=100_000_000_000), "en", methods=methods)
    assert '<details class="closed-ways" open>' in closed


def test_the_first_of_several_open_ways_is_recommended() -> None:
    """Of an order of Rp25.000.000 the QR code cannot be the first to try: it is closed, and stands last; with one way
    only there is nothing to recommend, and a closed channel stands behind the open ones of its bank."""
    million = 100_000_000
    for total, first, last in ((view(), "qris", "ewallet"), (view(total_sen=25 * million), "va", "ewallet")):
        groups = page(total).groups
        assert (groups[0].name, groups[-1].name) == (first, last)
        assert [group.recommended for group in groups] == [first == "qris", *[False] * (len(groups) - 1)]
        opened = [not group.closed for group in groups]
        assert opened == sorted(opened, reverse=True)
    banks = Method("va", "code", {"A": bounds(1, 90_000), "B": bounds(1, 900_000)}, Instructions("code", None))
    [group] = page(view(), methods={"va": banks}).groups
    assert [choice.open for choice in group.choices] == [True, False]
    for language, told in (("id", "Disarankan"), ("en", "Recommended")):
        html = order_page(view(), language)
        assert (html.count(told), html.index("QRIS") < html.index(told) < html.index("Virtual Account")) == (1, True)


def test_a_single_bank_is_named() -> None:
    """Where a way has one channel its row says which bank, wallet or shop that is; a name that repeats the way is said
    once, and several are counted."""
    one = {
        "qris": {"QRIS": bounds(1, 900_000)},
        "va": {"BCA": bounds(1, 900_000)},
        "ewallet": {"DANA": bounds(1, 900_000)},
    }
    for language, titles in (
        ("id", ["QRIS", "Virtual Account BCA", "Dompet digital DANA"]),
        ("en", ["QRIS", "Virtual Account BCA", "E-wallet DANA"]),
    ):  # fmt: skip
        assert [group.title.lower() for group in page(view(), language, offered=one).groups] == [
            title.lower() for title in titles
        ]
    [_, several, _] = page(view()).groups
    assert "BCA" not in several.title
    assert "2 pilihan" in order_page(view())


def test_ways_that_are_paid_alike_are_drawn_apart() -> None:
    """A card, a shop's cashier, paying later and a bank's website each have a drawing of their own; in the panel as in
    the list."""
    drawn: list[str] = []
    for name, kind, channel in (
        ("retail", "code", "ALFAMART"), ("va", "code", "BCA"), ("card", "redirect", "CARD"),
        ("bnpl", "redirect", "KREDIVO"), ("online_banking", "redirect", "JENIUSPAY"), ("ewallet", "redirect", "DANA"),
    ):  # fmt: skip
        method = Method(name, kind, {channel: bounds(1, 900_000)}, Instructions(kind, None))  # type: ignore[arg-type]
        [group] = page(view(), methods={name: method}).groups
        paid = payment(method=name, channel=channel, instructions={"kind": kind, "code": "1234567890"})
        panel = page(view(payments=(paid,)), methods={name: method}).panel
        assert panel is not None
        assert panel.icon == group.icon
        drawn.append(group.icon)
        order_page(view(), methods={name: method})
    assert len(set(drawn)) == len(drawn)


def test_a_bank_whose_amounts_are_all_taken_is_closed() -> None:
    """It is shown after the others, says that it is not available now, and cannot be chosen. Where it is the only way,
    its row says so and the page does not ask to choose."""
    manual = Method("bank_transfer", "manual", {"BCA": bounds(1, 900_000), "BRI": bounds(1, 900_000)},
                    Instructions("manual", None))  # fmt: skip
    both = {"methods": {"bank_transfer": manual}, "full": frozenset({"bank_transfer:BCA"})}
    for language, note in (
        ("id", "Sedang tidak tersedia; coba lagi nanti"), ("en", "Not available right now; try again later"),
    ):  # fmt: skip
        [group] = page(view(), language, **both).groups
        assert [(c.value, c.open, c.note) for c in group.choices] == [
            ("bank_transfer:BRI", True, ""), ("bank_transfer:BCA", False, note),
        ]  # fmt: skip
        assert group.closed == ""
        only = {**both, "offered": {"bank_transfer": {"BCA": bounds(1, 900_000)}}}
        shown = page(view(), language, **only)
        assert (shown.state.name, shown.groups[0].closed) == ("unfit", note)
        assert 'name="choice"' not in order_page(view(), "id", **only)


def test_a_shops_cashier_is_told_a_code() -> None:
    """Nobody transfers to a convenience store: its row and its number are about the code for the cashier."""
    retail = Method("retail", "code", {"ALFAMART": bounds(1, 1_000_000)}, Instructions("code", None, code="0123456789"))
    told: list[tuple[str, str]] = []
    for language in ("id", "en"):
        paid = view(payments=(payment(method="retail", channel="ALFAMART"),))
        panel = page(paid, language, methods={"retail": retail}).panel
        assert panel is not None
        told.append((page(view(), language, methods={"retail": retail}).groups[0].hint, panel.code_label))
    assert told == [
        ("Sebutkan kode yang kami berikan kepada kasir", "Kode pembayaran"),
        ("Tell the cashier a code we give you", "Payment code"),
    ]


def test_an_amount_to_be_typed_stands_big_above_the_code() -> None:
    """Whoever scans a code without an amount reads before it what to type, once and in the size of an amount; below the
    others it is one field of several."""
    for typed in (True, False):
        kept = {**QR["instructions"], "amount_typed": typed}
        for language, told in (
            ("id", "Kode ini tidak memuat nominal. Ketik nominal ini dengan tepat di aplikasi Anda:"),
            ("en", "The code has no amount in it. Type exactly this one in your app:"),
        ):
            html = order_page(view(payments=(payment(**{**QR, "instructions": kept}),)), language)
            panel = html[html.index('class="card panel"') :]
            above, below = panel[: panel.index("qr-tile")], panel[panel.index("qr-tile") :]
            assert (told in above, '<p class="amount">Rp174.000</p>' in above) == (typed, typed)
            assert ('data-copy="174000"' in above, 'data-copy="174000"' in below) == (typed, not typed)
            assert told not in below


def test_a_bank_transfer_shows_the_account_and_whose_it_is() -> None:
    """The number is called an account number, and the holder's name stands in a field of its own, as text."""
    kept = {"kind": "manual", "code": "1234567890", "holder": "PT <Contoh>"}
    order = view(payments=(payment(method="bank_transfer", instructions=kept),))
    for language, labels in (("id", ("Nomor rekening", "Atas nama")), ("en", ("Account number", "Account holder"))):
        html = order_page(order, language)
        assert [f'<p class="label">{label}</p>' in html for label in labels] == [True, True]
        assert "<bdi>PT &lt;Contoh&gt;</bdi>" in html
    assert "pay-holder" not in order_page(view(payments=(payment(),)), "id")


def test_a_company_code_and_a_bill_key_are_typed_apart() -> None:
    """Mandiri asks for each by itself: two fields, each with its own copy button, on the page and the paper, however
    the two are written together; a code without a company's is one field."""
    for whole in ("70012 994077406087", "70012994077406087"):
        told = {"kind": "code", "code": whole, "company_code": "70012", "at_gateway": True}
        order = view(payments=(payment(channel="MANDIRI", instructions=told),))
        for language, company, key in (("id", "Kode perusahaan", "Kode bayar"), ("en", "Company code", "Bill key")):
            html = order_page(order, "en" if language == "en" else "id")
            fields = re.findall(r'<p class="label">([^<]+)</p><p class="code" id="([^"]+)"', html)
            assert fields == [(company, "pay-company"), (key, "pay-code")]
            copied = re.findall(r'data-copy="(\d+)" aria-label="([^"]+)"', html[html.index("pay-company") :])
            copies = {"id": "Salin kode", "en": "Copy the"}[language]
            assert [code for code, _ in copied[:2]] == ["70012", "994077406087"]
            assert all(label.startswith(copies) for _, label in copied[:2])
            printed = paper_of(order, (), page_context(papers=True), NOW, Words("en" if language == "en" else "id"))
            assert printed is not None
            assert printed.instructions is not None
            assert printed.words["company"] == company
            assert (printed.instructions.company_code, printed.instructions.code_label) == ("70012", key)
            assert printed.instructions.code == "9940 7740 6087"
    assert "pay-company" not in order_page(view(payments=(payment(),)))


def test_the_unique_code_is_explained_beside_the_amount() -> None:
    """Who chose at Rp174.000 and is asked for Rp174.708 reads why beside the amount, on the paper too, and above a code
    without an amount; where nothing was added nothing is said."""
    typed = {**QR, "instructions": {**QR["instructions"], "amount_typed": True}}
    for language in ("id", "en"):
        words = Words("en" if language == "en" else "id")
        told, head = words("pay.unique", amount="Rp708"), words("amount.unique", amount="Rp708")
        for paid in (payment(matching_sen=70_800), payment(**typed, matching_sen=70_800)):
            html = order_page(view(payments=(paid,)), words.language)
            assert (html.count(told), html.count(head), "Rp174.708" in html) == (1, 1, True)
            printed = paper_of(view(payments=(paid,)), (), page_context(papers=True), NOW, words)
            assert printed is not None
            assert printed.instructions is not None
            assert told in printed.instructions.hints
        above = order_page(view(payments=(payment(**typed, matching_sen=70_800),)), words.language)
        assert above.index(told) < above.index("qr-tile")
        assert 'class="hint unique"' not in order_page(view(payments=(payment(),)), words.language)


def test_the_way_used_last_stands_next_to_the_recommended_one() -> None:
    """It is one press away, named whole and marked, behind the first to try; its method keeps all its channels below.
    Used last is the recommended one, a way that is closed now, or nothing there is: the list is as it was."""
    usual = page(view()).groups
    groups = page(view(), last_used="va:BCA").groups
    assert groups[1].used
    assert [choice.value for choice in groups[1].choices] == ["va:BCA"]
    assert "BCA" in groups[1].title
    assert [group.recommended for group in groups[:2]] == [True, False]
    assert (groups[0], *groups[2:]) == usual
    html = order_page(view(), "en", last_used="va:BCA")
    assert html.count("Used last") == 1
    assert html.count('value="va:BCA"') == 2
    for nothing_new in (f"{usual[0].name}:{usual[0].choices[0].value.partition(':')[2]}", "ewallet:DANA", "x:y", ""):
        if nothing_new in {choice.value for group in usual[1:] for choice in group.choices if choice.open}:
            continue
        assert page(view(), last_used=nothing_new).groups == usual, nothing_new
