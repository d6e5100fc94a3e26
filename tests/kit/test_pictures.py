"""What a picture is by its own bytes, whatever it is called; a broken one is none."""

from __future__ import annotations

import io
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gerai.kit.pictures import NoPicture, read_picture
from picture_kit import logo

PNG, JPEG = logo(), logo(kind="JPEG")


def fault(content: bytes) -> str:
    with pytest.raises(NoPicture) as found:
        read_picture(content)
    return str(found.value)


@pytest.mark.parametrize("size", [(1, 1), (400, 160), (2048, 16), (5000, 3)])
def test_its_size_stands_in_its_head(size: tuple[int, int]) -> None:
    """Of PNG and JPEG, progressive ones too, in any size."""
    assert read_picture(logo(*size)) == ("image/png", *size)
    assert read_picture(logo(*size, kind="JPEG")) == ("image/jpeg", *size)
    assert read_picture(logo(*size, kind="JPEG", progressive=True)) == ("image/jpeg", *size)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 40, b"RIFF\0\0\0\0WEBPVP8 ", b"%PDF-1.7",
        b"\n" + PNG, b"\xff\xd8", PNG[1:],
    ],
)  # fmt: skip
def test_anything_else_is_none(content: bytes) -> None:
    """SVG, GIF, WebP, a PDF, nothing at all, and a picture behind something else."""
    assert fault(content) == "it is neither PNG nor JPEG"


def test_what_was_cut_off_or_changed_is_broken() -> None:
    """Of a PNG any part that is missing or changed is found; of a JPEG its head and its end."""
    for length in (8, 20, 33, 40, len(PNG) // 2, len(PNG) - 1):
        assert fault(PNG[:length]) == "it is a broken PNG"
    changed = bytearray(PNG)
    changed[len(PNG) // 2] ^= 1
    assert fault(bytes(changed)) == "it is a broken PNG"
    for length in (3, 20, 100, len(JPEG) - 2):
        assert fault(JPEG[:length]) == "it is a broken JPEG"


def test_what_browsers_do_not_show_as_a_still_picture() -> None:
    """An animated PNG, and a lossless JPEG."""
    out = io.BytesIO()
    Image.open(io.BytesIO(PNG)).save(out, "PNG", save_all=True, append_images=[Image.new("RGBA", (400, 160))])
    assert fault(out.getvalue()) == "it moves (an animated PNG)"
    at = next(i for i, (a, b) in enumerate(pairwise(JPEG)) if (a, b) == (0xFF, 0xC0))
    assert fault(JPEG[: at + 1] + b"\xc3" + JPEG[at + 2 :]) == "it is a JPEG of a kind that browsers do not show"


def test_a_png_without_a_picture() -> None:
    """A head and an end, with right checksums and nothing between."""
    empty = PNG[:33] + b"\0\0\0\0IEND" + zlib.crc32(b"IEND").to_bytes(4)
    assert fault(empty) == "it is a broken PNG"


@given(st.binary(max_size=400), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", PNG[:60], JPEG[:200]]))
def test_garbage_does_no_harm(rest: bytes, begin: bytes) -> None:
    """Whatever follows a right beginning, it is a picture or a fault."""
    try:
        found = read_picture(begin + rest)
    except NoPicture:
        return
    assert found.width >= 0
