"""The text of a QR code in a picture of it: the photo or the scan that a seller has of their own code.

Pillow reads the picture and zxing-cpp the code in it. Neither comes with Gerai (they are its extra ``picture``), so
this module is loaded only when somebody names a picture.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image

_MEBIBYTE: Final = 1024 * 1024
_MOST_MEBIBYTES: Final = 10
#: More than any phone's photo that fits into so many bytes; a picture of one colour can claim far more.
_MOST_PIXELS: Final = 50_000_000
_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class PictureFault(Exception):
    """A picture has no text to give. The messages are fit for people, by language."""

    def __init__(self, en: str, id: str) -> None:
        super().__init__(f"{en} / {id}")


def text_in(file: Path) -> str:
    """The text of the one QR code in a JPEG, PNG or WebP file. PictureFault: the file cannot be read, is too large, is
    no such picture or a damaged one, or there is no code in it, or several that differ."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_MEBIBYTES * _MEBIBYTE + 1)
    except OSError as error:
        raise PictureFault(f"cannot be read: {error.strerror}", "tidak bisa dibaca") from error
    if len(content) > _MOST_MEBIBYTES * _MEBIBYTE:
        raise PictureFault(f"is larger than {_MOST_MEBIBYTES} MiB", f"lebih besar dari {_MOST_MEBIBYTES} MiB")
    found = zxingcpp.read_barcodes(_decoded(content, _kind(content)), formats=_QR)
    # A poster may show one code twice.
    texts = {one.text for one in found if one.valid}
    if not texts:
        raise PictureFault(
            "shows no QR code that can be read: take it straight from the front, whole and sharp, or give the text",
            "tidak memuat kode QR yang terbaca: potret tegak lurus, utuh dan tajam, atau berikan teksnya",
        )
    if len(texts) > 1:
        raise PictureFault(
            f"shows {len(texts)} different QR codes: cut out the one that is meant",
            f"memuat {len(texts)} kode QR yang berbeda: potong gambarnya sehingga tersisa satu",
        )
    return texts.pop()


def _kind(content: bytes) -> str:
    """What its first bytes say it is, whatever the file is called."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    raise PictureFault("is no JPEG, PNG or WebP picture", "bukan gambar JPEG, PNG atau WebP")


def _decoded(content: bytes, kind: str) -> Image.Image:
    """The picture in shades of grey, by the decoder of its own kind alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=(kind,)) as opened:
                # Only its head has been read so far.
                if opened.width * opened.height > _MOST_PIXELS:
                    raise _too_many_pixels()
                return _on_white(opened).convert("L")
    except PictureFault:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    # A decoder may raise anything on a file that was made to break it, or broken on its way.
    except Exception as error:
        raise PictureFault("is damaged", "rusak") from error


def _on_white(picture: Image.Image) -> Image.Image:
    """What is transparent shows the page behind it; taken for black, it would hide the code."""
    if not picture.has_transparency_data:
        return picture
    page = Image.new("RGBA", picture.size, "white")
    page.alpha_composite(picture.convert("RGBA"))
    return page


def _too_many_pixels() -> PictureFault:
    most = _MOST_PIXELS // 1_000_000
    return PictureFault(f"has more than {most} million pixels", f"melebihi {most} juta piksel")
