"""The drawn HTML: escaping, no inline script or style, both languages, all page states."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from pay_orders import NOW, SECRET, event, page_context, payment, sent, view

from gerai.domain.money import rupiah
from gerai.domain.records import OrderContact, OrderView
from gerai.doors.http.page_details import DigitalProduct, Discount, Link, PageDetails, ShippingDetails
from gerai.doors.pay import assets, draw, qr
from gerai.doors.pay.address import Address
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words

HERE = Address(("i", SECRET))
ORDERS = [
    view(),
    view(payments=(payment(),)),
    view(payments=(payment(method="qris", channel="QRIS", instructions={"kind": "qr", "qr_text": "000201"}),)),
    view("completed", "paid", (payment("completed"),), {"digital": {"links": ["https://x.example/a"]}}),
    view("expired", "expired", (payment("expired"),)),
    view("failed", "refunded", (payment("refunded"),), refunded_sen=100),
    view("pending", None, funding="free"),
    view("partial", None, funding="hold", charged_sen=100, refunded_sen=100),
    sent("in_transit"),
    sent("problem", receipt="https://track.example/1"),
]


class Checker(HTMLParser):
    """Collects what a strict page must not have, and what every page must."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.depth: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.faults += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]
        if tag in ("style", "iframe", "img") or (tag == "script" and "src" not in names):
            self.faults.append(tag)
        self.faults += [f"{tag} {names[a]}" for a in ("src", "action") if not (names.get(a) or "/").startswith("/")]
        if identity := names.get("id"):
            self.ids.append(identity)
        if tag not in {"meta", "link", "br", "wbr"}:
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.depth or self.depth.pop() != tag:
            self.faults.append(f"unbalanced {tag}")


def drawn(order: OrderView, language: str) -> str:
    """The page of an order."""
    words = Words("en" if language == "en" else "id")
    return draw.pay_page(present(order, [event("order.placed")], page_context(), NOW, words), words, HERE)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("order", ORDERS, ids=lambda o: f"{o.order.status}-{o.order.funding}")
def test_pages_keep_a_strict_policy(order: OrderView, language: str) -> None:
    """No inline script or style, nothing from another host, balanced tags, unique ids, the right language."""
    html = drawn(order, language)
    checker = Checker()
    checker.feed(html)
    assert checker.faults == []
    assert checker.depth == []
    assert len(checker.ids) == len(set(checker.ids))
    assert f'<html lang="{language}">' in html


def test_names_from_outside_are_escaped() -> None:
    """Whatever a door or a buyer wrote stays text."""
    nasty = "<script>alert(1)</script>\"'"
    details = PageDetails(shipping=ShippingDetails(title=nasty, address=nasty), note=nasty)
    order = view(contact=OrderContact(nasty))
    words = Words("id")
    html = draw.pay_page(
        present(order, [], page_context(merchant_name=nasty, details=details), NOW, words), words, HERE
    )
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_the_private_page_does_not_name_the_order() -> None:
    """Nor its number, its secret, its lines or its buyer."""
    words, order = Words("id"), view(contact=OrderContact("Rina"))
    html = draw.pay_page(present(order, [], page_context(private=True), NOW, words), words, Address(("payment", "abc")))
    for secret in ("SC-0042", SECRET, "Rina", "Kopi Gayo"):
        assert secret not in html
    assert "Rp174.000" in html


def test_addresses_are_quoted_and_keep_the_secret() -> None:
    """A page whose secret is in the query carries it into every action; odd codes cannot break out of the path."""
    address = Address(("user", "invoice", 'INV/1"?x'), "a b&c")
    assert address.at("play") == "/user/invoice/INV%2F1%22%3Fx/play?t=a+b%26c"
    assert address.at(lang="en") == "/user/invoice/INV%2F1%22%3Fx?t=a+b%26c&lang=en"
    assert Address(("o", "s", "success")).at("events") == "/o/s/success/events"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 408, 409, 413, 415, 421, 429, 500, 503])
def test_error_pages_have_texts(status: int) -> None:
    """Every status we answer to a person has a page in both languages."""
    for language in ("id", "en"):
        html = draw.error_page(Words(language), HERE, status, "req-1")
        assert f'<p class="badge">{status}</p>' in html
        assert "req-1" in html


