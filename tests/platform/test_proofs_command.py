"""What payers sent, at the terminal: listed, shown, and written into a file that was not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from terminal_kit import run_here

from bank_kit import PDF, PNG, BankShop, bank_shop
from gerai.engine.core import Engine
from gerai.engine.payments.record import RecordPayment

NOTHING = "nothing waits / tidak ada yang menunggu\n"


async def gerai(dsn: str, shop: BankShop, *words: str) -> tuple[int, str, str]:
    return await run_here({"DATABASE_URL": dsn}, ("payments", *words, "--merchant", shop.code))


async def test_what_waits_is_listed_and_shown(dsn: str, engine: Engine) -> None:
    """With order, amount and file; what it is, and that nothing is booked by it: money that waits, arrivals and the
    order's payment are what they were. Once the order is paid it waits no more, and can still be shown."""
    shop = await bank_shop(engine)
    assert await gerai(dsn, shop, "proofs", "list") == (0, NOTHING, "")
    view = await shop.placed()
    [payment] = view.payments
    kept = await shop.prove(payment, PDF + b"\x1b[2J" * 700, kind="application/pdf")
    code, out, _ = await gerai(dsn, shop, "proofs", "list")
    told = " ".join(out.split())
    amount = f"Rp50.{payment.matching_sen // 100:03d}"
    for part in (
        str(kept.proof_id),
        view.order.number,
        amount,
        "bank_transfer BCA",
        "processing",
        "application/pdf, 3 KiB",
    ):
        assert part in told
    assert (code, "gerai payments confirm ORDER" in told) == (0, True)
    code, out, _ = await gerai(dsn, shop, "proofs", "show", str(kept.proof_id))
    assert (code, "\x1b" in out) == (0, False)
    assert out.splitlines()[0] == f"order {view.order.number}: payment {payment.public_id} is processing"
    assert out.splitlines()[-1] == f"SHA-256: {kept.digest.hex()}"
    assert (await gerai(dsn, shop, "waiting"))[1] == NOTHING
    assert (await gerai(dsn, shop, "arrivals", "list"))[1] == NOTHING
    code, out, _ = await run_here({"DATABASE_URL": dsn}, ("orders", "show", view.order.number, "--merchant", shop.code))
    assert (code, f"payment.proof_received  kind=application/pdf proof={kept.proof_id}" in out) == (0, True), out
    await shop.engine.submit(
        RecordPayment(**shop.names, order_id=payment.order_id, payment_id=payment.payment_id, outcome="paid")
    )
    assert await gerai(dsn, shop, "proofs", "list") == (0, NOTHING, "")
    code, out, _ = await gerai(dsn, shop, "proofs", "show", str(kept.proof_id))
    assert (code, "is completed" in out) == (0, True)


async def test_it_is_written_to_the_byte_and_over_nothing(dsn: str, engine: Engine, tmp_path: Path) -> None:
    """For its owner alone. A file that is there, a link to one, a folder and a device stay as they are, and nothing of
    the file comes to the terminal."""
    shop = await bank_shop(engine)
    content = PNG + bytes(range(256)) * 20
    proof = str((await shop.prove((await shop.placed()).payments[0], content)).proof_id)
    file = tmp_path / "bukti.png"
    code, out, _ = await gerai(dsn, shop, "proofs", "save", proof, str(file))
    assert (code, out) == (0, f"saved {file}: image/png, 5 KiB\n")
    assert file.read_bytes() == content
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"mine")
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "not-there")
    for there in (file, link, Path("/dev/stdout")):
        code, out, err = await gerai(dsn, shop, "proofs", "save", proof, str(there))
        assert (code, out, err) == (1, "", f"gerai: {there} is there already: nothing is written\n")
    code, out, err = await gerai(dsn, shop, "proofs", "save", proof, str(tmp_path / "no" / "bukti.png"))
    assert (code, out, "cannot be written: No such file" in " ".join(err.split())) == (1, "", True), err
    assert (await gerai(dsn, shop, "proofs", "save", proof, str(tmp_path)))[0] == 2
    assert file.read_bytes() == b"mine"
    assert sorted(os.listdir(tmp_path)) == ["bukti.png", "link.png"]


@pytest.mark.parametrize("act", ["show", "save"])
async def test_another_shops(dsn: str, engine: Engine, tmp_path: Path, act: str) -> None:
    """It is not there; those that wait here are named, and nothing is written."""
    shop, other = await bank_shop(engine), await bank_shop(engine)
    mine = (await shop.prove((await shop.placed()).payments[0])).proof_id
    theirs = (await other.prove((await other.placed()).payments[0])).proof_id
    more = [str(tmp_path / "bukti.png")] if act == "save" else []
    code, out, err = await gerai(dsn, shop, "proofs", act, str(theirs), *more)
    assert (code, out) == (1, "")
    assert f"no such proof: {theirs}" in " ".join(err.split())
    assert str(mine) in err
    assert os.listdir(tmp_path) == []
