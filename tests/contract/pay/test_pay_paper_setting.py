"""Papers are set by a program of its own: texts stay texts, it opens nothing, takes its time only, and keeps little."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pay_orders import DETAILS, NOW, line, payment, view
from pay_papers import SETTER, SHOP, actions_in, composed, pages_of, pictures_in, text_of

from gerai.domain.records import OrderContact, OrderView, ShopLogo
from gerai.domain.refusals import Busy
from gerai.doors.http.page_details import Discount, PageDetails, ShippingDetails
from gerai.doors.http.paper import typeset, typesetter
from gerai.doors.http.paper.texts import printed, settable
from gerai.doors.http.paper.typesetter import SettingFailed, Typesetter
from gerai.doors.pay.paper.compose import drawing, source_of
from gerai.doors.pay.seller import ShopFacts
from picture_kit import logo

PICTURE: Final = logo()
#: What would be read as markup or code if a text ever were.
HOSTILE: Final = (
    '#panic("owned")', "#{sys.inputs}", '#read("/etc/passwd")', '#image("/etc/hostname")', '#import "@preview/a:0.1.0"',
    "*bold* _it_ `raw` $x^2$ = Head", "<label> @ref https://evil.example", '"); #panic(', "\\#\\*\\u{41}",
    "]]]}}}))) /* //", '{"title": "x"}', "\x00\x07\x1b[31m", "a\nb\tc\r\nd", "\u202egnp.exe\u2066", "السلام عليكم",
    "שלום עולם", "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1ee\U0001f1e9✓★", "X" * 4_000,
    "Kopi " * 2_000, "é" * 700, "\ufeff\u200b\u2060", "中文名字 ไทย ꦗꦮ", "%PDF-1.7", "",
)  # fmt: skip


def said_everywhere(text: str, lines: int = 1) -> OrderView:
    """An order that has ``text`` wherever a text can come from."""
    bought = tuple(line(number, text, 1, 65_000) for number in range(1, lines + 1))
    order = view("completed", "paid", (payment("completed", reference=text, channel=text),), number=text)
    order = msgspec.structs.replace(order, lines=bought)
    contact = OrderContact(text, text, text, text)
    return msgspec.structs.replace(order, order=msgspec.structs.replace(order.order, contact=contact))


async def set_with(text: str, lines: int = 1) -> bytes:
    """The PDF of an order that has ``text`` everywhere."""
    details = PageDetails(ShippingDetails(text, 100, text, text), (Discount(text, 100),), note=text)
    facts = {"details": details, "merchant_name": text, "shop": shop_at(text)}
    paper = composed(said_everywhere(text, lines), **facts)
    assert paper is not None
    return await SETTER.pdf(source_of(paper), 1, 99)


def shop_at(address: str) -> ShopFacts:
    """A shop with any address: its row may have been edited by hand."""
    return replace(SHOP, address=address)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:12]))
async def test_a_text_is_a_text(text: str) -> None:
    """Whatever a buyer, a seller or a bank wrote is printed as it is, on every place, and does nothing."""
    pdf = await set_with(text)
    assert pdf.startswith(b"%PDF-")
    assert actions_in(pdf) == []
    shown = text_of(pdf)
    assert "Rp65.000" in shown
    if text.isascii() and text.isprintable() and 0 < len(text) < 60:
        squeezed = "".join(text.split())
        assert "".join(shown.split()).count(squeezed) >= 8


@given(st.text(max_size=300))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_a_paper(text: str) -> None:
    """Any text at all, wherever it may come from, gives a paper."""
    paper = composed(said_everywhere(text), merchant_name=text)
    assert paper is not None
    pdf = set_here(source_of(paper))
    assert pdf.startswith(b"%PDF-")
    assert actions_in(pdf) == []


def set_here(source: bytes) -> bytes:
    """The paper of a source, by the program alone."""
    command = [sys.executable, "-P", str(Path(typeset.__file__))]
    return subprocess.run(command, input=source, capture_output=True, check=True, timeout=60).stdout


async def test_three_hundred_lines_are_on_numbered_pages() -> None:
    """Every line is printed once, under headings on each page; pages are numbered, and only where there are several."""
    pdf = await set_with("Kopi Gayo Arabika 250 g", lines=300)
    pages = pages_of(pdf)
    assert len(pages) > 5
    whole = "".join(pages)
    # The discount and the names at the head have the same text.
    assert whole.count("1 Rp65.000 Rp65.000") == 300
    for number, page in enumerate(pages, 1):
        assert f"Halaman {number} dari {len(pages)}" in " ".join(page.split())
        assert "Mode uji coba" in page
    assert sum("Barang" in page for page in pages) >= len(pages) - 1
    assert "Halaman" not in text_of(await set_with("Kopi"))


def test_what_cannot_be_printed_is_left_out() -> None:
    """Control characters and pictures without a font go, the rest stays; long texts are cut, long words can break."""
    assert printed("a\x00b\x1bc 😀 Kopi ☕ d") == "abc  Kopi ☕ d"
    assert printed("x" * 700) == "x" * 599 + "…"
    assert settable({"qr": "y" * 30, "a": ["z" * 30, 1, None]}) == {
        "qr": "y" * 30,
        "a": ["z" * 12 + "\u200b" + "z" * 12 + "\u200b" + "z" * 6, 1, None],
    }
    # An accent stays on its letter.
    assert settable("e\u0301" * 20).split("\u200b")[0] == "e\u0301" * 6
    assert settable("a" * 24) == "a" * 24


async def test_who_asks_at_once_waits_for_one() -> None:
    """Ten who ask for the same paper at the same moment get the same bytes, made once; so does who comes after."""
    setter = Typesetter()
    paper = composed(view(payments=(payment(),)), details=DETAILS)
    assert paper is not None
    found = await asyncio.gather(*(setter.pdf(source_of(paper), 1, 1) for _ in range(10)))
    found.append(await setter.pdf(source_of(paper), 1, 1))
    assert len(set(found)) == 1
    assert setter.made == 1


async def test_more_than_may_wait_are_refused() -> None:
    """Beyond the limit nobody waits: Busy, at once. Those who wait are served, and then there is room again."""
    setter = Typesetter()
    sources = []
    for number in range(5):
        paper = composed(view(number=f"N-{number}"))
        assert paper is not None
        sources.append(source_of(paper))
    answers = await asyncio.gather(*(setter.pdf(source, 1, 3) for source in sources), return_exceptions=True)
    assert [isinstance(answer, Busy) for answer in answers] == [False] * 3 + [True] * 2
    assert all(isinstance(answer, bytes) for answer in answers[:3])
    assert (await setter.pdf(sources[4], 1, 3)).startswith(b"%PDF-")
    assert setter.made == 4


async def test_merchants_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """One merchant's buyers ask for eight papers that take long: another merchant's waits for one of them, and is let
    in though as many wait as may. In one merchant's line it goes by who came first."""
    setter, order = Typesetter(), list[bytes]()

    def slowly(source: bytes, _: str) -> bytes:
        time.sleep(0.05)
        order.append(source)
        return b"%PDF-" + source

    monkeypatch.setattr(setter, "_set", slowly)
    first = [asyncio.create_task(setter.pdf(b"a%d" % number, 1, 8)) for number in range(8)]
    await asyncio.sleep(0.02)
    others = [asyncio.create_task(setter.pdf(source, of, 8)) for source, of in ((b"b", 2), (b"c", 3))]
    with pytest.raises(Busy):
        await setter.pdf(b"a8", 1, 8)
    await asyncio.gather(*first, *others)
    assert order == [b"a0", b"a1", b"b", b"c", *(b"a%d" % number for number in range(2, 8))]
    # The line is empty, and whoever comes next is set at once.
    assert await setter.pdf(b"d", 1, 1) == b"%PDF-d"


