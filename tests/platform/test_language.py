"""The terminal in Bahasa Indonesia: chosen by option, variable or locale; everything people read there has both."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from terminal_kit import gerai

from gerai.cli import build, every_name, language
from gerai.cli.desk import group_titles
from gerai.engine.desk import refusal_words
from gerai.kit.bilingual import Bilingual

CLI = Path(language.__file__).parent
#: Of those who work on Gerai itself; they read English.
_OURS = {"lock.py", "noting_pip.py", "check_code.py", "test.py", "test_programs.py", "torture.py", "report.py"}
#: Where both languages are printed, a line each.
_BOTH = {"public_address.py"}
#: What must be longer than this to be a sentence.
_WORDS = 3


@pytest.fixture
def indonesian() -> Iterator[None]:
    """Bahasa Indonesia for as long as a test lasts."""
    language.choose("id")
    yield
    language.choose("en")


@pytest.mark.parametrize(
    ("arguments", "environ", "expected", "rest"),
    [
        (["--lang", "id", "orders", "list"], {}, "id", ["orders", "list"]),
        (["orders", "list", "--lang=id"], {"LANG": "en_US.UTF-8"}, "id", ["orders", "list"]),
        (["orders"], {"GERAI_LANG": "id", "LC_ALL": "C"}, "id", ["orders"]),
        (["orders", "--lang", "en"], {"GERAI_LANG": "id"}, "en", ["orders"]),
        (["orders"], {"LANG": "id_ID.UTF-8"}, "id", ["orders"]),
        (["orders"], {"LC_ALL": "C.UTF-8", "LANG": "id_ID.UTF-8"}, "en", ["orders"]),
        (["orders"], {"LANG": "ido"}, "en", ["orders"]),
        (["orders"], {}, "en", ["orders"]),
        (["test", "--", "--lang", "id"], {}, "en", ["test", "--", "--lang", "id"]),
    ],
)
def test_the_option_wins_over_the_variable_and_that_over_the_locale(
    arguments: list[str], environ: dict[str, str], expected: str, rest: list[str]
) -> None:
    """The option may stand anywhere before ``--``, and is no option of the command."""
    assert language.asked_for(arguments, environ) == (expected, rest)


@pytest.mark.parametrize(("arguments", "said"), [(["--lang"], "takes a language"), (["--lang", "jv"], "jv; one of id")])
def test_another_language_is_refused(arguments: list[str], said: str) -> None:
    """One that there is not is named, with those there are."""
    with pytest.raises(language.LanguageUnknown, match=said):
        language.asked_for(arguments, {})


def texts_of(command: Any, path: str = "gerai") -> Iterator[tuple[str, str]]:
    """Every text of a tree's help that was written by hand, with where it stands."""
    words = getattr(command.callback, "desk_words", {})
    if command.help and "" not in words:
        yield path, command.help
    for parameter in command.params:
        if parameter.help and parameter.name not in words:
            yield f"{path} {parameter.name}", parameter.help
    for name, inner in getattr(command, "commands", {}).items():
        yield from texts_of(inner, f"{path} {name}")


def test_every_help_has_both_languages(indonesian: None) -> None:
    """Each command, option and argument that is not made by the registry stands in the table of helps."""
    titles = group_titles()
    same = {
        where: text
        for where, text in texts_of(typer.main.get_command(build(every_name())))
        if language.help_text(text) == text and where.split()[-1] not in titles and text not in _ALIKE
    }
    assert same == {}


#: The same in both languages: names, and words of the programs.
_ALIKE = {"discord.", "cekceir, durianpay, leuwongrr, scalev"}


def templates(source: Path) -> Iterator[str]:
    """What a module says to people: the texts of ``line``, ``lines`` and ``fail``, with ``{}`` for what is put in."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("line", "lines", "fail"):
            yield from filter(None, map(text_of, node.args))


def text_of(node: ast.expr) -> str | None:
    """The text of a literal; None: it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def is_sentence(text: str) -> bool:
    """Whether it has words to translate: commands to type and figures have none."""
    bare = re.sub(r"\{\}|`[^`]*`|--\S+|gerai [a-z].*|curl .*", "", text)
    return len(re.findall(r"[A-Za-z']{2,}", bare)) >= _WORDS


