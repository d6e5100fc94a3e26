"""`gerai members`: money put into a wallet by hand, and who spends it through a bot; what else is done with members is
the registry's."""

from __future__ import annotations

from typing import Annotated, Final, NoReturn

import typer

from gerai.cli.at_desk import EnvironmentOption, acting_here
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.money_acts import money_act
from gerai.cli.names import merchant_named, no_such, one_of
from gerai.cli.on_engine import MerchantOption, name_earlier, on_engine, with_settings
from gerai.cli.terminal import console, fail
from gerai.cli.values import read_amount
from gerai.domain.money import display
from gerai.domain.refusals import IdempotencyKeyReused
from gerai.engine.core import Engine
from gerai.engine.merchants.links import link_member, links_of_members, unlink_member
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.references import wallet_under
from gerai.settings import Settings

members = typer.Typer(no_args_is_help=True, help="List members; put money into a wallet; link a Discord user.")
MemberArgument = Annotated[int, typer.Argument(metavar="MEMBER", help="The id `gerai members list` shows.")]
KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="discord.")]
IdentityArgument = Annotated[str, typer.Argument(metavar="ID", help="The user's id there: digits only.")]

_SHOWN: Final = 10_000
#: Where outside identities are from.
_KINDS: Final = ("discord",)
_LONGEST_ID: Final = 20


@members.command(epilog="Example: gerai members topup 22 50000 --note 'cash, 29 Nov' --merchant toko")
def topup(
    member: MemberArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In whole rupiah: 50000 or Rp50.000.")],
    reference: Annotated[
        str, typer.Option("--reference", help="The bank's; under the same one money is booked once.")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="Why; kept with the transfer.")] = "",
    environment: EnvironmentOption = "production",
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Put money into a member's wallet that arrived outside of Gerai, or that the shop gives."""
    one_of(environment, ENVIRONMENTS, "environment")
    amount_sen, reference = read_amount(amount, above_zero=True), reference.strip()

    async def act(engine: Engine, settings: Settings) -> tuple[bool, int]:
        merchant_id = await merchant_named(engine, merchant)
        known = await engine.wallets.of_members(merchant_id, environment, _SHOWN)
        mine = [account_id for member_id, _, _, _, account_id, _ in known if member_id == member]
        if not mine:
            _no_such_member(member, environment, [member_id for member_id, *_ in known])
        given = {"id": member, "amount_sen": amount_sen, "reference": reference}
        try:
            done = await money_act(engine, settings, merchant_id, environment, "wallets.top_up", note, **given)
        except IdempotencyKeyReused:
            under = wallet_under(reference, mine[0], amount_sen)
            await name_earlier(engine, merchant_id, environment, reference, under)
        return done.replayed, done.details["available_sen"]

    replayed, available_sen = with_settings(act, data, settings_file)
    booked = f"{reference} is booked already: nothing is booked now; " if replayed else ""
    console.line(
        f"{booked}{display(amount_sen)} is in the wallet of member {member}, which has {display(available_sen)} now"
    )


@members.command(epilog="Example: gerai members link 22 discord 1262024148939440249 --merchant toko")
def link(
    member: MemberArgument,
    kind: KindArgument,
    identity: IdentityArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Let a Discord user spend a member's wallet through a bot: its orders paid from the balance name the user."""
    _require_identity(kind, identity)

    async def act(engine: Engine) -> None:
        await link_member(engine, await _owner(engine, merchant, member), member, kind, identity)

    with acting_here("members.link"):
        on_engine(act, data, settings_file)
    console.line(f"{kind} {identity} is linked to member {member}")


@members.command(epilog="Example: gerai members unlink 22 discord 1262024148939440249 --merchant toko")
def unlink(
    member: MemberArgument,
    kind: KindArgument,
    identity: IdentityArgument,
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Take a Discord user's link to a member away."""
    _require_identity(kind, identity)

    async def act(engine: Engine) -> None:
        merchant_id = await _owner(engine, merchant, member)
        has = [one for known, one in (await links_of_members(engine, merchant_id)).get(member, []) if known == kind]
        if identity not in has:
            no_such(f"{kind} user of member {member}", identity, has, "gerai members list")
        await unlink_member(engine, merchant_id, member, kind, identity)

    with acting_here("members.unlink"):
        on_engine(act, data, settings_file)
    console.line(f"{kind} {identity} is linked to member {member} no more")


def _require_identity(kind: str, identity: str) -> None:
    one_of(kind, _KINDS, "kind")
    if not (identity.isascii() and identity.isdecimal() and len(identity) <= _LONGEST_ID):
        fail(f"{identity} is no id of a {kind} user: digits only, such as 1262024148939440249", 2)


async def _owner(engine: Engine, merchant: str, member: int) -> int:
    """The id of the merchant, who has this member."""
    merchant_id = await merchant_named(engine, merchant)
    # A member has a wallet in both environments.
    known = [member_id for member_id, *_ in await engine.wallets.of_members(merchant_id, "production", _SHOWN)]
    if member not in known:
        _no_such_member(member, "production", known)
    return merchant_id


def _no_such_member(member: int, environment: str, known: list[int]) -> NoReturn:
    no_such(f"member with a wallet in {environment}", member, known, "gerai members list")