async def test_a_turn_goes_on_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be set, or whose reader left, holds up nobody."""
    setter = Typesetter()

    def fails(source: bytes, _: str) -> bytes:
        time.sleep(0.05)
        if source == b"bad":
            raise SettingFailed("no")
        return source

    monkeypatch.setattr(setter, "_set", fails)
    sent = [asyncio.create_task(setter.pdf(source, of, 8)) for source, of in ((b"bad", 1), (b"left", 1), (b"good", 2))]
    await asyncio.sleep(0.02)
    sent[1].cancel()
    ended = await asyncio.gather(*sent, return_exceptions=True)
    assert [type(one) for one in ended] == [SettingFailed, asyncio.CancelledError, bytes]
    assert await setter.pdf(b"next", 1, 1) == b"next"


async def test_little_is_kept_for_a_short_time() -> None:
    """What is too old or too much is made anew."""
    paper = composed(view())
    assert paper is not None
    for setter in (Typesetter(kept_s=0), Typesetter(kept_bytes=10)):
        for made in (1, 2):
            await setter.pdf(source_of(paper), 1, 1)
            assert setter.made == made


async def test_a_paper_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The program is stopped, the failure holds no text of the paper, and the next one is set."""
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time\nsys.stdin.read()\ntime.sleep(60)\n", encoding="utf-8")
    setter = Typesetter(limit_s=1)
    paper = composed(view(contact=OrderContact("Rina Wulandari")))
    assert paper is not None
    with monkeypatch.context() as patched:
        patched.setattr(typesetter, "_PROGRAM", slow)
        with pytest.raises(SettingFailed, match="not set within 1 s") as failure:
            await asyncio.wait_for(setter.pdf(source_of(paper), 1, 1), 20)
    assert "Rina" not in repr(failure.value)
    assert failure.value.__cause__ is None
    assert (await setter.pdf(source_of(paper), 1, 1)).startswith(b"%PDF-")


