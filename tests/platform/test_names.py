"""A name that is not there is refused by every command that takes one: with what there is, an exit code, and no act."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from terminal_kit import gerai_here as gerai

from gerai.cli import COMMANDS, build
from gerai.engine.core import Engine
from gerai.engine.keys.manage import list_keys
from gerai.engine.merchants.open import change_settings
from gerai.engine.orders.place import NewLine, PlaceOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, list_endpoints, new_secret, remove_endpoint
from gerai.kit.closest import not_known
from gerai.kit.secret_box import SecretBox, new_key

#: A file that can be brought in, and a shop that can be loaded.
RATES = (str(Path(__file__).parents[2] / "examples" / "toko-baju" / "rates.csv"),)
MEMBERS, CLOTHES = (
    (str(Path(__file__).parents[2] / "examples" / "toko-robux" / "members.csv"),),
    (str(Path(__file__).parents[2] / "examples" / "toko-baju"),),
)
#: What a parameter holds that names nothing: a figure, a text, a switch, a place on this machine, a time.
FREE = {
    "address", "amount", "begin", "code", "counts", "data", "demo", "end", "failed", "fix", "free_text", "host",
    "json_output", "lang", "limit", "no_code", "note", "once", "opening", "package", "parent", "part", "port", "reason",
    "reference", "result", "second", "seconds", "settings_file", "test_message", "tour", "types", "undelivered",
    "unlimited", "unpaid", "upgrade", "url", "value", "version", "workers",
}  # fmt: skip
#: `name` is what a key is called. What names nothing of a merchant's is tried in test_simulate.py.
FREE_OF = {
    ("keys create", "name"), ("members link", "identity"), ("people reset-password", "login"),
    ("simulate pay", "amount"), ("simulate gateway", "key"), ("simulate gateway", "gateway"),
    ("simulate webhook-receiver", "status"), ("simulate traffic", "rate"), ("simulate traffic", "minutes"),
    ("simulate traffic", "paid"), ("simulate traffic", "door"), ("simulate order", "door"),
    ("simulate order", "answer"), ("completion", "shell"), ("backup", "to"), ("backup", "passphrase_file"),
    ("backup", "scheduled"), ("backup", "secrets_from"), ("restore", "file"), ("restore", "passphrase_file"),
    ("orders list", "member"), ("orders list", "since"), ("orders list", "until"), ("orders list", "after"),
    ("restore", "verify"), ("restore", "seal_key"), ("doctor", "as_json"), ("doctor", "books"), ("orders find", "text"),
    ("payments accounts add", "said"), ("payments accounts add", "yes"), ("payments accounts add", "settles"),
    ("payments accounts edit", "settles"),
    ("payments arrivals import", "file"), ("payments arrivals import", "columns"),
    ("payments arrivals import", "dry_run"), ("payments gateways add", "said"), ("payments gateways add", "base_url"),
    ("payments gateways add", "untried"), ("payments fake", "key"), ("payments fake", "gateway"),
    ("payments proofs save", "file"),
    ("payments refunds list", "ended"), ("payments refunds destination", "said"),
    ("payments gateways settle-rule", "said"), ("payments payouts settle", "fee"), ("payments reconcile", "file"),
    ("payments reconcile", "columns"), ("payments reconcile", "as_json"),
    ("payments cod import", "fee"), ("payments cod import", "columns"), ("payments cod import", "dry_run"),
    ("payments cod import", "file"), ("merchants logo set", "file"), ("rates load", "file"), ("rates load", "replace"),
    ("locations import", "path"), ("locations import", "postal_codes"), ("orders list", "csv"), ("orders list", "xlsx"),
    *(
        (command, name)
        for command in ("members import", "rates import")
        for name in ("dry_run", "file", "json", "make_template", "per_row")
    ),
    *(
        ("shop init", name)
        for name in (
            "name", "bank", "number", "holder", "qris", "product", "goods", "service", "sell", "price", "file", "codes",
            "weight", "stock", "sent_from", "city", "province", "region", "address", "postal", "courier", "shipping",
        )
    ),
    ("shop init", "yes"), ("shop load", "dry_run"), ("shop load", "folder"),
    ("payments cod settle", "fee"), ("payments refunds list", "ended"), ("payments refunds destination", "said"),
}  # fmt: skip


def parameters() -> set[tuple[str, str]]:
    """Every parameter of every command that may name something: ("orders show", "name")."""
    found: set[tuple[str, str]] = set()

    def walk(command: Any, path: str) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{path} {name}".strip())
        # Those that are made of the desk's registry are tried by tests/desk/test_terminal.py.
        if getattr(command.callback, "of_desk", False):
            return
        found.update((path, parameter.name) for parameter in command.params if parameter.name not in {"help", *FREE})

    walk(typer.main.get_command(build(list(COMMANDS))), "")
    return found - FREE_OF


def _takes_text(option: Any) -> bool:
    return option.type_descriptor.annotation is str and not option.is_flag


def commands_with_options() -> list[tuple[str, list[str], str]]:
    """Every option that takes a text: the words of its command, arguments that fill it, and the option's name."""
    found: list[tuple[str, list[str], str]] = []

    def walk(command: Any, path: str) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, f"{path} {name}".strip())
        if hasattr(command, "commands"):
            return
        arguments = [one for one in command.params if one.param_type_name == "argument" and one.required]
        given = ["7" for _ in arguments]
        required = [one for one in command.params if one.param_type_name == "option" and one.required]
        given += [word for one in required for word in (one.opts[0], "7")]
        texts = [one for one in command.params if one.param_type_name == "option" and _takes_text(one)]
        found.extend((path, given, one.opts[0]) for one in texts)

    walk(typer.main.get_command(build([name for name in COMMANDS if name not in {"test", "bench"}])), "")
    return found


