"""Who may sign in at the console: the first person, and a new password for whoever lost theirs."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.on_engine import on_engine
from gerai.cli.terminal import console, linked, styled
from gerai.engine.core import Engine
from gerai.engine.people.join import first_person, reset_password

people = typer.Typer(no_args_is_help=True, help="People who may sign in at the console.")
#: How the first person signs in.
FIRST_LOGIN: Final = "admin"


def show_way_in(base_url: str, password: str | None) -> None:
    """The console's address, and the first person's one-time password while nobody else has one."""
    console.line("")
    console.line("konsol / console: ", linked(f"{base_url}/console"))
    if password is not None:
        console.line(
            f"masuk sekali dengan / sign in once as {FIRST_LOGIN}, kata sandi / password: ", styled(password, "bold")
        )
        console.line("hanya tampil sekarang / shown only now; lost: gerai people reset-password admin", style="dim")


@people.command("reset-password", epilog="Example: gerai people reset-password admin")
def reset(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="How the person signs in.")],
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Give somebody who cannot sign in a one-time password; their sessions and one-time codes end. Where nobody can
    sign in yet, the first person."""

    async def act(engine: Engine) -> str:
        return await first_person(engine, login) or await reset_password(engine, login)

    password = on_engine(act, data, settings_file)
    console.line("Shown only now; good for one sign-in / Hanya tampil sekali, untuk satu kali masuk:", style="dim")
    # By itself on standard output, so that a script can take it.
    typer.echo(password)
