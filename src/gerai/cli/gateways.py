"""`gerai payments gateways`: contracts with gateways, which take payments for the seller."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from gerai.app import make_desk
from gerai.cli.at_desk import do_here, money_input
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.on_engine import MerchantOption, on_engine, with_settings
from gerai.cli.terminal import Grid, console, fail, to_the_minute
from gerai.cli.values import read_pairs
from gerai.domain.records import GatewayAttempt, GatewayContract
from gerai.domain.refusals import InputInvalid
from gerai.engine.acting import UNSAID
from gerai.engine.core import Engine
from gerai.engine.desk.fields import ById
from gerai.engine.desk.registry import Done
from gerai.engine.gateways.contracts import SECRET
from gerai.engine.gateways.follow import to_look_at
from gerai.engine.gateways.probe import probed
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.found import FoundPartners
from gerai.kit.discover import discover
from gerai.kit.secret_box import SecretBoxError
from gerai.ports.gateways import Gateway
from gerai.settings import Settings

gateways = typer.Typer(no_args_is_help=True, help="Contracts with gateways, which take payments for you.")

GATEWAYS: Final[dict[str, Gateway]] = discover("gerai.partners.gateways", "GATEWAY")
_ASKED: Final = "; ".join(
    f"{name}: {' '.join(f'{one.name}=…' for one in gateway.asks if not one.name.startswith(SECRET)) or 'nothing'}"
    for name, gateway in GATEWAYS.items()
)
#: The field under which the act says that a gateway refuses its keys, or is not reached.
PROBED: Final = "gateway"
ContractArgument = Annotated[
    int, typer.Argument(min=1, metavar="CONTRACT", help="As `gerai payments gateways list` shows.")
]


@gateways.command(epilog="Example: gerai payments gateways add midtrans production --merchant toko")
def add(
    gateway: Annotated[str, typer.Argument(metavar="GATEWAY", help=f"One of {', '.join(GATEWAYS)}.")],
    environment: Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Whose orders: sandbox or production.")],
    said: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE...]", help=f"What it asks beside keys. {_ASKED}.")
    ] = None,
    only: Annotated[str, typer.Option(help="Offer no others than these, with commas: va:BCA,qris:QRIS.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", help="Where it is asked, if not at its usual address.")] = "",
    untried: Annotated[bool, typer.Option("--untried", help="Do not ask it first whether the keys are right.")] = False,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Let a gateway take payments. Its keys are asked for, or read from standard input, a line each."""
    chosen = GATEWAYS[one_of(gateway, GATEWAYS, "gateway")]
    whose = one_of(environment, ENVIRONMENTS, "environment")
    # Keys are asked for: on the command line, whoever lists this machine's processes would read them.
    open_names = [asked.name for asked in chosen.asks if not asked.name.startswith(SECRET)]
    facts = read_pairs(said or [], "NAME=VALUE", f"{_ASKED}; keys are asked for", open_names)
    given = {**facts, **_keys(chosen)}
    ways = tuple(way.strip() for way in only.split(",") if way.strip())
    wanted = money_input("gateways.add", given, gateway=gateway, only=ways, base_url=base_url, untried=untried)

    async def act(engine: Engine, settings: Settings) -> Done:
        merchant_id = await merchant_named(engine, merchant)
        try:
            return await do_here(engine, settings, merchant_id, whose, "gateways.add", wanted, UNSAID)
        except InputInvalid as refusal:
            if not untried and [*refusal.fields] == [PROBED]:
                fail(f"{', '.join(refusal.fields[PROBED])}. Nothing is stored; --untried stores it all the same")
            raise

    new = with_settings(act, data, settings_file)
    console.line(f"added {new.id}: {whose} orders can be paid with / pesanan {whose} bisa dibayar dengan")
    console.line("  " + ", ".join(new.details["ways"]))
    if not untried:
        console.line(answers(gateway))
    console.line(f"gerai payments gateways address {new.id} shows where it reports that payers paid")