class Shop:
    """A merchant with one of everything a command can name, and the other names there are."""

    def __init__(self, merchant: Any) -> None:
        self.merchant = merchant
        self.member = self.other_member = self.endpoint = 0

    async def fill(self) -> None:
        engine, merchant_id = self.merchant.engine, self.merchant.merchant_id
        self.member = (await self.merchant.member("leuwongrr", name="Ani")).member_id
        self.other_member = (await self.merchant.member("cekceir", name="Budi")).member_id
        order_id = engine.ids.next()
        await engine.submit(
            PlaceOrder(
                merchant_id=merchant_id, environment="production", channel="test", key_id=None, order_id=order_id,
                public_id=f"o{order_id}", number="N-7319", secret=f"s{order_id}", funding="invoice",
                lines=(NewLine("thing", 1, "Thing", 1, 5_000_00, 5_000_00),), total_sen=5_000_00,
            )
        )  # fmt: skip
        await engine.submit(
            RecordPayment(
                merchant_id=merchant_id, environment="production", order_id=order_id, outcome="paid",
                public_id="P-7319", method="cash",
            )
        )  # fmt: skip
        new = NewEndpoint(merchant_id=merchant_id, environment="sandbox", channel="scalev", url="https://shop.example/")
        self.endpoint = await add_endpoint(engine, SecretBox(new_key()), new, new_secret())


@pytest.fixture
async def shop(merchant: Any) -> Shop:
    shop = Shop(merchant)
    await shop.fill()
    return shop


