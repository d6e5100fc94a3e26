"""Drawings of a QR: worked out once and kept, in bounds, however many look at it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import segno

from gerai.doors.pay import qr


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts whose QR was worked out, from now on."""
    texts: list[str] = []
    make = segno.make_qr

    def counted(text: str, **wanted: Any) -> segno.QRCode:
        texts.append(text)
        return make(text, **wanted)

    monkeypatch.setattr(segno, "make_qr", counted)
    return texts


def test_forty_viewers_work_it_out_once(worked_out: list[str]) -> None:
    """Forty who open one page at the same moment, in two languages, some of them for the picture to keep."""
    text, drawn = "forty viewers of one text", list[Any]()

    def view(number: int) -> None:
        drawn.append(qr.png(text) if number % 4 == 0 else qr.svg(text, f"title {number % 2}"))

    threads = [threading.Thread(target=view, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worked_out == [text]
    assert len(set(drawn)) == 3


def test_what_is_kept_is_bounded(worked_out: list[str]) -> None:
    """More texts than are kept: the oldest is worked out again, the newest is not."""
    texts = [f"text {number}" for number in range(300)]
    for text in texts:
        qr.svg(text, "t")
    qr.svg(texts[-1], "t")
    qr.svg(texts[0], "t")
    assert worked_out == [*texts, texts[0]]


@pytest.mark.parametrize("text", ["", "x" * 1_001])
def test_nothing_is_drawn_of_no_text_or_too_long_a_one(worked_out: list[str], text: str) -> None:
    """None, and no work."""
    assert (qr.svg(text, "t"), qr.png(text), worked_out) == (None, None, [])
