"""The terminal's face of the desk: a command for each view and act, made from its struct."""

from __future__ import annotations

import shlex
from typing import Any, Final

import msgspec
import pytest
from terminal_kit import every_command
from terminal_kit import gerai_here as gerai

from desk_kit import open_desk, written
from gerai.app import App
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, View, acts, views

EVERY: Final[list[View | Act]] = [*views().values(), *acts().values()]
#: What could be done at the terminal before the desk.
BY_HAND: Final = {
    "members.list", "members.link", "members.unlink", "keys.list", "keys.create", "keys.revoke",
    "payments.confirm", "payments.resolve", "payments.refund",
    "orders.list", "orders.show", "orders.complete", "orders.fail", "orders.cancel",
    "webhooks.list", "webhooks.show", "webhooks.add", "webhooks.remove", "rates.load",
}  # fmt: skip
ADD: Final = (
    "warehouses", "add", "--name", "Gudang Surabaya", "--address", "Jl. Wonokromo 1", "--location-id", "6",
    "--postal-code", "60241",
)  # fmt: skip


@pytest.fixture
async def within(app: App) -> Within:
    """The desk of a new shop."""
    return await open_desk(app.house)


def command_of(one: View | Act) -> Any:
    """Its command, as typer made it."""
    things, _, verb = one.name.replace("_", "-").partition(".")
    return every_command().commands[things].commands[verb]


async def test_a_shop_is_changed_and_seen_at_the_terminal(dsn: str, within: Within) -> None:
    """What is added is listed, changed, printed as JSON; the audit names whoever sits there, and the reason."""
    shop = ("--merchant", within.merchant.code)
    code, said, _ = await gerai(dsn, *ADD, *shop, "--reason", "gudang baru")
    made, name, unique = said.splitlines()
    number = made.rpartition(": ")[2]
    assert (code, number.isdigit()) == (0, True)
    assert "Add a warehouse / Tambah gudang" in made
    # What it is called, and its number where the counters name it.
    assert (name, unique.startswith("unique_id: warehouse_")) == ("name: Gudang Surabaya", True)
    code, table, _ = await gerai(dsn, "warehouses", "list", *shop)
    assert code == 0
    assert ("Gudang Surabaya" in table, number in table, "60241" in table) == (True, True, True)
    code, _, _ = await gerai(dsn, "warehouses", "edit", number, "--name", "Gudang Utama", *shop)
    assert code == 0
    _, text, _ = await gerai(dsn, "warehouses", "list", "--json", *shop)
    [row] = msgspec.json.decode(text)["rows"]
    assert (str(row["id"]), row["name"], row["address"]) == (number, "Gudang Utama", "Jl. Wonokromo 1")
    entries = [entry for _, entry in await written(within)]
    assert [(e.actor_kind, e.act, e.reason) for e in entries] == [
        ("operator", "warehouses.edit", ""), ("operator", "warehouses.add", "gudang baru"),
    ]  # fmt: skip


async def test_the_same_name_does_it_once(dsn: str, within: Within) -> None:
    """With ``--once`` a repeated command makes nothing more, and says so."""
    typed = (*ADD, "--once", "gudang-1", "--merchant", within.merchant.code)
    first, again = await gerai(dsn, *typed), await gerai(dsn, *typed)
    assert (first[0], again[0]) == (0, 0)
    assert "done before" in again[1]
    assert "done before" not in first[1]
    assert len(await written(within)) == 1


async def test_what_does_not_fit_names_its_option(dsn: str, within: Within) -> None:
    """Faults stand under the options' names, all at once, with exit code 2; what the shop refuses, with 1."""
    shop = ("--merchant", within.merchant.code)
    typed = [*ADD[:-3], "x", "--postal-code", "1"]
    code, said, why = await gerai(dsn, *typed, *shop)
    assert (code, said) == (2, "")
    assert ("--location-id: " in why, "--postal-code: " in why) == (True, True)
    code, said, why = await gerai(dsn, "warehouses", "edit", "7", "--name", "Lain", *shop)
    assert (code, said, why.strip()) == (1, "", "gerai: no such warehouse: 7")
    code, _, why = await gerai(dsn, *ADD, "--merchant", "tokko")
    assert code == 1
    assert "no such merchant: tokko" in why
    code, _, why = await gerai(dsn, "warehouses", "list", "--environment", "live", *shop)
    assert (code, "no such environment: live" in why) == (2, True)
    assert await written(within) == []


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_every_example_can_be_typed(one: View | Act) -> None:
    """The example in the help is a command line that its own command reads. Each view and act has a command; one that
    was written by hand has an example of its own (tests/platform/test_exit_codes.py)."""
    command = command_of(one)
    if not getattr(command.callback, "of_desk", False):
        assert one.name in BY_HAND
        return
    example = command.epilog.removeprefix("Example: ")
    words = shlex.split(example)
    assert words[:3] == ["gerai", *one.name.replace("_", "-").split(".")]
    with command.make_context(words[2], words[3:]) as context:
        assert context.params["merchant"] == ""
    assert command.help