async def test_a_program_that_fails_is_a_failure_of_ours() -> None:
    """What is no paper is not set; nothing of it is kept, and the reason is named without its texts."""
    setter = Typesetter()
    for _ in range(2):
        with pytest.raises(SettingFailed, match=r"TypstError") as failure:
            await setter.pdf(b'{"secret": "Rina"}', 1, 1)
        assert "Rina" not in str(failure.value)
    assert setter.made == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_the_program_opens_nothing() -> None:
    """Once confined it can open no file and no connection, and it is given nothing of the server's environment."""
    code = (
        "import socket, runpy, sys\n"
        f"names = runpy.run_path({str(Path(typeset.__file__))!r})\n"
        "names['confine']()\n"
        "for act in (lambda: open('/etc/hostname'), socket.socket):\n"
        "    try:\n        act()\n        print('opened')\n"
        "    except OSError as error:\n        print(error.errno)\n"
    )
    ended = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["24", "24"]
    passed_on = vars(typesetter)["_PASSED_ON"]
    assert not [name for name in passed_on if name.startswith("GERAI") or "PROXY" in name.upper() or name == "HOME"]


@pytest.mark.parametrize(("template", "pictures"), [("paper", 2), ("sheet", 0)])
def test_the_template_reads_nothing(template: str, pictures: int) -> None:
    """It names no file, no package and no address: all that it shows is given to it."""
    text = Path(typeset.__file__).with_name(f"{template}.typ").read_text(encoding="utf-8")
    code = "\n".join(row for row in text.splitlines() if not row.startswith("//"))
    for word in ("#import", "#include", "read(", "eval(", "http", "plugin(", "@preview"):
        assert word not in code, word
    # The QR to pay, and the shop's logo.
    assert code.count("image(") == code.count("image(bytes(") == pictures
    assert code.count("json(") == code.count("json(bytes(") == 1


@pytest.mark.parametrize("content", [PICTURE[:200], PICTURE[:41] + bytes(300), b"no picture at all"])
def test_a_logo_that_cannot_be_drawn_is_left_out(content: bytes) -> None:
    """Its file was accepted, but the program that sets papers cannot read it: the paper is there without it."""
    paper = composed(said_everywhere("Kopi"))
    assert paper is not None
    logo = ShopLogo(1, b"", "image/png", 400, 160, NOW, "t")
    pdf = set_here(source_of(paper, drawing(logo, content)))
    assert "Rp65.000" in text_of(pdf)
    assert pictures_in(pdf) == []


@pytest.mark.parametrize(("size", "kind"), [((2048, 2048), "PNG"), ((2048, 16), "JPEG"), ((16, 2048), "PNG")])
def test_the_largest_logo_is_small_on_paper(size: tuple[int, int], kind: str) -> None:
    """Whatever its shape: it is drawn, the paper stays one page, and its texts are where they were."""
    paper = composed(said_everywhere("Kopi"))
    assert paper is not None
    content = logo(*size, kind)
    pdf = set_here(source_of(paper, drawing(ShopLogo(1, b"", f"image/{kind.lower()}", *size, NOW, "t"), content)))
    assert pictures_in(pdf) == [size]
    assert len(pages_of(pdf)) == len(pages_of(set_here(source_of(paper))))
    assert text_of(pdf) == text_of(set_here(source_of(paper)))
