"""HTML that costs a parser minutes is known before it is parsed."""

from __future__ import annotations

import random
import time

import pytest

from gerai.kit.html_bounds import too_much
from gerai.kit.safe_html import safe_html

_MANY = 20_000
#: What each does to a parser is said in the first words of ``too_much``'s module.
_COSTLY = {
    "a format of its own in every paragraph": ("".join(f"<p><b id={i}>" for i in range(_MANY)), "formats"),
    "as many with quotes": ("".join(f'<p><i title="{i}">' for i in range(_MANY)), "formats"),
    "ends hidden in objects": ("".join(f"<b id={i}><object></b></object>x" for i in range(_MANY)), "formats"),
    "ends hidden in tables": ("".join(f"<b id={i}><table></b></table>x" for i in range(_MANY)), "formats"),
    "ends hidden in comments": ("".join(f"<b id={i}><!-- </b> -->x" for i in range(_MANY)), "formats"),
    "ends hidden in values": ("".join(f"<b id={i}><hr title='</b>'>x" for i in range(_MANY)), "formats"),
    "ends hidden in names": ("".join(f'<b id={i}><hr ="a=">"></b>x' for i in range(_MANY)), "formats"),
    "ends hidden in texts": ("".join(f"<b id={i}><textarea></b></textarea>x" for i in range(_MANY)), "formats"),
    "ends behind more blocks than are left": (
        "".join(f"<b id={i}>{'<div>' * 9}</b>{'</div>' * 9}x" for i in range(_MANY)),
        "formats",
    ),
    "a long link in every paragraph": (f"<a href='https://{'a' * 9000}'>{'<p>x</p>' * 1900}", "formats"),
    "a long link out of tables": (f"<a href='https://{'a' * 9000}'><table></a></table>{'<p>x</p>' * 1900}", "formats"),
    "one in another": ("<div>" * _MANY, "deep"),
    "tables in cells": ("<table><tr><td>" * _MANY, "deep"),
    "more tags than a book": ("<br>" * _MANY, "tags"),
    "tags that are none": ("<!" * _MANY, "tags"),
}


@pytest.mark.parametrize("case", _COSTLY)
def test_what_costs_too_much_is_known_at_once(case: str) -> None:
    """Whatever hides the ends of tags from whoever reckons hides nothing: it counts as open."""
    html, named = _COSTLY[case]
    began = time.perf_counter()
    assert too_much(html) == named
    assert time.perf_counter() - began < 1


def test_what_people_write_is_not_too_much() -> None:
    """A long article with links, lists, tables, pictures and formats, and one with a format that nobody closed."""
    part = (
        "<h2>Cara <em>aman</em></h2><p>Buka <a href='https://toko.example.com/a?b=c&amp;d=e'>situs</a> <b>lalu</b> "
        "isi <code>1 < 2</code>.<p>Tanpa akhir<ul><li>satu<li><strong>dua</strong></ul><img src='https://x.id/a.png' "
        'alt="a > b"><table><tbody><tr><td><b>1</b><td>2</tr></tbody></table><br/>'
    )
    assert too_much(part * 100) is None
    assert too_much(f"<b>Semua tebal {'<p>paragraf</p>' * 1000}") is None
    assert too_much("<a href='/x'><div><div><p>kartu</p></div></div></a>" * 300) is None
    assert too_much(" < " * 30_000) is None


def test_what_is_let_through_is_parsed_quickly() -> None:
    """Of texts at random, made of what costs a parser most, each that is not refused is cleaned within two seconds."""
    chance = random.Random(8)
    pieces = [
        "<p>", "</p>", "<b id={}>", "</b>", "<i title='{}'>", "</i>", "<a href=https://{}>", "</a>", "<table>", "<td>",
        "</td>", "</table>", "<div>", "</div>", "<object>", "</object>", "x", "<select>", "</select>", "<svg>", "<li>",
        "</svg>", "<button>", "</button>", "<!--", "-->", "<br>", "<title>", "</title>", "<template>", "</template>",
    ]  # fmt: skip
    let_through = 0
    for _ in range(150):
        some = chance.sample(pieces, chance.randint(2, 8))
        text = "".join(chance.choice(some).format(i) for i in range(4_000))
        while too_much(text) is not None:
            text = text[: len(text) * 3 // 4]
        let_through += len(text) > 1_000
        began = time.perf_counter()
        safe_html(text)
        assert time.perf_counter() - began < 2, some
    assert let_through > 30
