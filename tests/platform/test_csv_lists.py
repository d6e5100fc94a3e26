"""What stands in a downloaded list and is not what it seems: marks that swallow lines, names and references that are
there twice. Nothing is taken of such a list, and it says where."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from terminal_kit import gerai_here as gerai

from gerai.cli.bank_statement import read_statement
from gerai.cli.transaction_list import read_transactions
from gerai.domain.money import rupiah
from gerai.engine.arrivals import take
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.kit.discover import discover
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
COLUMNS = {"date": "d", "amount": "a", "description": "k"}
TRANSACTIONS = {"reference": "d", "amount": "a"}


def written(folder: Path, text: str, name: str = "list.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "lines",
    [
        ['30/11/2026,41313,"lunas ya', "30/11/2026,50000,ANI", "30/11/2026,60000,BUDI"],
        ['30/11/2026,41313,"lunas ya', '30/11/2026,50000,"ok', "30/11/2026,60000,BUDI"],
        ['30/11/2026,41313,"lunas ya', "30/11/2026,50000,ANI", '30/11/2026,60000,BUDI"'],
        ['30/11/2026,41313,"lunas" ya', "30/11/2026,50000,ANI"],
        ['30/11/2026,41313,"lunas ya', '"30/11/2026",60000,BUDI'],
        ['30/11/2026,41313,"lunas ya', '"",50000,ANI', '30/11/2026,60000,"BUDI"'],
        ['"30/11/2026","41313","lunas "ya"', '"30/11/2026","50000","ANI"'],
    ],
)
def test_a_payers_mark_swallows_no_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], mark: str
) -> None:
    """A payer wrote a quotation mark into the text of their transfer, and whoever wrote the list did not double it: the
    payments below it are not lost, as the list is not taken at all. Banks' lists and gateways' alike."""
    file = written(tmp_path, "\n".join(["d,a,k", "30/11/2026,70000,CICI", *lines, ""]).replace(",", mark))
    for read in (lambda: read_statement(file, COLUMNS), lambda: read_transactions(file, "toy", TRANSACTIONS)):
        with pytest.raises(typer.Exit) as left:
            read()
        assert left.value.exit_code == 2
        assert "line 3: a quotation mark stands alone there" in " ".join(capsys.readouterr().err.split())


def test_marks_that_are_written_rightly_are_text(tmp_path: Path) -> None:
    """Doubled within quotation marks, or in the middle of a text; a text of two lines is one text."""
    text = 'd,a,k\n30/11/2026,1000,"kata ""lunas"", ya"\n30/11/2026,2000,papan 14" baru\n30/11/2026,3000,"dua\nbaris"\n'
    found = read_statement(written(tmp_path, text), COLUMNS).lines
    assert [(line.amount_sen, line.description) for line in found] == [
        (100_000, 'kata "lunas", ya'), (200_000, 'papan 14" baru'), (300_000, "dua baris"),
    ]  # fmt: skip


def test_two_columns_of_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody knows which is meant: none is taken. A name that is not needed may be there twice."""
    twice = written(tmp_path, "d,a,k,a\n30/11/2026,1000,ANI,2000\n")
    for read in (lambda: read_statement(twice, COLUMNS), lambda: read_transactions(twice, "toy", TRANSACTIONS)):
        with pytest.raises(typer.Exit) as left:
            read()
        assert left.value.exit_code == 2
        assert "line 1: two columns are named a" in capsys.readouterr().err
    other = written(tmp_path, "d,a,k,x,x\n30/11/2026,1000,ANI,,\n")
    assert [line.amount_sen for line in read_statement(other, COLUMNS).lines] == [100_000]


async def test_a_column_that_names_no_payment(dsn: str, engine: Engine, tmp_path: Path) -> None:
    """The column that is said to be the reference has one value in several lines: nothing of the list is taken. In
    lists of their own, each with one of these lines, every money is kept, as other money than what has that reference
    already, and read once more it is known."""
    merchant_id = await open_merchant(engine, f"csv{engine.ids.next()}", "Toko Saya")
    code = engine.directory.merchant(merchant_id).code
    bank = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
    account = (await open_account(engine, merchant_id, METHODS["bank_transfer"], bank, "t")).receiving_id

    async def imported(*lines: str) -> tuple[int, str]:
        file = written(tmp_path, "\n".join(["d,a,r", *lines, ""]))
        words = ("payments", "arrivals", "import", str(file), "--account", str(account), "--merchant", code)
        rc, out, err = await gerai(dsn, *words, "date=d", "amount=a", "reference=r")
        return rc, " ".join((out + err).split())

    async def waiting() -> list[int]:
        return sorted(one.amount_sen for one in await take.waiting(engine, merchant_id))

    lines = ["30/11/2026,41313,TRF", "30/11/2026,50000,TRF", "01/12/2026,41313,TRF", "01/12/2026 14:05,60000,TRF"]
    rc, told = await imported(*lines)
    assert (rc, "line 3: its reference TRF is that of line 2, too" in told) == (2, True), told
    assert await waiting() == []
    for line in lines:
        rc, told = await imported(line)
        assert (rc, "1 waiting, 0 known already" in told) == (0, True), told
    for line in lines:
        rc, told = await imported(line)
        assert (rc, "0 waiting, 1 known already" in told) == (0, True), told
    assert await waiting() == [rupiah(41_313), rupiah(41_313), rupiah(50_000), rupiah(60_000)]
    assert await check(engine, merchant_id) == []
