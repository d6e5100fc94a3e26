"""A rehearsal of changes over master data: each sees those before it, nobody else does, and all are taken back."""

from __future__ import annotations

import pytest

from engine_kit import another_engine
from gerai.domain.refusals import InputInvalid
from gerai.engine.core import Engine
from gerai.engine.merchants.open import add_member, open_merchant, rename_merchant


async def names(engine: Engine) -> dict[str, str]:
    """The merchants as this process knows them."""
    return {one.code: one.name for one in engine.directory.merchants()}


async def test_it_is_taken_back(dsn: str) -> None:
    """A merchant is opened, refused a second time, renamed, and has a member, as if it were there; another process
    finds none of it meanwhile, nor does this one afterwards. What is made then is made for good."""
    async with another_engine(dsn) as here, another_engine(dsn) as there:
        async with here.rehearsing():
            merchant_id = await open_merchant(here, "coba", "Toko Coba")
            with pytest.raises(InputInvalid):
                await open_merchant(here, "coba", "Toko Lain")
            await rename_merchant(here, merchant_id, "Toko Ujian")
            await add_member(here, merchant_id, "test", "m-1", "Ani")
            with pytest.raises(InputInvalid):
                await add_member(here, merchant_id, "test", "m-1", "Budi")
            assert (await names(here))["coba"] == "Toko Ujian"
            async with there.connection() as connection:
                await there.directory.load(connection)
            assert "coba" not in await names(there)
        assert "coba" not in await names(here)
        await open_merchant(here, "coba", "Toko Jadi")
        assert (await names(here))["coba"] == "Toko Jadi"


async def renamed_to_nothing(engine: Engine) -> None:
    """A rehearsal in which the second change is refused."""
    async with engine.rehearsing():
        await rename_merchant(engine, await open_merchant(engine, "gagal", "Toko Gagal"), " ")


async def test_it_is_taken_back_also_when_it_fails(dsn: str) -> None:
    """Whatever ends it, nothing stays, and the engine works on as before."""
    async with another_engine(dsn) as here:
        with pytest.raises(InputInvalid):
            await renamed_to_nothing(here)
        assert "gagal" not in await names(here)
        await open_merchant(here, "gagal", "Toko Berhasil")
        assert (await names(here))["gagal"] == "Toko Berhasil"
