"""What a seller has to be able to do, and how: the table behind docs/reference/seller-tasks.md.

``PYTHONPATH=src:tests:tests/platform python -m seller_tasks > docs/reference/seller-tasks.md`` writes the page. What a
command or an act is there for is asked of the program itself, so the page never promises more.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import typer
from typer.main import get_command

from gerai.cli import build, every_name
from gerai.engine.desk.registry import acts, views

#: Words of the commands that stand for ids and names of a shop.
STANDS_FOR: Final = re.compile(r"[A-Z][A-Z0-9]{2,}(?:-[A-Z]+)?")
_HEAD: Final = """# What a seller does, and how

Thirty tasks, each with the command and the page of the console that does it, written by
`tests/platform/seller_tasks.py` from the program itself: a command stands here when the program reads it, a page when
the console has it. *Checked*: `runs` is carried out in a shop by `tests/platform/test_shop_tasks.py`, at the terminal;
`reads` is read by the program, but not carried out; `page`: there is a page alone.

Words in capitals are ids and numbers of your own, as the lists show them. Where there are several shops, add
`--merchant CODE`. The console is at `/console` of your server ([how to sign in](../how-to/console.md)); a whole shop
from files: [shop files](shop-files.md).

| | Task | Terminal | Console | Checked |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class SellerTask:
    """``command``: as it is typed; without one, the example of the first of ``names`` that there is. ``names``: views
    and acts of the desk that do it, at the console too; ``page``: a page that is none of those. ``run``: it is carried
    out by the test."""

    text: str
    command: str = ""
    names: tuple[str, ...] = ()
    page: str = ""
    run: bool = True


TASKS: Final = (
    SellerTask(
        "Open a shop", "gerai shop init --code toko-baru --yes", page="Langkah pertama, step by step (`/console/start`)"
    ),
    SellerTask("Load a whole shop from files", "gerai shop load examples/toko-baju"),
    SellerTask(
        "Say where its money comes in",
        "gerai payments accounts add bank_transfer bank=BNI number=1234567890 holder='Ani' --yes",
        ("accounts.add",),
    ),
    SellerTask(
        "Add a product", "gerai products add --name 'Topi Rimba' --price-sen 45000 --sku TR-1", ("products.add",)
    ),
    SellerTask(
        "Add a variant",
        "gerai variants add --product-id PRODUCT --options XXL --price-sen 99000 --sku KP-XXL",
        ("variants.add",),
    ),
    SellerTask(
        "Give it a picture",
        "gerai products edit PRODUCT --images https://toko.example.com/kaos.jpg",
        ("products.edit",),
    ),
    SellerTask(
        "Count stock",
        "gerai stock count --variant-id VARIANT --warehouse-id WAREHOUSE --on-hand 25 --reason 'dihitung'",
        ("stock.count",),
    ),
    SellerTask("See what is running out", "gerai stock list --low yes", ("stock.list",)),
    SellerTask("Change a price", "gerai variants edit VARIANT --price-sen 90000", ("variants.edit",)),
    SellerTask(
        "Sell a bundle at a price",
        "gerai price-options add --bundle-id BUNDLE --name 'Paket Gajian' --price-sen 199000",
        ("bundles.add", "price_options.add"),
    ),
    SellerTask(
        "Add a service",
        "gerai services add --code cek_cepat --name 'Cek cepat' --type-id TYPE --unit-price-sen 2000 "
        "--provider manual --processing-type manual",
        ("services.add",),
    ),
    SellerTask("Change the rate of Robux", "gerai merchants set robux_rate_sen 16000", ("settings.set",)),
    SellerTask(
        "Set what sending costs",
        "gerai rates set --service-id COURIER --destination 31 --per-kg-sen 12000",
        ("rates.set", "couriers.add"),
    ),
    SellerTask("Add a member", "gerai members add --door cekceir --name 'Dewi' --discount-bp 250", ("members.add",)),
    SellerTask(
        "Top a member up", "gerai wallets top-up MEMBER --amount-sen 50000 --reason 'transfer BCA'", ("wallets.top_up",)
    ),
    SellerTask(
        "Correct a wallet",
        "gerai wallets adjust MEMBER --direction down --amount-sen 5000 --reason 'salah hitung'",
        ("wallets.adjust",),
    ),
    SellerTask("See the orders", "gerai orders list", ("orders.list",)),
    SellerTask("Find an order by telephone", "gerai orders find 081234567890", ("orders.list",)),
    SellerTask("Confirm a payment", "gerai payments confirm UNPAID --method cash", ("payments.confirm",)),
    SellerTask("Send it, with its receipt", "gerai orders ship PACKED --receipt JX1234567890", ("orders.ship",)),
    SellerTask("Give back half", "gerai payments refund PAID --amount 42500", ("payments.refund",)),
    SellerTask(
        "Finish work done by hand",
        'gerai orders complete MANUAL --result \'{"status": "aktif"}\'',
        ("orders.complete",),
    ),
    SellerTask("Cancel an order", "gerai orders cancel UNWANTED --reason 'diminta pembeli'", ("orders.cancel",)),
    SellerTask("See what waits for a person", "gerai payments waiting", ("waiting.list",)),
    SellerTask(
        "See yesterday's revenue", "gerai reports sales --since 2026-11-29 --until 2026-11-29", ("reports.sales",)
    ),
    SellerTask("Check the books", "gerai check", ("books.check",)),
    SellerTask("Export a list", "gerai orders list --csv -", page="CSV and XLSX under every list"),
    SellerTask("Invite a colleague", "gerai people invite --name Budi --role operator", ("people.invite",)),
    SellerTask("Rotate a key", "gerai keys rotate KEY --overlap-minutes 60", ("keys.rotate",)),
    SellerTask(
        "Be told what happens (webhook)",
        "gerai webhooks add scalev https://shop.example/hook production",
        ("webhooks.add",),
        run=False,
    ),
)