def mistakes(shop: Shop) -> dict[tuple[str, str], tuple[tuple[str, ...], int, str]]:
    """For each parameter: the arguments with a name that is not there, the exit code, and what is said."""
    endpoint, other = f"no such webhook endpoint: 7; one of {shop.endpoint} (gerai webhooks list shows all)", "N-7391"
    order = f"no such order: {other} (did you mean N-7319?); one of N-7319 (gerai orders list --status all shows all)"
    either = f"no such payment or order: {other} (did you mean N-7319?); one of N-7319, P-7319 ("
    none = f"no such payment or order: {other}; no order has a late payment ("
    live = "no such environment: live; one of sandbox, production"
    door = "no such counter: scale (did you mean scalev?); one of cekceir, durianpay, leuwongrr, scalev"
    arrival = "no such arrival that waits: 7; nothing waits (gerai payments arrivals list shows all)"
    refund = "no such refund: 7; no refund is to be sent (gerai payments refunds list shows all)"
    notice = "no such notice that waits: 7; nothing waits (gerai payments notices waiting shows all)"
    contract = "no such contract: 7; there is none yet (gerai payments gateways list shows all)"
    payer = "no such contract or account in production: 7; there is none yet"
    gateway = "no such contract in production: 7; there is none yet (gerai payments gateways list shows all)"
    payout = ("7", "--amount", "5000", "--reference", "R")
    proof = "no such proof: 7; nothing waits (gerai payments proofs list shows all)"
    delivery = "no such delivery: 7; there is none yet (gerai webhooks log shows all)"
    said: dict[tuple[str, str], tuple[tuple[str, ...], int, str]] = {
        ("keys create", "door"): (("scale",), 2, door),
        ("keys create", "environment"): (("scalev", "live"), 2, live),
        ("keys create", "member"): (
            ("leuwongrr", "--member", "7"), 1,
            f"no such member of leuwongrr in sandbox: 7; one of {shop.member} (gerai members list shows all)",
        ),
        ("keys revoke", "key_id"): (("7",), 1, "no such key: 7; there is none yet (gerai keys list shows all)"),
        ("merchants reset", "name"): (
            ("late_paymnt",), 2, "no such setting: late_paymnt (did you mean late_payment?); one of late_payment, ",
        ),
        ("merchants set", "name"): (
            ("late_paymnt", "hold"), 2, "no such setting: late_paymnt (did you mean late_payment?); one of",
        ),
        ("simulate pay", "name"): ((other,), 1, order),
        ("simulate pay", "environment"): (("N-7319", "--environment", "live"), 2, live),
        ("simulate pay", "way"): (("N-7319", "--as", "lat"), 2, "no such way: lat (did you mean late?); one of pay, "),
        ("members import", "environment"): ((*MEMBERS, "--environment", "live"), 2, live),
        ("rates import", "environment"): ((*RATES, "--environment", "live"), 2, live),
        ("shop load", "environment"): ((*CLOTHES, "--environment", "live"), 2, live),
        ("members topup", "member"): (
            ("7", "5000"), 1, "no such member with a wallet in production: 7; one of "
            f"{shop.member}, {shop.other_member} (gerai members list shows all)",
        ),
        ("members topup", "environment"): ((str(shop.member), "5000", "--environment", "live"), 2, live),
        ("orders list", "status"): (
            ("--status", "procesing"), 2, "no such state: procesing (did you mean processing?); one of cancelled,",
        ),
        ("orders list", "environment"): (("--environment", "live"), 2, live),
        ("orders list", "door"): (("--door", "scalv"), 2, "no such door: scalv (did you mean scalev?); one of "),
        ("orders find", "environment"): (("N-7319", "--environment", "live"), 2, live),
        ("payments resolve", "name"): ((other, "accept"), 1, none),
        ("payments resolve", "decision"): (
            ("P-7319", "acept"), 2, "no such decision: acept (did you mean accept?); one of accept, refund, wallet",
        ),
        ("payments resolve", "environment"): (("P-7319", "accept", "--environment", "live"), 2, live),
        ("payments refund", "name"): ((other,), 1, either),
        ("payments refund", "to"): (("P-7319", "--to", "me"), 2, "no such way: me; one of payer, wallet"),
        ("payments refund", "environment"): (("P-7319", "--environment", "live"), 2, live),
        ("payments confirm", "name"): ((other,), 1, either),
        ("payments confirm", "method"): (
            ("N-7319", "--method", "manuel"), 2, "no such method: manuel (did you mean manual?); one of manual, cash",
        ),
        ("payments confirm", "environment"): (("N-7319", "--environment", "live"), 2, live),
        ("payments accounts add", "method"): (
            ("bank_transfr", "bank=BCA"), 2,
            "no such method: bank_transfr (did you mean bank_transfer?); one of bank_transfer, qris",
        ),
        ("payments accounts close", "account"): (
            ("7",), 1, "no such account: 7; there is none yet (gerai payments accounts list shows all)",
        ),
        ("payments accounts edit", "account"): (
            ("7",), 1, "no such account: 7; there is none yet (gerai payments accounts list shows all)",
        ),
        ("payments arrivals import", "account"): (
            ("x.csv", "date=d", "amount=a", "--account", "7"), 1,
            "no such account: 7; there is none yet (gerai payments accounts list shows all)",
        ),
        ("payments arrivals book", "name"): (("7", other), 1, either),
        ("payments arrivals book", "arrival"): (("7", "N-7319"), 1, arrival),
        ("payments arrivals dismiss", "arrival"): (("7",), 1, arrival),
        ("payments cod list", "environment"): (("--environment", "live"), 2, live),
        ("payments cod settle", "environment"): (
            ("N-7319", "--amount", "5000", "--reference", "R", "--environment", "live"), 2, live,
        ),
        ("payments cod settle", "orders"): ((other, "--amount", "5000", "--reference", "R"), 1, order),
        ("payments refunds done", "task"): (("7", "--reference", "R"), 1, refund),
        ("payments refunds withdraw", "task"): (("7",), 1, refund),
        ("payments refunds again", "task"): (("7",), 1, refund),
        ("payments refunds take", "task"): (("7",), 1, refund),
        ("payments refunds destination", "task"): (("7", "bank=BCA"), 1, refund),
        ("payments notices add", "form"): (
            ("moot",), 2,
            "no such sender: moot (did you mean moota?); one of courier, moota, mutasibank, phone, qrisly",
        ),
        ("payments notices add", "account"): (
            ("phone", "--account", "7"), 1,
            "no such account: 7; there is none yet (gerai payments accounts list shows all)",
        ),
        ("payments methods", "environment"): (("--environment", "live"), 2, live),
        ("payments test", "environment"): (("va", "--environment", "live"), 2, live),
        ("payments test", "method"): (("vaa",), 2, "no such method: vaa (did you mean va?); one of "),
        ("payments gateways add", "gateway"): (
            ("midtran", "production"), 2, "no such gateway: midtran (did you mean midtrans?); one of ",
        ),
        ("payments gateways add", "environment"): (("midtrans", "live"), 2, live),
        ("payments gateways add", "only"): (
            ("midtrans", "production", "--only", "va:XYZ", "--untried"), 1, "midtrans does not offer va:XYZ",
        ),
        ("payments gateways test", "contract"): (("7",), 1, contract),
        ("payments gateways close", "contract"): (("7",), 1, contract),
        ("payments gateways address", "contract"): (("7",), 1, contract),
        ("payments gateways settle-rule", "whose"): (("7",), 1, gateway),
        ("payments gateways settle-rule", "way"): (("7", "va:BCA"), 2, "when does its money come? workdays=N"),
        ("payments gateways settle-rule", "environment"): (("7", "--environment", "live"), 2, live),
        **{
            ("payments payouts list", name): ((f"--{option}", "soon"), 2, "not a day: soon; write 2026-11-30")
            for name, option in (("first", "from"), ("last", "to"))
        },
        ("payments payouts list", "environment"): (("--environment", "live"), 2, live),
        ("payments payouts late", "environment"): (("--environment", "live"), 2, live),
        ("payments payouts settle", "whose"): ((*payout, "P-7319"), 1, payer),
        ("payments payouts settle", "payments"): (payout, 2, "of which payments? Name them, or the --day"),
        ("payments payouts settle", "refunds"): ((*payout, "P-7319", "--refund", "7"), 1, payer),
        **{
            ("payments payouts settle", name): ((*payout, "P-7319", option, "soon"), 2, "not a day: soon; write ")
            for name, option in (("day", "--day"), ("paid_on", "--date"))
        },
        ("payments payouts settle", "environment"): ((*payout, "P-7319", "--environment", "live"), 2, live),
        ("payments reconcile", "whose"): (("7", "x.csv"), 1, gateway),
        **{
            ("payments reconcile", name): (("7", "x.csv", f"--{option}", "soon"), 2, "not a day: soon; write ")
            for name, option in (("first", "from"), ("last", "to"))
        },
        ("payments reconcile", "environment"): (("7", "x.csv", "--environment", "live"), 2, live),
        ("payments notices close", "source"): (
            ("7",), 1, "no such sender: 7; there is none yet (gerai payments notices list shows all)",
        ),
        ("payments notices show", "notice"): (("7",), 1, notice),
        ("payments notices read", "notice"): (("7",), 1, notice),
        ("payments notices dismiss", "notice"): (("7",), 1, notice),
        ("payments proofs show", "proof"): (("7",), 1, proof),
        ("payments proofs save", "proof"): (("7", "proof.jpg"), 1, proof),
        ("webhooks add", "door"): (("scale", "https://shop.example/"), 2, door),
        ("webhooks add", "environment"): (("scalev", "https://shop.example/", "live"), 2, live),
        ("webhooks add", "events"): (
            ("scalev", "https://shop.example/", "--events", "order.creatd"), 2,
            "no such event of scalev: order.creatd (did you mean order.created?); one of ",
        ),
        ("webhooks enable", "endpoint"): (("7",), 1, endpoint),
        ("webhooks disable", "endpoint"): (("7",), 1, endpoint),
        ("webhooks remove", "endpoint"): (("7",), 1, endpoint),
        ("webhooks log", "endpoint"): (("--endpoint", "7"), 1, endpoint),
        ("webhooks log", "state"): (
            ("--state", "faild"), 2, "no such state: faild (did you mean failed?); one of pending, delivered, failed,",
        ),
        ("webhooks show", "delivery"): (("7",), 1, delivery),
        ("webhooks replay", "delivery"): (("7",), 1, delivery),
        ("webhooks replay", "endpoint"): (
            ("--endpoint", "7", "--from", "2026-11-01", "--until", "2026-11-02"), 1, endpoint,
        ),
    }  # fmt: skip
    member = str(shop.member)
    for verb in ("link", "unlink"):
        said[f"members {verb}", "member"] = (
            ("7", "discord", "1"), 1, "no such member with a wallet in production: 7; one of ",
        )  # fmt: skip
        said[f"members {verb}", "kind"] = (
            (member, "discrd", "1"), 2, "no such kind: discrd (did you mean discord?); one of discord",
        )  # fmt: skip
    said["members unlink", "identity"] = (
        (member, "discord", "1"), 1, f"no such discord user of member {member}: 1; there is none yet (",
    )  # fmt: skip
    for verb, named in (("show", "name"), ("complete", "name"), ("fail", "names"), ("cancel", "names")):
        said["orders " + verb, named] = ((other,), 1, order)
        said["orders " + verb, "environment"] = (("N-7319", "--environment", "live"), 2, live)
    return said


