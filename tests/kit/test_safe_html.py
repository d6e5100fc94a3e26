"""What people write as HTML holds nothing that acts."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.kit.safe_html import safe_html, text_of

#: Tags and attributes that do nothing but show.
SHOWN = {
    "a", "b", "blockquote", "br", "caption", "code", "del", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "hr",
    "i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr", "u", "ul",
}  # fmt: skip
SAID = {"href", "src", "alt", "title", "rel", "width", "height", "colspan", "rowspan", "scope", "lang"}


class Seen(HTMLParser):
    """What a reader's browser would make of it: every tag and attribute."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        """None is expected."""
        self.others.append(data)


PIECES = [
    "<p>", "</p>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>",
    "</a>",
    "<svg onload=alert(1)>", "<math>", "<mtext>", "<table>", "<mglyph>", "<style>", "</style>", "<!--", "-->", "]]>",
    "<noscript>", '<p title="</noscript><img src=x onerror=alert(1)>">', "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='java\tscript:alert(1)'>", "<a href='&#106;avascript:alert(1)'>", "<form><math><mtext></form><form>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<div style='background:url(javascript:alert(1))'>", "\x00",
    "<",
    "<textarea>", "<select>", "<option>", "<base href='https://evil.example/'>", "<meta http-equiv=refresh>",
    "&lt;script>",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=8).map("".join))
def test_nothing_acts(text: str) -> None:
    """However tags are torn, nested and mixed; and what is clean stays as it is."""
    clean = safe_html(text)
    seen = Seen(clean)
    assert seen.others == []
    for tag, attributes in seen.tags:
        assert tag in SHOWN
        assert set(attributes) <= SAID
        for name in {"href", "src"} & set(attributes):
            value = attributes[name] or ""
            assert ":" not in value.partition("/")[0] or value.partition(":")[0].lower() in {"https", "mailto", "tel"}
    assert safe_html(clean) == clean


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<h2>Judul</h2><p>a <b>b</b><br>c</p>", "<h2>Judul</h2><p>a <b>b</b><br>c</p>"),
        ("<a href='https://toko.example/x' target=_blank>t</a>",
         '<a href="https://toko.example/x" rel="noopener noreferrer nofollow">t</a>'),
        ("<img src='https://toko.example/a.webp' alt='A'>", '<img src="https://toko.example/a.webp" alt="A">'),
        ("<img src='http://toko.example/a.webp'>", "<img>"),
        ("<p class=x id=y style='color:red'>z</p>", "<p>z</p>"),
        ("<ul><li>satu<li>dua</ul>", "<ul><li>satu</li><li>dua</li></ul>"),
    ],
)  # fmt: skip
def test_what_an_article_needs_stays(written: str, kept: str) -> None:
    """Headings, lists, links and pictures of https."""
    assert safe_html(written) == kept


def test_the_text_of_it() -> None:
    """One line, words of two paragraphs apart, entities as what they are."""
    assert text_of("<h2>Isi</h2><p>a &amp; b</p><p>c</p>") == "Isi a & b c"
