"""`gerai keys`: make and revoke API keys, of either environment; what else is done with them is the registry's."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from gerai.app import KEY_SCHEMES
from gerai.cli import language
from gerai.cli.at_desk import acting_here, do_here
from gerai.cli.completing import among
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.names import key_named, merchant_named, no_such, one_of
from gerai.cli.on_engine import MerchantOption, with_settings
from gerai.cli.public_address import warn_of_real_money
from gerai.cli.terminal import console, fail
from gerai.domain.records import Environment
from gerai.engine.core import Engine
from gerai.engine.desk.fields import ById
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import ENVIRONMENTS, add_member, open_merchant
from gerai.kit.bilingual import Bilingual
from gerai.settings import Settings

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")

_SCHEMES: Final = KEY_SCHEMES
#: What a key is called for which nobody says what it is for, and the member that it belongs to.
_UNNAMED: Final = "API key"
_HOLDER: Final = Bilingual("Pemilik kunci", "Key holder")
#: As many members are looked through.
_MEMBERS: Final = 10_000


@keys.command(epilog="Example: gerai keys create leuwongrr production --merchant toko --name 'Discord bot'")
def create(
    door: Annotated[
        str, typer.Argument(metavar="COUNTER", help=f"One of {', '.join(_SCHEMES)}.", autocompletion=among(_SCHEMES))
    ],
    environment: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="sandbox or production.", autocompletion=among(ENVIRONMENTS))
    ] = "sandbox",
    merchant: MerchantOption = "",
    opening: Annotated[str, typer.Option("--open", help="Open the merchant under this name if it is new.")] = "",
    name: Annotated[str, typer.Option(help="What the key is for.")] = _UNNAMED,
    member: Annotated[int | None, typer.Option(help="Id of the member it belongs to; none: a new member.")] = None,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="No rate limit.")] = False,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Make a key and show its secret, this once."""
    scheme = _SCHEMES[one_of(door, _SCHEMES, "counter")]
    chosen = one_of(environment, scheme.environments, "environment")

    if opening and not merchant:
        fail("--open needs the new merchant's code: --merchant CODE", 2)

    async def act(engine: Engine, settings: Settings) -> str:
        if member is not None and _is_new(engine, merchant, opening):
            fail(f"{merchant} is not opened: a new merchant has no member yet; leave --member out", 2)
        merchant_id = await _merchant(engine, merchant, opening)
        limits: dict[str, int] | None = None if unlimited else {}
        await _require_member(engine, merchant_id, door, environment, member)
        token = await make_key(engine, merchant_id, door, chosen, name, member, limits)
        owner = engine.directory.merchant(merchant_id)
        if chosen == "production" and not owner.simulated:
            warn_of_real_money(settings, owner.code)
        return token

    token = with_settings(act, data, settings_file)
    console.line("Shown only now; keep it / Hanya tampil sekali, simpan:", style="dim")
    # By itself on standard output, so that a script can take it.
    typer.echo(token)


@keys.command(epilog="Example: gerai keys revoke 1234 --merchant toko")
def revoke(
    key_id: Annotated[int, typer.Argument(metavar="KEY", help="The id `gerai keys list` shows.")],
    merchant: MerchantOption = "",
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Revoke a key; it stops working within a second in every process."""

    async def act(engine: Engine, settings: Settings) -> bool:
        merchant_id = await _merchant(engine, merchant, "")
        key = await key_named(engine, merchant_id, key_id)
        if key.revoked_at is None:
            where = one_of(key.environment, ENVIRONMENTS, "environment")
            await do_here(engine, settings, merchant_id, where, "keys.revoke", ById(id=key_id))
        return key.revoked_at is None

    worked = with_settings(act, data, settings_file)
    console.line(f"revoked {key_id}" if worked else f"{key_id} is revoked already")


async def make_key(
    engine: Engine,
    merchant_id: int,
    door: str,
    environment: Environment,
    name: str,
    member: int | None,
    limits: dict[str, int] | None,
) -> str:
    """Store a new key of this door, with a new member where its keys belong to one; returns the secret."""
    scheme = _SCHEMES[door]
    form = scheme.make(environment)
    if member is None and scheme.needs_member:
        public_id = f"member-{engine.ids.next()}"
        with acting_here("members.add", environment):
            holder = language.of(_HOLDER) if name == _UNNAMED else name
            member, _ = await add_member(engine, merchant_id, door, public_id, holder, environment=environment)
        console.line(f"made member {member}")
    with acting_here("keys.create", environment):
        await create_key(
            engine, merchant_id, environment, door, form.token,
            name=name, prefix=form.prefix, member_id=member, permissions=form.permissions, limits=limits,
        )  # fmt: skip
    return form.token


async def _require_member(engine: Engine, merchant_id: int, door: str, environment: str, member: int | None) -> None:
    """Leave when the merchant has no such member at all. One of another door is refused by the engine."""
    known = await engine.wallets.of_members(merchant_id, environment, _MEMBERS)
    if member is not None and all(member_id != member for member_id, *_ in known):
        mine = [member_id for member_id, channel, *_ in known if channel == door]
        no_such(f"member of {door} in {environment}", member, mine, "gerai members list")


async def _merchant(engine: Engine, code: str, opening: str) -> int:
    if _is_new(engine, code, opening):
        with acting_here("merchants.open"):
            return await open_merchant(engine, code, opening)
    return await merchant_named(engine, code, "; --open NAME opens it")


def _is_new(engine: Engine, code: str, opening: str) -> bool:
    return bool(opening) and all(merchant.code != code for merchant in engine.directory.merchants())
