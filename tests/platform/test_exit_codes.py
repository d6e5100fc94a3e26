"""Exit codes as docs/reference/exit-codes.md promises them, and help that says what each command takes."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer
from serve_kit import environment
from terminal_kit import gerai_here, run_here

import fork_server
from gerai.cli import COMMANDS, build
from gerai.settings import ServerSettings
from gerai.store.embedded import scratch

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "exit-codes.md"


def commands() -> dict[str, Any]:
    """Every command by its words."""
    found: dict[str, Any] = {}

    def walk(command: Any, path: str) -> None:
        inner = getattr(command, "commands", None)
        for name, one in (inner or {}).items():
            walk(one, f"{path} {name}".strip())
        if inner is None:
            found[path] = command

    walk(typer.main.get_command(build(list(COMMANDS))), "")
    return found


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--version",), 0, ""),
        (("merchants", "list"), 0, ""),
        (("orders", "show", "--help"), 0, ""),
        (("orders", "show", "nothing", "--merchant", "M"), 1, "gerai: no such order: nothing; there is none yet"),
        (("keys", "list", "--merchant", "nobody-here"), 1, "gerai: no such merchant: nobody-here"),
        (("check", "--data", "/nowhere"), 1, "gerai: /nowhere holds no database; `gerai up --data /nowhere` makes one"),
        (("ordrs", "list"), 2, "No such command 'ordrs'. Did you mean 'orders'"),
        (("orders", "lst"), 2, "No such command 'lst'. Did you mean 'list'?"),
        (("orders", "show"), 2, "Missing argument 'ORDER'"),
        (("orders", "show", "1", "2"), 2, "Got unexpected extra argument(s) (2)"),
        (("orders", "list", "--mercant", "toko"), 2, "No such option: --mercant (Possible options: --merchant)"),
        (("orders", "list", "--merchant"), 2, "'--merchant' requires an argument"),
        (("orders", "list", "--status", "bogus", "--merchant", "M"), 2, "gerai: no such state: bogus; one of"),
        (("keys", "revoke", "abc", "--merchant", "M"), 2, "Invalid value for 'KEY'"),
        (("webhooks", "replay", "--merchant", "M"), 2, "gerai: name one delivery, or --endpoint with "),
        (("webhooks", "replay", "--endpoint", "7", "--from", "soon"), 2, "Invalid value for '--from'"),
        (("check", "--settings", "/nope.toml"), 2, "gerai: cannot read /nope.toml: No such file or directory"),
        (("up", "--tour", "--no-demo"), 2, "gerai: --tour needs the demo shop; leave --no-demo out"),
    ],
)  # fmt: skip
async def test_each_code_means_one_thing(
    dsn: str, merchant: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """0 done, 1 refused or failed, 2 cannot be meant so; a complaint is on standard error and names what is wrong, and
    nothing stands on standard output then."""
    given = [merchant.code if word == "M" else word for word in arguments]
    rc, out, err = await gerai_here(dsn, *given)
    assert rc == code, err
    assert (out == "") == (code != 0)
    assert said in " ".join(err.replace("│", " ").split())
    assert bool(err) == (code != 0)


@pytest.mark.parametrize(
    ("environ", "code", "said"),
    [
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, 1, "gerai: the database does not answer: "),
        ({"DATABASE_URL": "nonsense"}, 2, "gerai: DATABASE_URL is not the address of a PostgreSQL: postgresql://"),
        ({"GERAI_HTTP_PUBLIC_BASE_UR": "x"}, 2,
         "gerai: unknown setting GERAI_HTTP_PUBLIC_BASE_UR (did you mean GERAI_HTTP_PUBLIC_BASE_URL?); docs"),
        ({"GERAI_SETTINGS": "/nope.toml"}, 2, "gerai: cannot read /nope.toml: "),
    ],
)  # fmt: skip
async def test_what_surrounds_a_command(environ: dict[str, str], code: int, said: str) -> None:
    """A database that is away has failed (1); settings that cannot be meant are a mistake of whoever wrote them (2)."""
    rc, out, err = await run_here(environ, ["merchants", "list"])
    assert (rc, out) == (code, "")
    assert err.startswith(said)


@pytest.mark.parametrize(
    "content", ["garbage", "[]", "{}", '{"home": 3, "password": "x", "complete": true}', "\xff\xfe"]
)
async def test_a_data_folder_that_is_none(tmp_path: Path, content: str) -> None:
    """A file in place of the folder, or a database.json that is not ours: one sentence and 1 from every command that
    takes a folder, and the file is left as it is."""
    file, folder = tmp_path / "README.md", tmp_path / "shop"
    folder.mkdir()
    file.write_text("not a folder")
    (folder / "database.json").write_bytes(content.encode("latin-1"))
    for words in (["keys", "list"], ["check"], ["migrate"], ["up", "--once"]):
        rc, out, err = await run_here({}, [*words, "--data", str(file)])
        assert (rc, out, err) == (1, "", f"gerai: {file} is a file; --data names a folder\n"), words
        rc, out, err = await run_here({}, [*words, "--data", str(folder)])
        assert (rc, out) == (1, "")
        assert err == f"gerai: {folder}/database.json is not as Gerai wrote it; put it back from a backup\n", words
    assert (folder / "database.json").read_bytes() == content.encode("latin-1")
    assert os.listdir(folder) == ["database.json"]


async def test_a_second_up_says_that_another_runs() -> None:
    """On one folder and one port: the folder is what matters, whatever its port is."""
    with scratch() as first, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        rc, out, err = await run_here({}, ["up", "--once", "--port", port, "--data", str(first.folder)])
    assert (rc, out, err) == (1, "", "gerai: another Gerai is running on this data folder\n")


def test_a_broken_plug_in_is_one_sentence() -> None:
    """Whoever copies a dialect and has not renamed it yet reads what is wrong, and no traceback."""
    broken = "from unittest.mock import patch; from gerai import cli; from gerai.kit.discover import PluginBroken\n"
    broken += (
        "with patch.object(cli, 'import_module', side_effect=PluginBroken('the dialect in tokoku is')): cli.main()"
    )
    command = [sys.executable, "-P", "-c", broken, "merchants", "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "gerai: the dialect in tokoku is\n")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_stopped_before_it_was_done(dsn: str, by: signal.Signals) -> None:
    """Waiting for the key that signs, it is stopped: 130, without a traceback, and no endpoint was made."""
    command = ["webhooks", "add", "cekceir", "https://shop.example/"]
    with fork_server.start(command, environment(dsn), given=True) as process:
        # Reading from us now: it sleeps in the kernel, in a pipe.
        deadline = time.monotonic() + 120
        while "pipe" not in Path(f"/proc/{process.pid}/wchan").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(by)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_the_page_names_every_code_there_is() -> None:
    """Code leaves with no other code than those of the page: every `fail(…, code)` and `Exit(code)` is among them."""
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.M)}
    assert listed == {0, 1, 2, 130}
    used: set[int] = set()
    for file in [*(ROOT / "src/gerai/cli").glob("*.py"), *(ROOT / "src/gerai/bench").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                given = {"fail": node.args[1:], "Exit": node.args}.get(name, [])
                used |= {one.value for one in given if isinstance(one, ast.Constant)}
    assert {1, 2} <= used <= listed


def test_every_parameter_has_help_and_every_argument_an_example() -> None:
    """Help says of each parameter what it takes; who must give an argument, or names one thing of several, sees an
    example, which is a call the command itself understands."""
    found = commands()
    bare = [
        (path, parameter.name)
        for path, command in found.items()
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and parameter.name != "help" and not getattr(parameter, "help", "")
    ]
    assert bare == []
    for path, command in found.items():
        needed = [parameter.name for parameter in command.params if parameter.param_type_name == "argument"]
        if needed or command.epilog:
            # `gerai payments accounts list` is `gerai accounts list`, and says so.
            short = path.partition(" ")[2]
            shown = [path, short] if " " in short else [path]
            names = [name for name in shown if f"{command.epilog or ''} ".startswith(f"Example: gerai {name} ")]
            assert names, path
            words = shlex.split(command.epilog.removeprefix(f"Example: gerai {names[0]}"))
            context = command.make_context(path, words)
            assert context.args == [], path


def test_help_shows_the_default_behind_which_a_setting_stands() -> None:
    """An option that is nothing unless given, and then a setting of the server, says which and its default."""
    server = dataclasses.asdict(ServerSettings())
    shown = {
        f"{path} {parameter.opts[0]}": parameter.show_default
        for path in ("up", "serve")
        for parameter in commands()[path].params
        if parameter.name in server
    }
    assert shown == {
        f"{path} --{name}": f"setting server.{name}, else {server[name]}"
        for path, name in (("up", "host"), ("up", "port"), ("serve", "host"), ("serve", "port"), ("serve", "workers"))
    }


def test_help_says_which_data_folder_is_meant() -> None:
    """`gerai restore` makes a new one; every other command works on one that `gerai up` made or makes."""
    texts = {
        path: parameter.help
        for path, command in commands().items()
        for parameter in command.params
        if parameter.name == "data"
    }
    assert texts.pop("restore").startswith("New data folder")
    assert len(texts) > 20
    # `gerai bench` makes one for itself.
    assert [path for path, text in texts.items() if not text.startswith("Data folder")] == ["bench"]


def test_help_lists_the_words_of_a_fixed_list() -> None:
    """Where only some words are taken, help lists every one of them."""
    texts = {
        (path, parameter.name): parameter.help or ""
        for path, command in commands().items()
        for parameter in command.params
        if hasattr(parameter, "help")
    }
    for where, words in {
        ("keys create", "door"): ("cekceir", "durianpay", "leuwongrr", "scalev"),
        ("keys create", "environment"): ("sandbox", "production"),
        ("webhooks add", "door"): ("cekceir", "durianpay", "leuwongrr", "scalev"),
        ("webhooks add", "environment"): ("sandbox", "production"),
        ("orders list", "status"): ("pending", "processing", "completed", "cancelled", "failed", "all"),
        ("payments resolve", "decision"): ("accept", "refund", "wallet"),
        ("payments refund", "to"): ("payer", "wallet"),
        ("payments confirm", "method"): ("manual", "cash", "other", "va", "qris"),
        ("members topup", "environment"): ("sandbox", "production"),
    }.items():
        assert [word for word in words if word not in texts[where]] == [], where
