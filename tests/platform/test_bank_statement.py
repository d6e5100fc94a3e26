"""A bank's list at the terminal: read as it is, shown before anything is done, taken once; what waits is decided."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from terminal_kit import gerai_here as gerai

from gerai.cli.bank_statement import read_statement
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit.clock import JAKARTA, real_now
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BANK = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
COLUMNS = ("date=Tanggal", "amount=Jumlah", "description=Keterangan")
_numbers = itertools.count(1)


def today() -> str:
    """The day by a bank in Jakarta, which pays nothing that was ordered on a later one; tomorrow's, lest it end now."""
    return f"{real_now().astimezone(JAKARTA) + timedelta(days=1):%d/%m/%Y}"


def written(folder: Path, text: str, name: str = "mutasi.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "sen"),
    [
        ("50123", 5_012_300), ("50.123", 5_012_300), ("50,123", 5_012_300), ("50.123,00", 5_012_300),
        ("50,123.00", 5_012_300), ("1.250.123,50", 125_012_350), ("50123.00", 5_012_300), ("Rp 50.123", 5_012_300),
        ("IDR 50,123.00 CR", 5_012_300), ("50.123 K", 5_012_300), ("-50.123", None), ("50.123 DB", None),
        ("(50,123.00)", None), ("Rp (50.123)", None), ("0", None), ("", None),
    ],
)  # fmt: skip
def test_amounts_as_banks_write_them(tmp_path: Path, text: str, sen: int | None) -> None:
    """With either mark for thousands; what went out is no money that came in."""
    file = written(tmp_path, f'Tanggal;Jumlah\n30/11/2026;"{text}"\n')
    lines = read_statement(file, {"date": "Tanggal", "amount": "Jumlah"}).lines
    assert [line.amount_sen for line in lines] == ([] if sen is None else [sen])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-30", "2026-11-30T00:00:00+07:00"), ("30/11/2026", "2026-11-30T00:00:00+07:00"),
        ("30-11-2026", "2026-11-30T00:00:00+07:00"), ("30/11/26", "2026-11-30T00:00:00+07:00"),
        ("2026-11-30 14:05:06", "2026-11-30T14:05:06+07:00"), ("30/11/2026 14:05", "2026-11-30T14:05:00+07:00"),
    ],
)  # fmt: skip
def test_dates_are_jakartas(tmp_path: Path, text: str, shown: str) -> None:
    """Day before month, as Indonesia writes; the time is Jakarta's."""
    [line] = read_statement(written(tmp_path, f"d,a\n{text},5000\n"), {"date": "d", "amount": "a"}).lines
    assert line.at.isoformat() == shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column d"), ("x,y\n1,2\n", "has no column d"), ("d,a\n2026-11-30,lima\n", "line 2: 'lima'"),
        ("d,a\n2026-11-30,1.2.3\n", "line 2: '1.2.3'") , ("d,a\n2026-13-30,5000\n", "line 2: '2026-13-30'"),
        ("d,a\n2026-11-30\n", "line 2: it has 1 columns"), ("d,a\n2026-11-30," + "9" * 30 + "\n", "is no amount"),
        ("d,a\n2026-11-30,5\0\n", "no text"), ("d,k,a\n2026-11-30,BUDI,99.999,50.123\n", "line 2: it has 4 columns"),
        ("d,a\n2026-11-30,50.123 CR DB\n", "is no amount"), ("d,a\n2026-11-30,0.123\n", "is no amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    """The line is named, and nothing is taken of the whole file."""
    with pytest.raises(typer.Exit) as left:
        read_statement(written(tmp_path, text), {"date": "d", "amount": "a"})
    assert left.value.exit_code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_lines_that_are_alike_are_two(tmp_path: Path) -> None:
    """Two customers who send the same on one day are two, however often the list is read; a bank's own reference is
    what it is."""
    text = "d,a,k,r\n2026-11-30,5000,KOPI,R1\n2026-11-30,5000,KOPI,R2\n2026-11-30,6000,KOPI,\n"
    file = written(tmp_path, text)
    first = read_statement(file, {"date": "d", "amount": "a", "description": "k"}).lines
    again = read_statement(file, {"date": "d", "amount": "a", "description": "k"}).lines
    assert [line.key for line in first] == [line.key for line in again]
    assert len({line.key for line in first}) == 3
    named = read_statement(file, {"date": "d", "amount": "a", "reference": "r"}).lines
    assert [line.key for line in named][:2] == ["R1", "R2"]
    kinds = written(tmp_path, "d,a,t\n2026-11-30,5000,DB\n2026-11-30,6000,CR\n2026-11-30,7000,Debet\n", "kinds.csv")
    found = read_statement(kinds, {"date": "d", "amount": "a", "kind": "t"}).lines
    assert [line.amount_sen for line in found] == [600_000]
    for unknown in ("", "TRF"):
        kinds = written(tmp_path, f"d,a,t\n2026-11-30,7000,{unknown}\n", "kinds.csv")
        with pytest.raises(typer.Exit):
            read_statement(kinds, {"date": "d", "amount": "a", "kind": "t"})


BCA = """Informasi Rekening - Mutasi Rekening
No. rekening : 7770123456
Periode : 20/12/2026 - 05/01/2027
Kode Mata Uang : IDR

Tanggal Transaksi,Keterangan,Cabang,Jumlah,,Saldo
'20/12,TRSF E-BANKING CR ANI,'0000,"50,123.00",CR,"1,050,123.00"
'20/12,BIAYA ADM,'0000,"10,000.00",DB,"1,040,123.00"
'05/01,TRSF E-BANKING CR BUDI,'0000,"60,000.00",CR,"1,100,123.00"
PEND,TRSF E-BANKING CR CICI,'0000,"70,000.00",CR,"1,170,123.00"
Saldo Awal : 1000000.00,,,,,
Mutasi Kredit : 110123.00
Saldo Akhir : 1100123.00
"""
OLD_BCA = """Tanggal,Keterangan,Cabang,Jumlah,Saldo
20/12/2026,"TRSF CR, ANI",0000,"50,123.00 CR","1,050,123.00"
20/12/2026,BIAYA,0000,"10,000.00 DB","1,040,123.00"
"""
MANDIRI = """Account No,Date,Val. Date,Transaction Code,Description,Description,Reference No.,Debit,Credit,
1370001,20/12/26,20/12/26,8310,DARI ANI,TRANSFER,0,.00,"50,123.00",
1370001,20/12/26,20/12/26,8311,BIAYA,ADM,0,"10,000.00",.00,
"""
MANDIRI_LINES = """AccountNo;Ccy;PostDate;Remarks;AdditionalDesc;Credit Amount;Debit Amount;Close Balance
1370001;IDR;20/12/2026 10.15.20;DARI ANI;;50123.00;0.00;1050123.00
"""
BRI = """NOREK;TGL_TRAN;JAM_TRAN;DESK_TRAN;MUTASI_DEBET;MUTASI_KREDIT;SALDO_AKHIR_MUTASI
0345;2026-12-20 00:00:00;101520;DARI ANI;0.00;50123.00;1050123.00
0345;2026-12-20 00:00:00;101521;BIAYA;10000.00;0.00;1040123.00
"""
BNI = """Post Date,Value Date,Branch,Journal No.,Description,Amount,Debit/Credit,Balance
20/12/26 10.15.20,20/12/26 10.15.20,0001,123456,DARI ANI,"50,123.00",C,"1,050,123.00"
20/12/26 10.16.20,20/12/26 10.16.20,0001,123457,BIAYA,"10,000.00",D,"1,040,123.00"
"""


@pytest.mark.parametrize(
    ("text", "bank", "told"),
    [
        (BCA, "BCA", [("2026-12-20T00:00:00", 5_012_300, True), ("2027-01-05T00:00:00", 6_000_000, True)]),
        (OLD_BCA, "BCA", [("2026-12-20T00:00:00", 5_012_300, True)]),
        (MANDIRI, "Mandiri", [("2026-12-20T00:00:00", 5_012_300, True)]),
        (MANDIRI_LINES, "Mandiri", [("2026-12-20T10:15:20", 5_012_300, False)]),
        (BRI, "BRI", [("2026-12-20T00:00:00", 5_012_300, True)]),
        (BNI, "BNI", [("2026-12-20T10:15:20", 5_012_300, False)]),
    ],
    ids=["BCA", "BCA without kind", "Mandiri", "Mandiri with times", "BRI", "BNI"],
)  # fmt: skip
def test_lists_of_large_banks_are_known(
    tmp_path: Path, text: str, bank: str, told: list[tuple[str, int, bool]]
) -> None:
    """By their heads, wherever these stand: money that came in, of the day or the moment; years from the period; what
    is not booked yet, what went out and the sums below are left out."""
    found = read_statement(written(tmp_path, text), {})
    assert found.bank == bank
    assert [(line.at.isoformat()[:19], line.amount_sen, line.day_only) for line in found.lines] == told
    assert read_statement(written(tmp_path, text.replace("\n", "\r\n")), {}) == found


def test_a_list_that_is_not_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One column less, or a date without a year where no period stands: nothing is taken, and what to do is said."""
    for text, said in (
        (BNI.replace("Journal No.", "Journal"), "say which column is what"), ("", "say which column is what"),
        (BCA.replace("Periode", "P").replace("20/12/2026 - 05/01/2027", "Des"), "is no date"),
    ):  # fmt: skip
        with pytest.raises(typer.Exit) as left:
            read_statement(written(tmp_path, text), {})
        assert left.value.exit_code == 2
        assert said in " ".join(capsys.readouterr().err.split())


async def test_the_list_of_another_bank(dsn: str, engine: Engine, tmp_path: Path) -> None:
    """What is known to be Mandiri's is not read for an account at BCA."""
    _, code, account = await opened(engine)
    words = ("payments", "arrivals", "import", str(written(tmp_path, MANDIRI)), "--account", str(account))
    rc, _, err = await gerai(dsn, *words, "--merchant", code)
    assert (rc, "a list of Mandiri" in " ".join(err.split())) == (2, True), err
    rc, out, err = await gerai(
        dsn, *words[:3], str(written(tmp_path, BCA)), *words[4:], "--merchant", code, "--dry-run"
    )
    assert (rc, "2 would be waiting" in out) == (0, True), (out, err)


async def opened(engine: Engine) -> tuple[int, str, int]:
    """A real merchant with a bank account: its id, its code, the account's."""
    code = f"csv{next(_numbers)}"
    merchant_id = await open_merchant(engine, code, "Toko Saya")
    return (
        merchant_id,
        code,
        (await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")).receiving_id,
    )


async def ordered(engine: Engine, client: httpx.AsyncClient, merchant_id: int) -> OrderView:
    """An order of Rp50.000 whose payer chose the bank account on its page."""
    order_id = engine.ids.next()
    placed = PlaceOrder(
        merchant_id=merchant_id, environment="production", channel="scalev", key_id=None, order_id=order_id,
        public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=rupiah(50_000), funding="invoice",
        lines=(NewLine("goods", 0, "Kopi", 1, rupiah(50_000), rupiah(50_000)),),
    )  # fmt: skip
    secret = (await engine.submit(placed)).answer.view.order.secret
    await client.post(f"/i/{secret}/method", data={"choice": "bank_transfer:BCA"})
    view = await engine.orders.by_id(merchant_id, order_id)
    assert view is not None
    return view


async def test_from_the_list_to_paid_orders(
    dsn: str, engine: Engine, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Three orders, a list with the money of two of them, money of nobody and money that went out: a dry run shows it
    and does nothing, the import pays the two, and once more does nothing; what waits is listed and dismissed."""
    merchant_id, code, account = await opened(engine)
    views = [await ordered(engine, client, merchant_id) for _ in range(3)]
    amounts = [view.payments[0].asked_sen // 100 for view in views]
    text = (
        "Tanggal;Keterangan;Jumlah\n"
        f"{today()};TRSF E-BANKING CR ANI;{amounts[0]:,}.00 CR\n"
        f"{today()};TRSF E-BANKING CR BUDI;{amounts[2]:,}.00 CR\n"
        f"{today()};TRSF E-BANKING CR \x1b[2JCICI;77,777.00 CR\n"
        f"{today()};BIAYA ADM;10,000.00 DB\n"
    )
    file = str(written(tmp_path, text))
    of = ("--merchant", code)
    words = ("payments", "arrivals", "import", file, "--account", str(account), *COLUMNS, *of)

    async def stands() -> list[tuple[Any, int]]:
        found = [await engine.orders.by_id(merchant_id, view.order.order_id) for view in views]
        return [(view.payments[0].status, view.order.charged_sen) for view in found if view is not None]

    dry = await gerai(dsn, *words, "--dry-run")
    assert (dry[0], "2 would be booked, 1 would be waiting, 0 known already" in dry[1]) == (0, True), dry
    assert {status for status, _ in await stands()} == {"processing"}
    done = await gerai(dsn, *words)
    assert (done[0], "2 booked, 1 waiting, 0 known already" in done[1]) == (0, True), done
    paid, waits = ("completed", rupiah(50_000)), ("processing", 0)
    assert await stands() == [paid, waits, paid]
    again = await gerai(dsn, *words)
    assert (again[0], "0 booked, 0 waiting, 3 known already" in again[1]) == (0, True), again

    listed = await gerai(dsn, "payments", "arrivals", "list", *of)
    assert "Rp77.777" in listed[1]
    assert "\x1b[2J" not in listed[1]
    assert "none that is open" in listed[1]
    arrival = next(word for word in listed[1].split() if word.isdigit() and len(word) > 3)
    wrong = await gerai(dsn, "payments", "arrivals", "book", arrival, views[1].order.number, *of)
    assert (wrong[0], "asks for Rp77.777" in wrong[2]) == (1, True), wrong
    assert await stands() == [paid, waits, paid]
    assert (await gerai(dsn, "payments", "arrivals", "dismiss", arrival, *of))[0] == 0
    assert (await gerai(dsn, "payments", "arrivals", "list", *of))[1].startswith("nothing waits")


async def test_a_decision_at_the_terminal(dsn: str, engine: Engine, client: httpx.AsyncClient, tmp_path: Path) -> None:
    """Money that fits an order only once it was there: listed with that order beside it, and booked by one command."""
    merchant_id, code, account = await opened(engine)
    of = ("--merchant", code)
    view = await ordered(engine, client, merchant_id)
    amount = view.payments[0].asked_sen // 100
    async with engine.connection() as connection:
        # As if it had been asked for after the list was read.
        await connection.execute("UPDATE payments SET receiving_id = 1 WHERE merchant_id = %s", (merchant_id,))
    file = str(written(tmp_path, f"Tanggal,Jumlah,Keterangan\n{today()},{amount},ANI\n"))
    words = ("payments", "arrivals", "import", file, "--account", str(account), *COLUMNS, *of)
    assert "0 booked, 1 waiting" in (await gerai(dsn, *words))[1]
    async with engine.connection() as connection:
        await connection.execute("UPDATE payments SET receiving_id = %s WHERE merchant_id = %s", (account, merchant_id))
    listed = (await gerai(dsn, "payments", "arrivals", "list", *of))[1]
    assert view.order.number in listed
    arrival = next(word for word in listed.split() if word.isdigit() and len(word) > 3)
    done = await gerai(dsn, "payments", "arrivals", "book", arrival, view.order.number, *of)
    assert (done[0], "is booked; order" in done[1]) == (0, True), done
    twice = await gerai(dsn, "payments", "arrivals", "book", arrival, view.order.number, *of)
    assert (twice[0], f"no such arrival that waits: {arrival}" in twice[2]) == (1, True), twice