def test_every_sentence_has_both_languages() -> None:
    """What commands say stands in the table of what is said, or is of those who work on Gerai."""
    known = language.exact("said")
    missing = sorted(
        {
            f"{source.name}: {text}"
            for source in CLI.glob("*.py")
            if source.name not in _OURS | _BOTH
            for text in templates(source)
            if is_sentence(text) and text not in known
        }
    )
    assert missing == []


def test_every_refusal_has_both_languages() -> None:
    """What the engine refuses with is a sentence of the table, too."""
    source = Path(refusal_words.__file__)
    found = {
        text
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Return) and node.value is not None and (text := text_of(node.value))
    }
    known = language.exact("said")
    assert {text for text in found if is_sentence(text) and text not in known} == set()


@pytest.mark.parametrize("table", ["help", "said", "titles", "words"])
def test_a_table_asks_for_no_more_than_there_is(table: str) -> None:
    """A text of Bahasa Indonesia puts in no more than its English one has places, and none is empty."""
    for english, indonesian_text in language.exact(table).items():
        places = english.count("{}")
        if "{command_path}" not in english:
            assert indonesian_text.format(*map(language.Slot, "x" * places)), english
        assert indonesian_text.strip(), english


def test_a_sentence_with_words_of_the_desk(indonesian: None) -> None:
    """What is put in stays as it is, but for words of the desk; what no table has stays English."""
    assert language.said("order INV-1 is pending: it cannot be refunded") == (
        "pesanan INV-1 berkeadaan pending: tidak dapat dikembalikan dananya"
    )
    assert language.said("no such merchant: x; one of toko (gerai merchants list shows all)") == (
        "tidak ada toko: x; salah satu dari toko (gerai merchants list menampilkan semua)"
    )
    assert language.said("Kopi / Coffee {0}") == "Kopi / Coffee {0}"
    assert language.of(Bilingual("Toko", "Shop")) == "Toko"


async def test_a_command_speaks_it(dsn: str, merchant: Any) -> None:
    """Help, titles, answers and refusals are Indonesian; exit codes and JSON are as in English."""
    of = ("--merchant", merchant.code)
    code, out, _ = await gerai(dsn, "members", "list", "--help", "--lang", "id")
    assert code == 0
    assert "Konter" in out
    assert "Kode toko; tidak perlu disebut bila hanya ada satu." in " ".join(out.replace("│", " ").split())
    assert "Contoh: gerai members list" in out
    code, out, _ = await gerai(dsn, "members", "add", "--door", "cekceir", "--public-id", "a", "--name", "Ani", *of)
    assert (code, out.startswith("Add a member / Tambah anggota: ")) == (0, True)
    code, out, _ = await gerai(dsn, "members", "list", *of, "--lang", "id")
    assert out.splitlines()[0].split()[:2] == ["Nomor", "Konter"]
    english = await gerai(dsn, "members", "list", "--json", *of)
    assert await gerai(dsn, "members", "list", "--json", *of, "--lang", "id") == english
    assert json.loads(english[1])["rows"][0]["name"] == "Ani"
    code, out, err = await gerai(dsn, "members", "list", "--merchant", "nobody", "--lang", "id")
    assert (code, out, err.startswith("gerai: tidak ada toko: nobody; salah satu dari ")) == (1, "", True)
    code, _, err = await gerai(dsn, "members", "list", "--merchant", "nobody", environ={"GERAI_LANG": "id"})
    assert (code, err.startswith("gerai: tidak ada toko: nobody")) == (1, True)
    assert (await gerai(dsn, "orders", "--lang", "jv"))[::2] == (2, "gerai: no such language: jv; one of id, en\n")
