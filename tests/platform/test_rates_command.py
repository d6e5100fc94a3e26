"""`gerai rates load` and `gerai locations import`: files as a seller and an operator have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terminal_kit import gerai_here as gerai

from desk_kit import open_desk, seen, written
from gerai.app import App
from gerai.engine.desk.house import Within

TABLE = "courier,service,destination,per_kg,days_min,days_max\njne,REG,35,12000,2,3\njne,REG,35.78,7500,1,1\n"


@pytest.fixture
async def within(app: App) -> Within:
    """The desk of a new shop."""
    return await open_desk(app.house)


async def test_a_table_is_loaded_from_a_file(dsn: str, within: Within, tmp_path: Path) -> None:
    """All of it, written down as the terminal's; a faulty one leaves with 1 and every line; none that is no file."""
    of, file = ("--merchant", within.merchant.code), tmp_path / "tarif.csv"
    courier = ("couriers", "add", "--courier", "jne", "--courier-name", "JNE", "--code", "REG", "--name", "Reguler")
    assert (await gerai(dsn, *courier, *of))[0] == 0
    file.write_text(TABLE, encoding="utf-8-sig")
    assert await gerai(dsn, "rates", "load", str(file), *of) == (
        0, "2 rates stored, 0 removed / 2 tarif tersimpan\n", "",
    )  # fmt: skip
    rows = await seen(within, "rates.list")
    assert [(row.destination, row.per_kg_sen) for row in rows] == [("35", 12_000_00), ("35.78", 7_500_00)]
    assert ((await written(within))[0].entry.act, (await written(within))[0].entry.actor_kind) == (
        "rates.load", "operator",
    )  # fmt: skip
    file.write_text(TABLE + "jne,YES,35,1,1,1\njne,REG,99,1,1,1\n", encoding="utf-8")
    assert await gerai(dsn, "rates", "load", str(file), "--replace", *of) == (
        1, "", f"gerai: {file}: nothing is stored\n  line 4: service: there is no service jne YES\n"
        "  line 5: destination: no region has the code 99\n",
    )  # fmt: skip
    assert await seen(within, "rates.list") == rows
    code, out, err = await gerai(dsn, "rates", "load", str(tmp_path / "none.csv"), *of)
    assert (code, out, "none.csv" in err) == (2, "", True)
    code, out, _ = await gerai(dsn, "rates", "list", "--json", *of)
    assert (code, "Kota Surabaya, Jawa Timur" in out) == (0, True)


async def test_districts_are_imported(dsn: str, within: Within, tmp_path: Path) -> None:
    """From a folder of three tables, with postal codes beside, or from one table; said twice, nothing changes; what is
    missing or broken leaves with 2 and changes nothing."""
    tables: dict[str, Any] = {
        "provinces.csv": "code,name\n32,Jawa Barat\n",
        "regencies.csv": "code,province_code,name\n32.73,32,Kota Bandung\n",
        "districts.csv": "code,regency_code,name\n32.73.01,32.73,Sukasari\n32.73.02,32.73,Coblong\n",
    }
    for name, text in tables.items():
        code, _, err = await gerai(dsn, "locations", "import", str(tmp_path))
        assert (code, name in err) == (2, True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    codes = tmp_path / "wilayah.json"
    codes.write_text('{"kecamatan": {"327301": "SUKASARI -- 40152"}}', encoding="utf-8")
    typed = ("locations", "import", str(tmp_path), "--postal-codes", str(codes))
    code, first, err = await gerai(dsn, *typed)
    assert (code, err, first.startswith("2 new, 0 changed; ")) == (0, "", True)
    _, again, _ = await gerai(dsn, *typed)
    assert again.startswith("0 new, 0 changed; ")
    code, table, _ = await gerai(dsn, "locations", "list", "--search", "sukasari", "--merchant", within.merchant.code)
    assert (code, "32.73.01" in table, "40152" in table, "Kota Bandung" in table) == (0, True, True, True)
    whole = tmp_path / "wilayah.csv"
    whole.write_text("code,district,city,province\n32.73.03,Cicendo\n", encoding="utf-8")
    code, _, err = await gerai(dsn, "locations", "import", str(whole))
    assert (code, err) == (2, f"gerai: {whole}: line 2: it has 2 columns, not 4\n")
