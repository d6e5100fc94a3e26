"""What is typed on a phone becomes the HTML that was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.kit.safe_html import safe_html, text_of
from gerai.kit.typed_text import html_of


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("satu\ndua\n\ntiga", "<p>satu<br />\ndua</p>\n<p>tiga</p>"),
        ("    menjorok", "<p>menjorok</p>"),
        ("judul\n---", "<p>judul</p>\n<hr />"),
        ("# a\n## b\n### c\n###### d", "<h2>a</h2>\n<h3>b</h3>\n<h4>c</h4>\n<h4>d</h4>"),
        ("isi:\n- a\n- b", "<p>isi:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>"),
        ("lihat https://a.co/?b=1, ya", '<p>lihat <a href="https://a.co/?b=1">https://a.co/?b=1</a>, ya</p>'),
        ("[sini](https://a.example)", '<p><a href="https://a.example">sini</a></p>'),
        ("[https://a.example](https://b.example)", '<p><a href="https://b.example">https://a.example</a></p>'),
        ("`https://a.example`", "<p><code>https://a.example</code></p>"),
    ],
)  # fmt: skip
def test_what_is_typed(typed: str, shown: str) -> None:
    """Paragraphs, ends of lines, lists, headings below the page's own, and addresses; tags and slips of the thumb are
    nothing else than text."""
    assert html_of(typed) == shown


@given(st.text(max_size=300))
def test_whatever_is_typed(typed: str) -> None:
    """It never fails, and cleaning takes no word away that is read."""
    html = html_of(typed)
    assert text_of(safe_html(html)) == text_of(html)
