"""Texts, dates and languages of the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pay_orders import NOW

from gerai.domain.states import ORDER
from gerai.doors import pay
from gerai.doors.http.language import LANGUAGES, choose_language
from gerai.doors.pay import page_state
from gerai.doors.pay.words import Words, clock
from gerai.ports.channel_titles import channel_title

FOLDER = Path(pay.__file__).parent


def test_both_languages_have_the_same_texts() -> None:
    """No text is missing in a language, none is empty, and both name the same placeholders."""
    indonesian, english = (Words(language).texts for language in LANGUAGES)
    assert list(indonesian) == list(english)
    for key, text in indonesian.items():
        assert text.strip()
        assert english[key].strip()
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key


def test_every_text_a_template_names_exists() -> None:
    """A template that names an unknown text would fail at the reader's."""
    named = {
        key
        for template in FOLDER.glob("templates/*.html")
        for key in re.findall(r"""\bt\(["']([a-z_.0-9]+)["']""", template.read_text(encoding="utf-8"))
    }
    assert len(named) > 40
    assert named <= Words("id").texts.keys()


def test_every_page_state_has_its_texts() -> None:
    """Each page state has a badge, a headline and a message."""
    for state in page_state.PAGE_STATES:
        for part in ("badge", "headline", "message"):
            assert Words("id").known(f"{part}.{state.name}")
    assert len({state.name for state in page_state.PAGE_STATES}) == len(page_state.PAGE_STATES)


def test_every_state_an_order_reaches_is_news() -> None:
    """The timeline can tell every state; a draft is no news and a confirmed order reopened is told as such."""
    told = Words("id").texts
    for state in sorted(ORDER.states - {"draft", "pending"}):
        assert f"moment.{state}" in told


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "language"),
    [
        ("en", "id", "id", "en"),
        (None, "en", "id", "en"),
        ("fr", None, "en-US,en;q=0.9", "en"),
        (None, None, "id-ID,id;q=0.9,en;q=0.8", "id"),
        (None, None, "in-ID", "id"),
        (None, None, "fr;q=1, en;q=0.2, id;q=0.1", "en"),
        (None, None, "en;q=0, de", "id"),
        (None, None, "", "id"),
        (None, None, ";;;,q=,en;q=x", "id"),
        ("'><script>", "../../etc", "*", "id"),
    ],
)
def test_the_language_is_chosen(asked: str | None, remembered: str | None, accepted: str, language: str) -> None:
    """The switch on the page wins over the cookie, the cookie over the browser; without a wish it is Indonesian."""
    assert choose_language(asked, remembered, accepted) == language


def test_times_are_jakarta_times() -> None:
    """01:10 UTC is 08:10 in Jakarta, written as each language writes it."""
    assert [Words(language).long_time(NOW) for language in LANGUAGES] == [
        "22 November 2026, 08.10 WIB",
        "22 November 2026, 08:10 WIB",
    ]
    assert [Words(language).short_time(NOW) for language in LANGUAGES] == ["22 Nov, 08.10", "22 Nov, 08:10"]


def test_a_stretch_of_time_is_a_clock() -> None:
    """Hours go beyond a day; nothing goes below zero."""
    assert [clock(s) for s in (0, 59, 3_661, 176_405, -4)] == [
        "00:00:00",
        "00:00:59",
        "01:01:01",
        "49:00:05",
        "00:00:00",
    ]


def test_channels_are_written_as_people_know_them() -> None:
    """Short codes are acronyms, long ones are names, and the odd ones are known."""
    codes = ["BCA", "MANDIRI", "SAHABAT_SAMPOERNA", "SHOPEEPAY", "DANA"]
    assert [channel_title(c) for c in codes] == ["BCA", "Mandiri", "Sahabat Sampoerna", "ShopeePay", "DANA"]
    assert [Words(language).channel("OTHERS") for language in LANGUAGES] == ["Bank lain", "Other banks"]


def test_a_method_is_named_as_people_say_it() -> None:
    """No sentence of ours says "pay with pay later", or leads on to a card as if it were a place."""
    for language, later, card in (
        ("id", "Bayar nanti dengan Kredivo", "Lanjut bayar dengan kartu"),
        ("en", "Pay later with Kredivo", "Continue to pay by card"),
    ):
        words = Words("en" if language == "en" else "id")
        names = {"method": "Bayar nanti Kredivo", "provider": "Kredivo"}
        assert words.of_method("pay.heading", "bnpl", **names) == later
        assert words.of_method("pay.go", "card", **names) == card
        assert words.of_method("pay.heading", "va", method="VA BCA", provider="BCA").endswith("VA BCA")