@gateways.command("list")
def show(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List a merchant's open contracts; keys are never shown."""
    found = on_engine(lambda engine: _open(engine, merchant), data, settings_file)
    if not found:
        console.line("no contract yet: gerai payments gateways add / belum ada")
        return
    grid = Grid("id", "gateway", "environment", "asked at", "ways", "since (WIB)", "by")
    for one in found:
        ways = ", ".join(f"{way.method}:{way.channel}" for way in one.ways)
        grid.add(
            str(one.contract_id), one.gateway, one.environment, one.base_url, ways, to_the_minute(one.created_at),
            one.created_by,
        )  # fmt: skip
    console.grid(grid)


@gateways.command("test", epilog="Example: gerai payments gateways test 7001 --merchant toko")
def try_one(
    contract: ContractArgument, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Ask the gateway something that moves no money: are address and keys right?"""

    async def act(engine: Engine, settings: Settings) -> tuple[str, list[str], str]:
        found = await _named(engine, merchant, contract)
        async with make_desk(engine, FoundPartners(settings), settings) as desk:
            wrong, switched_on = await probed(desk, found)
        ways = {(way.method, way.channel) for way in found.ways}
        off = [":".join(way) for way in sorted(ways - (ways if switched_on is None else switched_on.keys()))]
        return wrong, off, found.gateway

    wrong, off, gateway = with_settings(act, data, settings_file)
    if wrong:
        fail(wrong)
    console.line(answers(gateway))
    if off:
        console.line(f"offered here, not switched on there / ditawarkan di sini, belum aktif di sana: {', '.join(off)}")


@gateways.command(epilog="Example: gerai payments gateways address 7001 --merchant toko")
def address(
    contract: ContractArgument, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Show where the gateway reports. Some take it with each payment; at others' dashboards (Xendit) it is pasted."""

    async def act(engine: Engine, settings: Settings) -> str:
        found = await _named(engine, merchant, contract)
        try:
            return make_desk(engine, FoundPartners(settings), settings).opened(found).notice_url
        except SecretBoxError as error:
            fail(f"{error}: it is the setting webhooks.seal_key")

    typer.echo(with_settings(act, data, settings_file))


@gateways.command(epilog="Example: gerai payments gateways close 7001 --merchant toko")
def close(
    contract: ContractArgument, merchant: MerchantOption = "", data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:  # fmt: skip
    """Start no payment or top-up there any more; those that were started are followed to their end."""

    async def act(engine: Engine, settings: Settings) -> None:
        found = await _named(engine, merchant, contract)
        whose = one_of(found.environment, ENVIRONMENTS, "environment")
        await do_here(engine, settings, found.merchant_id, whose, "gateways.close", ById(id=contract), UNSAID)

    with_settings(act, data, settings_file)
    console.line(f"closed {contract} / {contract} ditutup")


@gateways.command("faults")
def show_faults(merchant: MerchantOption = "", data: DataOption = None, settings_file: SettingsOption = None) -> None:
    """List payments and top-ups about which you should look at the gateway: nobody knows how they stand, another amount
    came for a top-up, or it would not start them (for a day)."""

    async def act(engine: Engine) -> list[tuple[str, GatewayAttempt]]:
        return await to_look_at(engine, await merchant_named(engine, merchant))

    found = on_engine(act, data, settings_file)
    if not found:
        console.line("nothing waits / tidak ada yang menunggu")
        return
    grid = Grid("payment or top-up", "state", "gateway's id", "what", "since (WIB)")
    for code, one in found:
        grid.add(code, one.status, one.reference, one.fault, to_the_minute(one.updated_at))
    console.grid(grid)
    console.line(
        "money that is there / uangnya ada: gerai payments confirm PAYMENT|TOPUP; another amount for a top-up / jumlah "
        "lain untuk isi saldo: gerai payments resolve TOPUP accept|refund; "
        "else / selain itu: gerai payments refund, at the gateway / di gateway"
    )


def _keys(gateway: Gateway) -> dict[str, str]:
    """The secrets it asks for, typed unseen or read from standard input."""
    found: dict[str, str] = {}
    for asked in gateway.asks:
        if asked.name.startswith(SECRET):
            label = f"{gateway.title}: {asked.help['id']} / {asked.help['en']}"
            typed = typer.prompt(label, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
            found[asked.name] = typed.strip()
    return found


def answers(name: str) -> str:
    """That the gateway answers, which of what it asks is right, then, and what only a payment can show."""
    gateway = GATEWAYS.get(name)
    if gateway is None or not gateway.untried:
        return "it answers, and takes the keys / terhubung, kunci benar"
    tried = ", ".join(
        one.name for one in gateway.asks if one.name.startswith(SECRET) and one.name not in gateway.untried
    )
    rest = ", ".join(gateway.untried)
    return (
        f"it answers, and takes {tried}; not tried, because only a payment shows whether it is right: {rest} "
        f"/ terhubung, {tried} benar; belum dicoba, baru terlihat saat ada pembayaran: {rest}"
    )


async def _open(engine: Engine, merchant: str) -> tuple[GatewayContract, ...]:
    return engine.directory.merchant(await merchant_named(engine, merchant)).contracts


async def _named(engine: Engine, merchant: str, contract: int) -> GatewayContract:
    known = {one.contract_id: one for one in await _open(engine, merchant)}
    return known.get(contract) or no_such("contract", contract, known, "gerai payments gateways list")
