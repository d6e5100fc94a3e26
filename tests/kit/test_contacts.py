"""Where people reach a shop: what is taken for a contact, and where its link leads."""

from __future__ import annotations

import pytest

from gerai.kit.contacts import ShopContact, contact_fault, line_fault, read_contact


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("0812-3456-7890", ShopContact("whatsapp", "0812-3456-7890", "https://wa.me/6281234567890")),
        ("+62 812 3456 7890", ShopContact("whatsapp", "0812-3456-7890", "https://wa.me/6281234567890")),
        (" 6281234567890 ", ShopContact("whatsapp", "0812-3456-7890", "https://wa.me/6281234567890")),
        ("021 5551234", ShopContact("phone", "(021) 5551234", "tel:+62215551234")),
        ("+1 202 555 0143", ShopContact("phone", "+1 202-555-0143", "tel:+12025550143")),
        ("https://wa.me/6281234567890", ShopContact("whatsapp", "wa.me/6281234567890", "https://wa.me/6281234567890")),
        ("https://wa.me/message/ABC1/", ShopContact("whatsapp", "wa.me/message/ABC1", "https://wa.me/message/ABC1/")),
        ("https://t.me/toko", ShopContact("web", "t.me/toko", "https://t.me/toko")),
        ("cs@toko.example", ShopContact("email", "cs@toko.example", "mailto:cs@toko.example")),
    ],
)
def test_a_contact_is_read(text: str, contact: ShopContact) -> None:
    """A mobile number of Indonesia and a link of WhatsApp lead there, other numbers are called, the rest is opened."""
    assert read_contact(text) == contact
    assert contact_fault(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "hubungi kami", "12", "javascript:alert(1)", "http://toko.example", "https://", "https://toko",
        'https://toko.example/"onclick=', "https://toko.example/a b", "https://user@evil.example", "ftp://toko.example",
        "https://toko.example\\@evil.example", "a@b", "a b@toko.example", "a@toko.example?cc=b@x.example",
        "a@toko.example,b@toko.example", "data:text/html,x", "https://toko.example/é", "https://t.me/" + "x" * 200,
    ],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    """No other scheme, no blank, no quote, no name before the host, nothing endless; the fault says what is taken."""
    assert read_contact(text) is None
    assert contact_fault(text) == "it is no telephone number, WhatsApp link, e-mail or https address"


def test_a_contact_may_be_left_out() -> None:
    """Empty is no fault and no contact."""
    assert (contact_fault(""), read_contact("")) == ("", None)


def test_only_a_number_takes_first_words() -> None:
    """A chat with a number begins with what it is about, whatever that holds; another link is left as it was given."""
    number, given, mail = (
        read_contact(text) for text in ("08123456789", "https://wa.me/62811?text=Hai", "a@b.example")
    )
    assert number is not None
    assert given is not None
    assert mail is not None
    assert number.about("Pesanan A&B #1") == "https://wa.me/628123456789?text=Pesanan+A%26B+%231"
    assert number.about("") == number.url
    assert given.about("Pesanan") == "https://wa.me/62811?text=Hai"
    assert mail.about("Pesanan") == "mailto:a@b.example"


def test_an_address_is_one_line() -> None:
    """Printed characters alone, at most 200 of them."""
    assert line_fault("Jl. Melati 1, Jakarta – lantai 2") == ""
    assert line_fault("x" * 200) == ""
    assert line_fault("x" * 201) == "it is longer than 200 characters"
    for text in ("a\nb", "a\tb", "a\x00", "a\u202eb"):
        assert line_fault(text) == "it holds a line end or another character that is not printed"
