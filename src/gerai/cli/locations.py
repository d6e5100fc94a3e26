"""`gerai locations import`: the districts that parcels go to, for every merchant of this server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.on_engine import on_engine
from gerai.cli.terminal import console, fail
from gerai.engine.shipping.import_places import import_places
from gerai.engine.shipping.place_files import NamedPlace, PlaceFault, read_postal_codes, read_three, read_whole

locations = typer.Typer(no_args_is_help=True, help="Districts (kecamatan) that parcels go to.")
_THREE: Final = ("provinces.csv", "regencies.csv", "districts.csv")
_AT_MOST_BYTES: Final = 64 * 2**20


@locations.command("import", epilog="Example: gerai locations import node_modules/idn-area-data/data")
def load(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A folder with provinces.csv, regencies.csv and districts.csv (npm: idn-area-data), or one CSV with "
            "the columns code, district, city, province, and perhaps postal_codes.",
        ),
    ],
    postal_codes: Annotated[
        Path | None,
        typer.Option(
            "--postal-codes",
            help="Postal codes beside: wilayah.json (npm: nik-parser), or a CSV with code and postal_codes.",
        ),
    ] = None,
    data: DataOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Add districts, and rename those that are called otherwise now; none is taken away, and ids stay."""
    named = _districts(path.expanduser())
    codes = {} if postal_codes is None else _postal_codes(postal_codes.expanduser())
    done = on_engine(lambda engine: import_places(engine, named, codes), data, settings_file)
    console.line(
        f"{done.added} new, {done.changed} changed; there are {done.known} districts now "
        f"/ {done.added} baru, {done.changed} berubah; kini ada {done.known} kecamatan"
    )


def _districts(path: Path) -> list[NamedPlace]:
    """What the file or folder has. Leaves with exit code 2."""
    try:
        if path.is_dir():
            return read_three(*(_text(path / name) for name in _THREE))
        return read_whole(_text(path))
    except PlaceFault as fault:
        fail(f"{path}: {fault}", 2)


def _postal_codes(file: Path) -> dict[str, tuple[str, ...]]:
    try:
        return read_postal_codes(_text(file))
    except PlaceFault as fault:
        fail(f"{file}: {fault}", 2)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _AT_MOST_BYTES:
            fail(f"{file}: larger than {_AT_MOST_BYTES // 2**20} MiB", 2)
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        fail(f"{file}: {error}", 2)