async def facts(shop: Shop) -> tuple[Any, ...]:
    """What no mistake may change."""
    engine, merchant_id = shop.merchant.engine, shop.merchant.merchant_id
    [view] = await engine.orders.named(merchant_id, "N-7319")
    money = [row[-1] for row in await engine.wallets.of_members(merchant_id, "production", 9)]
    ends = [(one.endpoint_id, one.status) for one in await list_endpoints(engine, merchant_id)]
    chosen = engine.directory.merchant(merchant_id).chosen
    paid = [(payment.public_id, payment.status, payment.refunded_sen) for payment in view.payments]
    return view.order.status, paid, money, ends, chosen, await list_keys(engine, merchant_id)


@pytest.mark.slow
async def test_a_name_that_is_not_there(dsn: str, shop: Shop) -> None:
    """Each command says what there is, the closest first, on standard error; 1 for what the database was asked for, 2
    for a word of a fixed list. Nothing is printed as a result and nothing changes."""
    table, before = mistakes(shop), await facts(shop)
    for (command, parameter), (arguments, code, text) in table.items():
        answer = await gerai(dsn, *command.split(), *arguments, "--merchant", shop.merchant.code)
        said = " ".join(answer[2].replace("│", " ").split())
        assert answer[:2] == (code, ""), (command, parameter, said)
        assert text in said, (command, parameter)
    assert await facts(shop) == before


