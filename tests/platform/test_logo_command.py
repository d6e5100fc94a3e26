"""`gerai merchants logo`: given as a file, shown, and taken away; what is no logo changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from terminal_kit import gerai_here as gerai

from gerai.engine.core import Engine
from gerai.engine.merchants.logos import LOGOS, logo_content
from gerai.engine.merchants.open import open_merchant
from picture_kit import logo


@pytest.fixture
async def code(engine: Engine) -> str:
    name = f"logo{engine.ids.next()}"
    await open_merchant(engine, name, "Toko Saya")
    return name


async def kept(engine: Engine, code: str) -> tuple[str, bytes] | None:
    """Kind and content of what the shop has now."""
    [merchant] = [one for one in engine.directory.merchants() if one.code == code]
    async with engine.connection() as connection:
        await engine.directory.load(connection, [merchant.merchant_id])
    found = engine.directory.get(LOGOS, merchant.merchant_id)
    return None if found is None else await logo_content(engine, merchant.merchant_id, found.digest)


async def test_given_and_taken_away(dsn: str, engine: Engine, code: str, tmp_path: Path) -> None:
    """The file is kept to the byte, whatever its name is; another one takes its place."""
    of, file = ("--merchant", code), tmp_path / "logo.txt"
    none = (0, "no logo yet: gerai merchants logo set FILE / belum ada logo\n", "")
    assert await gerai(dsn, "merchants", "logo", "show", *of) == none
    for kind, said in (("PNG", "image/png"), ("JPEG", "image/jpeg")):
        file.write_bytes(content := logo(300, 100, kind))
        rc, out, _ = await gerai(dsn, "merchants", "logo", "set", str(file), *of)
        assert (rc, out) == (0, f"logo set / logo dipasang: {said}, 300 × 100\n")
        assert await kept(engine, code) == (said, content)
        rc, out, _ = await gerai(dsn, "merchants", "logo", "show", *of)
        assert (rc, out.splitlines()[1]) == (0, f"SHA-256: {hashlib.sha256(content).hexdigest()}")
    assert (await gerai(dsn, "merchants", "logo", "remove", *of))[:2] == (0, "logo removed / logo dilepas\n")
    assert await kept(engine, code) is None
    rc, _, err = await gerai(dsn, "merchants", "logo", "remove", *of)
    assert (rc, err) == (1, "gerai: this shop has no logo / toko ini tidak punya logo\n")


async def test_what_is_no_logo(dsn: str, engine: Engine, code: str, tmp_path: Path) -> None:
    """A drawing as SVG, a file that is too large, one that is not there, a folder, too many pixels: named, exit code 2,
    and the logo stays."""
    file, of = tmp_path / "logo.png", ("--merchant", code)
    file.write_bytes(content := logo())
    assert (await gerai(dsn, "merchants", "logo", "set", str(file), *of))[0] == 0
    for wrong, why in (
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is neither PNG nor JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 600_000, "it is larger than 512 KiB"),
        (logo(3000, 20), "it has 3000 × 20 pixels: each side has 16 to 2048"),
    ):
        file.write_bytes(wrong)
        rc, out, err = await gerai(dsn, "merchants", "logo", "set", str(file), *of)
        assert (rc, out, f"{file.name}: {why}" in " ".join(err.split())) == (2, "", True), err
    for missing in (tmp_path / "none.png", tmp_path):
        assert (await gerai(dsn, "merchants", "logo", "set", str(missing), *of))[0] == 2
    assert await kept(engine, code) == ("image/png", content)
