"""The launcher `./gerai`: quick when installed, clear when it cannot install."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("cat", "cmp", "cp", "cut", "grep", "mkdir", "printf", "readlink", "rm", "sh", "sleep", "tail", "tee")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose .venv is made already, with a python that only repeats what it is told."""
    root = tmp_path / "a checkout"
    (root / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "gerai", root)
    (root / "requirements.lock").write_text("one==1\n")
    (root / ".venv/gerai.lock").write_text("one==1\n")
    (root / ".venv/gerai.root").write_text(f"{root}\n")
    python = root / ".venv/bin/python"
    python.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    python.chmod(0o755)
    return root


def start(command: list[str], cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environ, capture_output=True, text=True, check=False, timeout=30
    )


def test_hands_its_arguments_on(checkout: Path) -> None:
    """Once installed, it becomes the package's command with exactly the arguments given, and says nothing itself."""
    done = start(["./gerai", "up", "--data", "two words", ""], checkout)
    assert done.stdout == "<-P><-m><gerai><up><--data><two words><>"
    assert (done.returncode, done.stderr) == (0, "")


def test_works_from_anywhere(checkout: Path, tmp_path: Path) -> None:
    """From another folder, through a chain of symbolic links, and when sh is given the file."""
    (tmp_path / "links").mkdir()
    (tmp_path / "links/first").symlink_to(checkout / "gerai")
    (tmp_path / "links/second").symlink_to("first")
    for command in ([str(tmp_path / "links/second"), "x"], ["sh", str(checkout / "gerai"), "x"]):
        done = start(command, Path("/"))
        assert (done.stdout, done.stderr) == ("<-P><-m><gerai><x>", "")
    assert start(["sh", "gerai", "x"], checkout).stdout == "<-P><-m><gerai><x>"


def test_says_what_is_missing(checkout: Path, tmp_path: Path) -> None:
    """Without a Python of 3.11 or newer it says so in both languages, and leaves nothing behind."""
    shutil.rmtree(checkout / ".venv")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = start(["./gerai", "up"], checkout, PATH=str(tools))
    assert done.returncode == 1
    assert "Gerai perlu Python 3.11 atau lebih baru" in done.stderr
    assert "Gerai needs Python 3.11 or newer" in done.stderr
    assert not (checkout / ".venv").exists()
    assert not (checkout / ".venv.lock").exists()


def test_a_failed_installation_is_said_and_repeated(checkout: Path) -> None:
    """When pip fails, its last words are shown, the exit code is 1, and the next start tries again."""
    (checkout / "requirements.lock").write_text("one==2\n")
    python = checkout / ".venv/bin/python"
    python.write_text('#!/bin/sh\ncase "$*" in *--version) exit 0;; *install*) echo no such package; exit 1;; esac\n')
    for _ in range(2):
        done = start(["./gerai", "up"], checkout)
        assert done.returncode == 1
        assert "no such package" in done.stderr
        assert "The installation failed" in done.stderr
        assert not (checkout / ".venv.lock").exists()


def test_a_lock_of_a_dead_start_is_taken_over(checkout: Path) -> None:
    """A start that was killed while installing does not block the next one."""
    (checkout / "requirements.lock").write_text("one==2\n")
    python = checkout / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *purelib*) echo {checkout}/.venv;; *gerai*) echo started;; esac\n')
    dead = subprocess.Popen(["true"])
    dead.wait()
    (checkout / ".venv.lock").mkdir()
    (checkout / ".venv.lock/owner").write_text(f"{dead.pid}\n")
    done = start(["./gerai", "up"], checkout)
    assert (done.returncode, done.stdout) == (0, "started\n")
    assert (checkout / ".venv/gerai.lock").read_text() == "one==2\n"
    assert (checkout / ".venv/gerai.pth").read_text() == f"{checkout}/src\n"
    assert not (checkout / ".venv.lock").exists()


def test_only_files_with_the_locked_hashes_are_installed(checkout: Path) -> None:
    """pip is told to refuse what the lock has no hash of, and to add nothing to the lock; the terminal counts packages,
    not lines of the lock."""
    lock = "# Pins.\n" + "".join(f"{name}==1 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("one", "two"))
    (checkout / "requirements.lock").write_text(lock)
    python = checkout / ".venv/bin/python"
    python.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "*--version) ;;\n"
        f'*purelib*) echo "{checkout}/.venv" ;;\n'
        f'*install*) echo "$*" >"{checkout}/asked"\n'
        'printf "%s\\n" "Collecting one==1" "  Using one" "Collecting two==1" ;;\n'
        "esac\n"
    )
    terminal, stderr = pty.openpty()
    done = subprocess.run(
        ["./gerai", "up"], cwd=checkout, stdout=subprocess.PIPE, stderr=stderr, check=False, timeout=30
    )
    os.close(stderr)
    shown = os.read(terminal, 65_536).decode()
    os.close(terminal)
    assert done.returncode == 0
    asked = (checkout / "asked").read_text()
    assert " --require-hashes " in asked
    assert " --no-deps " in asked
    assert re.findall(r"\d+/\d+ \w+", shown) == ["1/2 one", "2/2 two"]
    assert (checkout / ".venv/gerai.lock").read_text() == lock