async def test_no_command_is_left_out(shop: Shop) -> None:
    """Every parameter that names something is tried above; one more must be tried or declared to name nothing."""
    named = {(command, parameter) for command, parameter in parameters() if parameter != "merchant"}
    # `gerai bench`, `gerai test` and `gerai torture` name nothing of a shop's.
    assert {(command, parameter) for command, parameter in named if command not in {"bench", "torture"}} == set(
        mistakes(shop)
    )


@pytest.mark.parametrize("command", sorted(command for command, parameter in parameters() if parameter == "merchant"))
async def test_a_merchant_that_is_not_there(engine: Engine, dsn: str, merchant: Any, command: str) -> None:
    """Whatever the command: the closest code, exit code 1, and no merchant is opened by the way."""
    arguments = {
        "keys create": ("scalev",), "keys revoke": ("7",), "webhooks add": ("scalev", "https://shop.example/"),
        "merchants set": ("late_payment", "hold"), "merchants reset": ("late_payment",), "members topup": ("7", "5000"),
        "members link": ("7", "discord", "1"), "members unlink": ("7", "discord", "1"),
        "simulate pay": ("N-1",),
        "payments resolve": ("P-1", "accept"), "payments refund": ("P-1",), "payments confirm": ("P-1",),
        "webhooks replay": ("7",), "webhooks show": ("7",), "payments accounts close": ("7",),
        "payments accounts edit": ("7",),
        "payments arrivals book": ("7", "N-1"), "payments arrivals dismiss": ("7",),
        "payments arrivals import": ("x.csv", "date=d", "amount=a", "--account", "7"),
        "payments accounts add": ("bank_transfer", "bank=BCA", "number=1234567890", "holder=B", "--yes"),
        "payments notices add": ("moota",), "payments notices close": ("7",), "payments notices read": ("7",),
        "payments notices dismiss": ("7",), "payments gateways add": ("midtrans", "sandbox", "--untried"),
        "payments gateways test": ("7",), "payments gateways close": ("7",),
        "payments gateways address": ("7",), "payments gateways settle-rule": ("7",),
        "payments payouts settle": ("7", "P-1", "--amount", "5000", "--reference", "R"),
        "payments reconcile": ("7", "x.csv"),
        "payments proofs save": ("7", "proof.jpg"),
        "payments cod settle": ("N-1", "--amount", "5000", "--reference", "R"),
        "payments cod import": ("x.csv", "--reference", "R"),
        "merchants logo set": ("x.png",), "merchants logo show": (), "merchants logo remove": (),
        "rates load": ("x.csv",), "members import": MEMBERS, "rates import": RATES, "shop load": CLOTHES,
        "payments refunds done": ("7", "--reference", "R"), "payments refunds withdraw": ("7",),
            "payments refunds again": ("7",), "payments refunds take": ("7",), "payments test": ("va",),
        "payments refunds destination": ("7", "bank=BCA"),
    }  # fmt: skip
    verb = command.rsplit(maxsplit=1)[-1]
    numbered = {"show", "find", "complete", "fail", "cancel", "enable", "disable", "remove"}
    given = arguments.get(command, ("7",) if verb in numbered else ())
    before = len(engine.directory.merchants())
    rc, out, err = await gerai(dsn, *command.split(), *given, "--merchant", f"{merchant.code}x")
    said = " ".join(err.split())
    assert (rc, out) == (1, "")
    assert f"no such merchant: {merchant.code}x (did you mean " in said
    assert len(engine.directory.merchants()) == before


