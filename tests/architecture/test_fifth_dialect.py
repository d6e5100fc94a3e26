"""A fifth dialect is one folder and nothing else: a copy of a dialect under another name and prefix has everything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gerai.app import DIALECTS
from gerai.doors.http.door import Dialect

ROOT = Path(__file__).parents[2]
NAME, TITLE, PREFIX = "fifth", "Loket Kelima", "/fifth"
#: What runs for the copy, and what of each file must have run for it at least.
WALK = {
    "tests/contract/test_refusals.py": 30,
    "tests/contract/test_error_tables.py": 1,
    "tests/contract/test_golden.py": 1,
    "tests/contract/test_openapi.py": 5,
    "tests/contract/test_rights_matrix.py": 3,
    "tests/contract/http/test_bodies.py": 1,
    "tests/contract/webhooks/test_every_contract.py": 2,
    "tests/platform/test_every_dialect.py": 5,
    "tests/platform/test_docs_viewer.py": 2,
    "tests/architecture/test_dialect_files.py": 1,
}
#: Tests that walk all dialects at once.
TOGETHER = (
    "tests/contract/pay/test_pay_http.py::test_the_front_page_says_what_this_is",
    "tests/platform/test_docs_viewer.py::test_index_lists_every_door",
    "tests/platform/test_metrics.py::test_no_secret_and_no_path",
    "tests/architecture/test_code.py::test_below_the_doors_nobody_speaks_a_contracts_words",
)
#: Makes the folder one of gerai.doors.dialects, as if it lay there, before anything looks.
PLUGIN = """
import gerai.doors.dialects

gerai.doors.dialects.__path__.append({folder!r})
"""


def smallest() -> Dialect:
    """The dialect with the least code."""
    return min(DIALECTS, key=lambda d: sum(len(file.read_bytes()) for file in folder_of(d).rglob("*.py")))


def folder_of(dialect: Dialect) -> Path:
    assert dialect.openapi is not None
    return dialect.openapi.parent


def copy_of(dialect: Dialect, folder: Path) -> None:
    """The dialect's folder under the new name, title and prefix; nothing else of it is changed."""
    [prefix] = dialect.prefixes
    shutil.copytree(folder_of(dialect), folder, ignore=shutil.ignore_patterns("__pycache__"))
    begins_path = re.compile(rf"(?<![\w.…>]){re.escape(prefix)}(?=[/\"'`:\s])")
    for file in (file for file in folder.rglob("*") if file.is_file()):
        text = file.read_text(encoding="utf-8").replace(dialect.name, NAME).replace(dialect.title, TITLE)
        file.write_text(begins_path.sub(PREFIX, text), encoding="utf-8")


@pytest.mark.slow
def test_a_dialect_is_one_folder(tmp_path: Path) -> None:
    """The copy of the smallest dialect passes the walk of refusals and its golden replay, has its card on the front
    page, its contract at /docs, keys made at the terminal, webhooks, a demo shop and figures, while no file outside of
    its folder is changed. Nothing of it is there without the folder."""
    folder = tmp_path / "dialects" / NAME
    copy_of(smallest(), folder)
    (tmp_path / "fifth_plugin.py").write_text(PLUGIN.format(folder=str(folder.parent)), encoding="utf-8")
    report = tmp_path / "report.xml"
    chosen = " or ".join([NAME, *(test.rpartition("::")[2] for test in TOGETHER)])

    done = subprocess.run(
        [
            sys.executable, "-P", "-m", "pytest", "-p", "fifth_plugin", "-p", "no:cacheprovider", "-q", "-x",
            "-o", "junit_family=xunit1", f"--junitxml={report}", "-k", chosen,
            *WALK, *(test for test in TOGETHER if test.partition("::")[0] not in WALK),
        ],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    cases = [(case.get("file"), case.get("name") or "") for case in ElementTree.parse(report).iter("testcase")]
    for file, least in WALK.items():
        assert len([name for where, name in cases if where == file and NAME in name]) >= least, file
    for test in TOGETHER:
        file, _, name = test.partition("::")
        assert any(where == file and ran.startswith(name) for where, ran in cases), test
    assert NAME not in [dialect.name for dialect in DIALECTS]
