"""`gerai keys`: what is said when a key is made, and what is refused."""

from __future__ import annotations

import itertools

import pytest
from terminal_kit import gerai

from gerai.engine.core import Engine
from gerai.engine.keys.manage import list_keys
from gerai.engine.merchants.open import open_merchant

_numbers = itertools.count(1)
ENGLISH = "has a production key, but http.public_base_url is not set"
INDONESIAN = "punya kunci production, padahal http.public_base_url belum diisi"


async def merchant_of(engine: Engine, *, simulated: bool) -> str:
    """A merchant's code."""
    code = f"keys{next(_numbers)}"
    await open_merchant(engine, code, "Toko Kunci", simulated=simulated)
    return code


async def test_a_real_production_key_needs_the_public_address(engine: Engine, dsn: str) -> None:
    """The key is made, and whoever made it reads in both languages what does not start without the address, and how it
    is set. Standard output is the key alone, as scripts take it."""
    code = await merchant_of(engine, simulated=False)
    rc, out, err = await gerai(dsn, "keys", "create", "durianpay", "production", "--merchant", code)
    assert rc == 0
    assert out.splitlines()[-1].startswith("dp_live_")
    said = " ".join(err.split())
    assert f"merchant {code} {ENGLISH}: links for buyers begin with http://127.0.0.1:8000, which nobody" in said
    assert f"merchant {code} {INDONESIAN}" in said
    assert "GERAI_HTTP_PUBLIC_BASE_URL=https://gerai.example" in said
    assert "tautan untuk pembeli diawali http://127.0.0.1:8000, yang tidak bisa dibuka" in said
    assert "public_base_url" not in out


async def test_it_is_said_of_a_merchant_opened_with_the_key(dsn: str) -> None:
    """--open makes a real merchant: its first production key is warned of like any other."""
    code = f"keys-open{next(_numbers)}"
    rc, _, err = await gerai(dsn, "keys", "create", "scalev", "production", "--merchant", code, "--open", "Toko Baru")
    assert (rc, f"merchant {code} {ENGLISH}" in " ".join(err.split())) == (0, True)


@pytest.mark.parametrize(
    ("simulated", "environment", "address"),
    [(False, "sandbox", ""), (True, "production", ""), (False, "production", "https://gerai.example")],
)
async def test_nothing_is_said_where_nothing_is_missing(
    engine: Engine, dsn: str, monkeypatch: pytest.MonkeyPatch, simulated: bool, environment: str, address: str
) -> None:
    """A sandbox key, a simulated merchant's key, and a server whose address is set."""
    code = await merchant_of(engine, simulated=simulated)
    more = {"GERAI_HTTP_PUBLIC_BASE_URL": address} if address else {}
    rc, _, err = await gerai(dsn, "keys", "create", "durianpay", environment, "--merchant", code, environ=more)
    assert (rc, err) == (0, "")


async def test_open_needs_a_code_that_fits(engine: Engine, dsn: str) -> None:
    """`--open` without `--merchant` is usage (2), with a code that does not fit it is refused with the rule (1); no
    merchant and no key is made."""
    before = [merchant.code for merchant in engine.directory.merchants()]
    create = ("keys", "create", "scalev", "sandbox", "--open", "Toko Baru")
    assert await gerai(dsn, *create) == (2, "", "gerai: --open needs the new merchant's code: --merchant CODE\n")
    rc, out, err = await gerai(dsn, *create, "--merchant", "Toko Baru")
    assert (rc, out) == (1, "")
    rule = "must be 1 to 63 of a-z, 0-9, - and _, a letter or digit first"
    assert err == f"gerai: merchant: the code 'Toko Baru' {rule}\n"
    assert [merchant.code for merchant in engine.directory.merchants()] == before


async def test_open_leaves_a_merchant_there_is_as_it_is(engine: Engine, dsn: str) -> None:
    """A second `--open` with the same code makes a key for the merchant there is, under its old name."""
    code = await merchant_of(engine, simulated=True)
    rc, _, _ = await gerai(dsn, "keys", "create", "scalev", "--merchant", code, "--open", "Nama Lain")
    [found] = [merchant for merchant in engine.directory.merchants() if merchant.code == code]
    assert (rc, found.name) == (0, "Toko Kunci")
    assert len(await list_keys(engine, found.merchant_id)) == 1


async def test_a_new_merchant_is_not_opened_for_a_key_that_is_refused(engine: Engine, dsn: str) -> None:
    """`--open` with `--member`: a new merchant has none, so nothing is opened and no key is made."""
    code = f"keys-none{next(_numbers)}"
    rc, out, err = await gerai(
        dsn, "keys", "create", "leuwongrr", "--merchant", code, "--open", "Toko", "--member", "7"
    )
    assert (rc, out) == (2, "")
    assert err == f"gerai: {code} is not opened: a new merchant has no member yet; leave --member out\n"
    assert code not in [merchant.code for merchant in engine.directory.merchants()]