async def test_a_removed_endpoint_keeps_its_log_only_if_it_has_one(dsn: str, shop: Shop) -> None:
    """`webhooks log --endpoint` of one that is gone and never sent anything names those there are."""
    await remove_endpoint(shop.merchant.engine, shop.merchant.merchant_id, shop.endpoint)
    of = ("--merchant", shop.merchant.code)
    rc, out, err = await gerai(dsn, "webhooks", "log", "--endpoint", str(shop.endpoint), *of)
    assert (rc, out) == (1, "")
    assert err == (
        f"gerai: no such webhook endpoint: {shop.endpoint}; there is none yet (gerai webhooks list shows all)\n"
    )


async def test_a_revoked_key_is_revoked_already(dsn: str, merchant: Any) -> None:
    """Revoked twice is revoked: the second time says so and leaves with 0, as whatever was done before does. An id that
    is like another is not taken for it."""
    of = ("--merchant", merchant.code)
    for _ in range(2):
        await gerai(dsn, "keys", "create", "durianpay", *of)
    old, kept = [str(key.key_id) for key in await list_keys(merchant.engine, merchant.merchant_id)]
    assert await gerai(dsn, "keys", "revoke", old, *of) == (0, f"revoked {old}\n", "")
    assert await gerai(dsn, "keys", "revoke", old, *of) == (0, f"{old} is revoked already\n", "")
    rc, out, err = await gerai(dsn, "keys", "revoke", f"{kept}0", *of)
    assert (rc, out) == (1, "")
    assert err == f"gerai: no such key: {kept}0; one of {kept} (gerai keys list shows all)\n"
    assert [key.revoked_at is None for key in await list_keys(merchant.engine, merchant.merchant_id)] == [False, True]


