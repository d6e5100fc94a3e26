"""What runs by itself, before a commit, is what a developer runs by hand."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-config.yaml"


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
