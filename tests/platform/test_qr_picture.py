"""A picture of a static QRIS code instead of its text: read where it is one, else refused with the reason."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path

import pytest
import segno
from PIL import Image
from terminal_kit import gerai_here as gerai

from gerai.cli.qr_picture import PictureFault, text_in
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant

CODE = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
LINK = "https://toko.example/menu"


def drawn(text: str, scale: int = 6) -> Image.Image:
    """A QR code as a pay page draws it."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", border=4, scale=scale)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def beside(*pictures: Image.Image) -> Image.Image:
    """Several pictures on one white page."""
    page = Image.new("RGB", (sum(one.width + 40 for one in pictures), max(one.height for one in pictures)), "white")
    at = 20
    for one in pictures:
        page.paste(one, (at, 0))
        at += one.width + 40
    return page


def huge(width: int, height: int) -> bytes:
    """The head of a PNG that claims so many pixels, in a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def saved(folder: Path, picture: Image.Image, kind: str = "png", **how: int) -> Path:
    file = folder / f"qris.{kind}"
    picture.save(file, {"jpg": "JPEG"}.get(kind, kind.upper()), **how)
    return file


@pytest.mark.parametrize(("kind", "how"), [("png", {}), ("jpg", {"quality": 60}), ("webp", {"quality": 70})])
@pytest.mark.parametrize(
    ("scale", "turned", "resized"), [(6, 0, 1.0), (6, 90, 1.0), (7, 8, 0.8), (5, 183, 1.37), (9, -21, 0.6)]
)
def test_a_code_as_it_is_photographed(
    tmp_path: Path, kind: str, how: dict[str, int], scale: int, turned: int, resized: float
) -> None:
    """In each of the three forms, turned and in other sizes, the text is the code's to the character."""
    picture = drawn(CODE, scale).rotate(turned, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    picture = picture.resize((int(picture.width * resized), int(picture.height * resized)), Image.Resampling.BICUBIC)
    assert text_in(saved(tmp_path, picture, kind, **how)) == CODE


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    """A code cut out of its page has no white in it: what is seen through it is white, not black."""
    black = drawn(CODE).convert("L").point(lambda shade: 255 - shade)
    cut_out = Image.new("RGBA", black.size, (0, 0, 0, 0))
    cut_out.putalpha(black)
    assert text_in(saved(tmp_path, cut_out)) == CODE


def test_one_code_shown_twice_is_one(tmp_path: Path) -> None:
    """A poster with the same code on both sides says one thing."""
    assert text_in(saved(tmp_path, beside(drawn(CODE), drawn(CODE, 8)))) == CODE


def test_pictures_without_a_text(tmp_path: Path) -> None:
    """Each in one sentence, in both languages: no code, several that differ, no picture, a damaged one, too large, and
    far too many pixels in a few bytes, which are never unpacked."""
    png = saved(tmp_path, drawn(CODE)).read_bytes()
    jpeg = saved(tmp_path, drawn(CODE), "jpg").read_bytes()
    plain = saved(tmp_path, Image.new("RGB", (300, 300), "white")).read_bytes()
    two = saved(tmp_path, beside(drawn(CODE), drawn(LINK))).read_bytes()
    gif = io.BytesIO()
    drawn(CODE).save(gif, "GIF")
    for content, en, id in (
        (plain, "shows no QR code that can be read", "tidak memuat kode QR"),
        (two, "shows 2 different QR codes", "memuat 2 kode QR"),
        (gif.getvalue(), "is no JPEG, PNG or WebP picture", "bukan gambar"),
        (b"", "is no JPEG, PNG or WebP picture", "bukan gambar"),
        (b"<svg/>", "is no JPEG, PNG or WebP picture", "bukan gambar"),
        (b"RIFF\0\0\0\0WAVEfmt ", "is no JPEG, PNG or WebP picture", "bukan gambar"),
        (png[:8] + jpeg, "is damaged", "rusak"),
        (png[: len(png) // 2], "is damaged", "rusak"),
        (jpeg[:200], "is damaged", "rusak"),
        (b"RIFF\0\0\0\0WEBP" + png, "is damaged", "rusak"),
        (png + b"\0" * (10 * 1024 * 1024), "is larger than 10 MiB", "lebih besar dari 10 MiB"),
        (huge(7_100, 7_100), "has more than 50 million pixels", "melebihi 50 juta piksel"),
        (huge(11_000, 11_000), "has more than 50 million pixels", "melebihi 50 juta piksel"),
        (huge(60_000, 60_000), "has more than 50 million pixels", "melebihi 50 juta piksel"),
    ):
        file = tmp_path / "file.png"
        file.write_bytes(content)
        with pytest.raises(PictureFault) as refused:
            text_in(file)
        assert en in str(refused.value), refused.value
        assert id in str(refused.value).partition(" / ")[2], refused.value
    for missing in (tmp_path / "none.png", tmp_path):
        with pytest.raises(PictureFault, match="cannot be read"):
            text_in(missing)


async def test_a_picture_names_the_account(dsn: str, engine: Engine, tmp_path: Path) -> None:
    """It is shown back like the text, kept as the text, and needs the same yes."""
    code = f"picture{engine.ids.next()}"
    merchant_id = await open_merchant(engine, code, "Toko Saya")
    add = ("payments", "accounts", "add", "qris", f"picture={saved(tmp_path, drawn(CODE))}", "--merchant", code)
    unsure = await gerai(dsn, *add)
    assert (unsure[0], unsure[1].splitlines()[:3]) == (
        1,
        ["name: TOKO CONTOH", "city: BANDUNG", "NMID: ID1020000000017"],
    )
    assert (await gerai(dsn, *add, "--yes"))[0] == 0
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    [account] = engine.directory.merchant(merchant_id).receiving
    assert (account.method, account.details["code"], account.details["mode"]) == ("qris", CODE, "with_amount")


async def test_what_is_refused_of_a_picture(dsn: str, engine: Engine, tmp_path: Path) -> None:
    """A code that is no QRIS code, or not a static one, is refused with what it says; text and picture together, and a
    picture of a bank account, too. Nothing is stored."""
    code = f"picture{engine.ids.next()}"
    merchant_id = await open_merchant(engine, code, "Toko Saya")
    folders = [tmp_path / name for name in ("own", "link", "blank")]
    for folder in folders:
        folder.mkdir()
    own, link, blank = (
        saved(folder, picture)
        for folder, picture in zip(folders, (drawn(CODE), drawn(LINK), Image.new("L", (9, 9), 255)), strict=True)
    )
    bank = ("bank_transfer", "bank=BCA", "number=1234567890", "holder=Budi", f"picture={own}")
    for words, *said in (
        (("qris", f"picture={link}"), "no QRIS code: those begin with 000201", f"kode di {link}: {LINK}"),
        (("qris", f"picture={blank}"), f"{blank}: shows no QR code", "tidak memuat kode QR"),
        (("qris", f"picture={own}", f"code={CODE}"), "code=… or picture=…, not both", "salah satu saja"),
        (("qris", f"picture={own}", f"picture={own}"), "each of these stands once"),
        (("qris", "mode=whole"), "code: missing"),
        (bank, "picture: not asked"),
    ):
        rc, out, err = await gerai(dsn, "payments", "accounts", "add", *words, "--yes", "--merchant", code)
        assert (rc, out) == (2, "")
        text = " ".join(err.split())
        assert all(one in text for one in said), (words, err)
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant_id])
    assert engine.directory.merchant(merchant_id).receiving == ()


@pytest.mark.parametrize("package", ["zxingcpp", "PIL"])
async def test_without_the_packages_it_says_how(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """Gerai is installed without them: what to install, into which Python, or to give the text, in both languages. The
    text itself needs neither."""
    file = saved(tmp_path, drawn(CODE))
    monkeypatch.delitem(sys.modules, "gerai.cli.qr_picture")
    monkeypatch.setitem(sys.modules, package, None)
    rc, out, err = await gerai(dsn, "payments", "accounts", "add", "qris", f"picture={file}")
    text = " ".join(err.split())
    assert (rc, out) == (2, "")
    assert f"{sys.executable} -m pip install zxing-cpp pillow; or give the text in the code" in text
    assert "Membaca gambar butuh dua paket" in text
    assert "000201" in (await gerai(dsn, "payments", "accounts", "add", "qris", "code=hello"))[2]