async def test_reset_takes_out_what_an_earlier_version_left(dsn: str, merchant: Any) -> None:
    """A name in the merchant's row that is no setting (any more) can be taken out, once; then it is not there."""
    engine = merchant.engine
    await change_settings(engine, merchant.merchant_id, {"late_payment": "hold"})
    async with engine.connection() as connection, connection.transaction():
        await connection.execute(
            "UPDATE merchants SET settings = settings || '{\"old_name\": 1}' WHERE merchant_id = %s",
            (merchant.merchant_id,),
        )
    of = ("--merchant", merchant.code)
    assert (await gerai(dsn, "merchants", "reset", "old_name", *of))[:2] == (
        0, "old_name is taken out; it is no setting\n",
    )  # fmt: skip
    rc, out, err = await gerai(dsn, "merchants", "reset", "old_name", *of)
    assert (rc, out) == (2, "")
    assert "no such setting: old_name" in err
    assert engine.directory.merchant(merchant.merchant_id).settings.late_payment == "hold"


def test_what_is_said_of_a_name() -> None:
    """The closest one, a list that ends, and the command that shows the rest; none at all is said as well."""
    many = [f"key-{n}" for n in range(20)]
    listed = ", ".join(many[:12])
    assert not_known("key", "kex-19", many, "gerai keys list") == (
        f"no such key: kex-19 (did you mean key-19?); one of {listed}, … (gerai keys list shows all)"
    )
    assert not_known("key", "zzz", many[:2]) == "no such key: zzz; one of key-0, key-1"
    assert (
        not_known("key", "zzz", [], "gerai keys list")
        == "no such key: zzz; there is none yet (gerai keys list shows all)"
    )