@cache
def _program() -> Any:
    return get_command(build(every_name()))


def reads(command: str) -> bool:
    """Whether the program reads this command line, ids in the place of the words in capitals."""
    words = [STANDS_FOR.sub("7", word) if STANDS_FOR.fullmatch(word) else word for word in shlex.split(command)[1:]]
    found: Any = _program()
    while words and hasattr(found, "commands") and words[0] in found.commands:
        found = found.commands[words.pop(0)]
    if hasattr(found, "commands"):
        return False
    try:
        with contextlib.redirect_stderr(io.StringIO()), found.make_context(found.name, words):
            return True
    except (typer.TyperException, typer.Exit):
        return False


def command_of(task: SellerTask) -> str:
    """What is typed for a task; empty: nothing does it yet."""
    if task.command:
        return task.command if reads(task.command) else ""
    for name in task.names:
        things, _, verb = name.replace("_", "-").partition(".")
        group: Any = _program().commands.get(things)
        command = None if group is None else group.commands.get(verb)
        if command is not None:
            return command.epilog.removeprefix("Example: ")
    return ""


def page_of(task: SellerTask) -> str:
    """The pages of the console that do it; empty: none does yet."""
    known = views() | acts()
    found = [f"{known[name].title.id} (`{name}`)" for name in task.names if name in known]
    return ", ".join(found) or task.page


def checked(task: SellerTask) -> str:
    """How the table is held true."""
    if not command_of(task):
        return "not yet" if not page_of(task) else "page"
    return "runs" if task.run and task.command else "reads"


def page() -> str:
    """The page."""
    rows = [
        f"| {number} | {task.text} | {f'`{command}`' if (command := command_of(task)) else 'not yet'} | "
        f"{page_of(task) or 'not yet'} | {checked(task)} |"
        for number, task in enumerate(TASKS, 1)
    ]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