def test_the_front_page_lists_the_doors() -> None:
    """Each door has its contract one click away, and simulators are announced."""
    card = draw.DoorCard("Scalev", "text", "/v3", "/docs/scalev")
    html = draw.home_page(Words("en"), [card], simulated=True)
    assert 'href="/docs/scalev"' in html
    assert "play money" in html
    assert "play money" not in draw.home_page(Words("en"), [card], simulated=False)


def test_assets_are_named_by_their_content() -> None:
    """Style sheet, script and icon exist under an address that changes with them; the style sheet calls nobody."""
    assert sorted(assets.ASSETS) == ["icon.svg", "pay.css", "pay.js"]
    assert assets.asset_url("pay.css") == f"/_pay/{assets.DIGEST}/pay.css"
    with pytest.raises(KeyError):
        assets.asset_url("other.css")
    assert b"url(" not in assets.ASSETS["pay.css"].content
    assert not re.search(rb"https?://", assets.ASSETS["pay.js"].content)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_texts_have_contrast_in_both_schemes() -> None:
    """WCAG AA: every pair of text and ground that the style sheet uses reaches 4.5:1, in light and in dark."""
    css = assets.ASSETS["pay.css"].content.decode()
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    for scheme in (light, dark):
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", scheme))
        grounds = ("paper", "card", "raised")
        pairs = [(text, ground) for text in ("ink", "soft", "brand") for ground in grounds]
        pairs += [(tone, f"{tone}-tint") for tone in ("wait", "good", "bad", "calm")]
        pairs += [(tone, "card") for tone in ("wait", "good", "bad", "calm")]
        pairs += [("brand-ink", "brand"), ("brand-ink", "brand-press"), ("ink", "wait-tint")]
        for text, ground in pairs:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_a_qr_is_an_image_to_keep() -> None:
    """The PNG is a real one of a size that phones scan well; empty and endless texts have none."""
    image = qr.png("00020101021226")
    assert image is not None
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    assert 500 <= int.from_bytes(image[16:20]) <= 600
    assert (qr.png(""), qr.png("x" * 1_001), qr.svg("", "t")) == (None, None, None)


#: Nothing of it can be seen: zero-width marks, blanks, the fillers of Hangul, an empty Braille cell.
UNSEEN = "\u200b\u2060 \u3164\uffa0\u2800\u00ad\ufeff"
#: Turns everything after it around, and a mark that ends nothing.
TURNED = "\u202egnp.exe\u2066"


def test_names_that_cannot_be_seen_count_as_blank() -> None:
    """Shop, line, buyer and notes of invisible marks are named as if they had not been given."""
    details = PageDetails(shipping=ShippingDetails(UNSEEN, rupiah(1), UNSEEN, UNSEEN), note=UNSEEN)
    order = view(contact=OrderContact(UNSEEN, "", UNSEEN))
    order = msgspec.structs.replace(order, lines=(msgspec.structs.replace(order.lines[0], name=UNSEEN),))
    for code, shop, item in (("id", "Toko", "Barang"), ("en", "Shop", "Item")):
        shown = present(order, (), page_context(merchant_name="", details=details), NOW, Words(code))
        assert (shown.merchant, shown.lines[0].name, shown.people, shown.note) == (shop, item, (), "")


def test_marks_of_direction_do_not_reach_beyond_their_name() -> None:
    """No text of the page carries a mark that turns what follows; names are isolated from the text around them."""
    details = PageDetails(
        shipping=ShippingDetails(TURNED, rupiah(1), TURNED, TURNED),
        discounts=(Discount(TURNED, 1),),
        note=TURNED,
        digital=DigitalProduct(TURNED, (Link("https://x.example", TURNED),)),
    )
    order = sent("in_transit", "completed", receipt=TURNED, contact=OrderContact(TURNED, TURNED, TURNED))
    order = msgspec.structs.replace(order, lines=(msgspec.structs.replace(order.lines[0], name=TURNED),))
    report = event("shipment.noted", words=TURNED, description=TURNED, happened_at=NOW.isoformat())
    words = Words("id")
    html = draw.pay_page(present(order, [report], page_context(details=details), NOW, words), words, HERE)
    assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert html.count("gnp.exe") >= 9
    assert "<bdi>gnp.exe</bdi>" in html
