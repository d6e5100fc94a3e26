"""`gerai products import FILE`: a file brought into a shop, or tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from gerai.cli.at_desk import EnvironmentOption, JsonOption, KeyOption, ReasonOption, at_desk
from gerai.cli.database import DataOption, SettingsOption
from gerai.cli.on_engine import MerchantOption
from gerai.cli.terminal import Grid, console, errors, fail, print_json
from gerai.engine.desk.bring_in import bring_in
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Import, ImportReport, template
from gerai.engine.desk.registry import DeskCaller

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX; the first row names the columns.")]
TrialOption = Annotated[bool, typer.Option("--dry-run", help="Change nothing; show what would come of it.")]
RowsOption = Annotated[bool, typer.Option("--per-row", help="Bring in what fits, where other rows do not.")]
TemplateOption = Annotated[bool, typer.Option("--template", help="Write a file to fill in there instead.")]
#: How often it is shown how far the file is.
_SHOWN_EVERY = 5_000


def import_command(one: Import) -> Callable[..., None]:
    """The command of something that can be brought in."""

    def run(
        file: FileArgument,
        dry_run: TrialOption = False,
        per_row: RowsOption = False,
        make_template: TemplateOption = False,
        reason: ReasonOption = "",
        once: KeyOption = "",
        json: JsonOption = False,
        environment: EnvironmentOption = "production",
        merchant: MerchantOption = "",
        data: DataOption = None,
        settings_file: SettingsOption = None,
    ) -> None:
        if make_template:
            _write_template(one, file)
            return

        async def bring(within: Within, caller: DeskCaller) -> ImportReport:
            return await bring_in(
                one, within, caller, opened,
                dry_run=dry_run, per_row=per_row, reason=reason, key=once, on_rows=_shown,
            )  # fmt: skip

        given = {"environment": environment, "merchant": merchant, "data": data, "settings_file": settings_file}
        with _opened(file) as opened:
            report: ImportReport = at_desk(given, bring)
        _print(one, report, dry_run=dry_run, as_json=json)

    run.__doc__ = f"{one.title.en}: all rows of a file, or none."
    return run


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror or error}", 2)


def _shown(rows: int) -> None:
    if rows % _SHOWN_EVERY < 250 and rows >= _SHOWN_EVERY:
        errors.line(f"{rows} rows / baris …", style="dim")


def _write_template(one: Import, file: Path) -> None:
    kind = file.suffix.removeprefix(".").lower()
    if kind not in MEDIA_TYPES:
        fail(f"{file}: its name ends in .csv or .xlsx", 2)
    try:
        with file.open("xb") as stream:
            stream.write(template(one, kind))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror or error}")
    errors.line(f"written: {file} / tersimpan: {file}")


def _print(one: Import, report: ImportReport, *, dry_run: bool, as_json: bool) -> None:
    """What came of it. Leaves with exit code 1 when rows do not fit and nothing is done."""
    if as_json:
        print_json(msgspec.json.encode(report).decode())
    else:
        said = (
            "done before / sudah pernah"
            if report.replayed
            else "tried / diperiksa"
            if dry_run
            else "imported / diimpor"
        )
        nothing = "nothing is done / tidak ada yang diubah"
        done = dry_run or report.applied or report.replayed
        console.line(f"{one.title.en} / {one.title.id}: ", said if done else nothing)
        grid = Grid("rows", "new", "changed", "unchanged", "do not fit")
        figures = (report.rows, report.added, report.changed, report.unchanged, report.faulty)
        grid.add(*map(str, figures))
        console.grid(grid)
        if report.faults:
            faults = Grid("row", "column", "what is wrong")
            for fault in report.faults:
                faults.add(str(fault.row), fault.column, fault.text)
            console.grid(faults)
    if report.faulty and not report.applied:
        raise typer.Exit(1)
