"""What runs by itself, before a commit and after a push, is what a developer runs by hand."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-config.yaml"
WORKFLOW = ROOT / ".github/workflows/ci.yml"


def read(file: Path) -> dict[str, Any]:
    return yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)


def test_hooks_are_the_projects_own_commands() -> None:
    """Each hook is local and starts a command of this checkout that knows the options it is given: nothing is fetched
    from elsewhere."""
    (repository,) = read(HOOKS)["repos"]
    assert repository["repo"] == "local"
    assert [hook["id"] for hook in repository["hooks"]] == ["check-code"]
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith("./gerai check-code")
        command = [*shlex.split(hook["entry"]), "--help"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def test_hooks_run_for_what_they_check() -> None:
    """Code, tests and the rules in pyproject.toml start the hook; a page does not."""
    (hook,) = read(HOOKS)["repos"][0]["hooks"]
    concerned = ["src/gerai/cli/lock.py", "tests/conftest.py", "pyproject.toml"]
    assert [bool(re.search(hook["files"], file)) for file in [*concerned, "README.md"]] == [True, True, True, False]


def test_ci_runs_the_one_script() -> None:
    """The workflow runs `.ci/run`, which can be executed, and nothing else of ours; it may only read the repository."""
    workflow = read(WORKFLOW)
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert workflow["permissions"] == {"contents": "read"}


def test_ci_runs_the_oldest_and_the_newest_python() -> None:
    """The Pythons of the workflow are the first and the last one that pyproject.toml names."""
    (job,) = read(WORKFLOW)["jobs"].values()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [text.rpartition(" ")[2] for text in project["classifiers"] if re.search(r":: 3\.\d+$", text)]
    assert job["strategy"]["matrix"]["python"] == [named[0], named[-1]]
    assert project["requires-python"] == f">={named[0]}"


def test_types_are_checked_strictly_without_exemption() -> None:
    """No rule of the strict mode is turned down, for all of the code or for one of its files; a line that is exempt
    names its rule and, behind it, the reason."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["basedpyright"]
    assert rules["typeCheckingMode"] == "strict"
    assert rules.keys() <= {"include", "pythonVersion", "typeCheckingMode", "venvPath", "venv"}
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py")]
    exempt = [line for text in sources for line in text.splitlines() if re.search(r"#\s*(type: ignore|pyright:)", line)]
    assert [line for line in exempt if not re.search(r"# pyright: ignore\[\w+\]\s+# \w+", line)] == []
