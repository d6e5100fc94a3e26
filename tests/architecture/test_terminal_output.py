"""Commands print through one place, which escapes what a terminal would obey and reads nothing as markup."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "gerai"
#: The one place; and what prints figures that it measured itself, and nothing of anybody else's.
RICH = {"cli/terminal.py", "bench/command.py", "bench/table.py"}
#: What is written as it is: all of it made by Gerai itself, and mostly read by programs. Beside it the place itself.
AS_IT_IS = {
    ("__init__.py", "typer.echo(__version__)"),
    ("backup.py", "typer.echo(made[0])"),
    ("gateways.py", "typer.echo(with_settings(act, data, settings_file))"),
    ("keys.py", "typer.echo(token)"),
    ("people.py", "typer.echo(password)"),
    ("merchants.py", "typer.echo(MERCHANT_SETTINGS.reference(), nl=False)"),
    ("notices.py", "typer.echo(address)"),
    ("__init__.py", "sys.stderr.write(f'gerai: {error}\\n')"),
    (
        "completing.py",
        "typer.echo(library.get_completion_script(prog_name='gerai', complete_var=VARIABLE, shell=chosen))",
    ),
    ("output.py", "print(f'gerai: the output could not be written: {output.fault.strerror}', file=sys.stderr)"),
    ("settings.py", "typer.echo(reference(plugin_sections()), nl=False)"),
    ("terminal.py", "typer.echo(json_in_ascii_controls(text))"),
    ("test.py", "typer.echo(outcome.summary)"),
    ("webhooks.py", "typer.echo(secret)"),
    ("webhooks.py", "typer.echo(fresh_key())"),
}


def calls(file: Path) -> list[ast.Call]:
    """Every call in a file."""
    return [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def test_one_place_prints() -> None:
    """No other module has rich's consoles, tables or texts: whatever it prints is escaped."""
    found = set[str]()
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if any(module.split(".")[0] == "rich" for module in modules):
                found.add(str(file.relative_to(SOURCES)))
    assert found == RICH


def test_what_is_written_as_it_is() -> None:
    """Each ``typer.echo``, ``typer.secho``, ``print`` and write to a standard stream is among the few of the list."""
    ways = {"typer.echo", "typer.secho", "print", "sys.stdout.write", "sys.stderr.write"}
    found = {
        (file.name, ast.unparse(call))
        for file in (SOURCES / "cli").glob("*.py")
        for call in calls(file)
        if ast.unparse(call.func) in ways
    }
    assert found == AS_IT_IS


def test_the_place_reads_no_markup() -> None:
    """A text becomes rich's own object with its controls escaped, and is never given to rich as a plain text, which it
    would read as markup."""
    place = SOURCES / "cli" / "terminal.py"
    texts, printed = set[str](), set[str]()
    for call in calls(place):
        name = ast.unparse(call.func)
        if name == "Text":
            texts.add(", ".join(map(ast.unparse, call.args)))
        if name.startswith("self._console.") or name.endswith((".add_row", ".update", ".status")):
            printed |= {f"{name}({ast.unparse(one)})" for one in call.args}
        assert not any(one.arg in ("markup", "emoji") for one in call.keywords)
    assert texts == {"in_one_line(text), style", ""}
    assert printed == {
        "self._console.print(whole)",
        "self._console.print(grid.table)",
        "self._console.print(Syntax(text, 'json', theme='ansi_dark', background_color='default'))",
        "self._console.rule(styled(text, 'bold'))",
        "self._console.status(styled(text))",
        "self.table.add_row(*(styled(cell) if isinstance(cell, str) else cell for cell in cells))",
        "self._status.update(styled(f'{text} …'))",
        "errors.status('')",
    }
