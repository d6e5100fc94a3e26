"""Lists at the terminal as people read them, what only programs need in ``--json``, and commands as they are typed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from terminal_kit import gerai_here as gerai

from desk_kit import OWNER, do, open_desk
from gerai.app import App
from gerai.cli import typed
from gerai.cli.desk_rows import print_page
from gerai.domain.money import display, percent
from gerai.engine.desk.acts.top_up_wallet import TopUp
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import ViewPage, views
from gerai.engine.desk.views.report_sales import SalesRow


@pytest.fixture
async def within(app: App) -> Within:
    """The desk of a new shop."""
    return await open_desk(app.house)


def rows(text: str) -> list[str]:
    """The lines, one space between columns."""
    return [" ".join(line.split()) for line in text.splitlines()]


async def test_a_key_and_its_member(dsn: str, within: Within) -> None:
    """The list of keys shows their environment; the member made with a key that nobody named is its holder, and what
    the wallet has stands beside the name, in the environment that is asked for."""
    shop = ("--merchant", within.merchant.code)
    assert (await gerai(dsn, "keys", "create", "leuwongrr", "production", *shop))[0] == 0
    assert (await gerai(dsn, "keys", "create", "leuwongrr", "sandbox", "--name", "Bot", *shop))[0] == 0
    for environment in ("production", "sandbox"):
        title, row, *_ = rows((await gerai(dsn, "keys", "list", "--environment", environment, *shop))[1])
        assert "Environment" in title
        assert f" {environment} " in row
    text = (await gerai(dsn, "members", "list", "--json", *shop))[1]
    members: list[dict[str, Any]] = msgspec.json.decode(text)["rows"]
    assert [(one["name"], one["available_sen"]) for one in members] == [("Key holder", 0), ("Bot", 0)]
    topped_up = TopUp(id=members[0]["id"], amount_sen=25_000_00)
    await do(within, "wallets.top_up", topped_up, OWNER, reason="saldo awal")
    title, first, second = rows((await gerai(dsn, "members", "list", *shop))[1])
    assert "Available" in title
    assert (" Rp25.000 " in first, " Rp0 " in second) == (True, True)
    sandbox = rows((await gerai(dsn, "members", "list", "--environment", "sandbox", *shop))[1])
    assert (" Rp0 " in sandbox[1], " Rp0 " in sandbox[2]) == (True, True)


def test_ratios_and_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    """A ratio is in percent, and the query behind a row is for programs."""
    row = SalesRow("toko", "scalev", 8, 5, 6250, None, 5_000_00, 1_000_00, 0, 0, "/orders?door=scalev")
    print_page(views()["reports.sales"], ViewPage([row]), as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert (" 62,5% " in said, "behind" in said, "/orders" in said) == (True, False, False)
    print_page(views()["reports.sales"], ViewPage([row]), as_json=True)
    [decoded] = msgspec.json.decode(capsys.readouterr().out)["rows"]
    assert (decoded["paid_bp"], decoded["behind"]) == (6250, "/orders?door=scalev")


@pytest.mark.parametrize(
    ("basis_points", "said"),
    [(0, "0%"), (6300, "63%"), (250, "2,5%"), (5, "0,05%"), (10_000, "100%"), (-1250, "-12,5%")],
)
def test_percent(basis_points: int, said: str) -> None:
    """As people write it here."""
    assert percent(basis_points) == said


def test_below_nothing() -> None:
    """An amount below nothing has its sign before the currency, sen and all."""
    assert (display(-15_000_00), display(-1_50), display(0)) == ("-Rp15.000", "-Rp1,50", "Rp0")


@pytest.mark.parametrize(
    ("typed_as", "said"),
    [
        ("", "look: gerai payments list; `gerai keys list` shows all (gerai-data, x@gerai.example)"),
        ("./gerai", "look: ./gerai payments list; `./gerai keys list` shows all (gerai-data, x@gerai.example)"),
        ("/a b/gerai", "look: '/a b/gerai' payments list; `'/a b/gerai' keys list` shows all "
         "(gerai-data, x@gerai.example)"),
    ],
)  # fmt: skip
def test_commands_as_their_reader_types_them(monkeypatch: pytest.MonkeyPatch, typed_as: str, said: str) -> None:
    """As this command was started; names of files and addresses stay."""
    monkeypatch.setenv(typed.TYPED, typed_as)
    typed.program.cache_clear()
    text = "look: gerai payments list; `gerai keys list` shows all (gerai-data, x@gerai.example)"
    try:
        assert typed.as_typed(text) == said
    finally:
        typed.program.cache_clear()


async def test_one_on_the_path_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Where the shell found it by its name, that is what is typed."""
    program = tmp_path / "gerai"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(typed.TYPED, str(program))
    typed.program.cache_clear()
    try:
        assert typed.as_typed("gerai keys list") == "gerai keys list"
    finally:
        typed.program.cache_clear()
