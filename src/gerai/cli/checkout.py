"""The checkout a developer's command works in, and the packages such commands need."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import gerai
from gerai.cli.terminal import console, fail, styled


def checkout() -> Path:
    """The root of the checkout this package runs from. Fails when Gerai was installed without one."""
    root = Path(gerai.__file__).resolve().parents[2]
    if not (root / "requirements-test.lock").is_file():
        fail("this command works on a checkout of the repository; start it there as ./gerai", 2)
    return root


def install_test_packages(root: Path) -> None:
    """Install requirements-test.lock into the environment we run in, unless exactly that was installed before."""
    wanted = (root / "requirements-test.lock").read_text(encoding="utf-8")
    stamp = Path(sysconfig.get_path("purelib")) / "gerai-test.lock"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if sys.prefix == sys.base_prefix:
        fail("not in a virtual environment; start this as ./gerai", 2)
    command = [sys.executable, "-m", "pip", "install", "--no-input", "--no-deps", "--require-hashes"]
    command += ["--disable-pip-version-check", "--root-user-action=ignore", "--progress-bar=off", "--no-compile"]
    command += ["-r", str(root / "requirements-test.lock")]
    count, total, words = 0, wanted.count("=="), list[str]()
    with console.status("installing what the tests need …") as status:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
            for line in pip.stdout or ():
                words.append(line)
                if line.startswith("Collecting "):
                    count += 1
                    name = line.split()[1].split("==")[0]
                    status.update(styled(f"installing what the tests need … {count}/{total} {name}"))
        if pip.returncode:
            fail("pip could not install requirements-test.lock:", then=(line.rstrip() for line in words[-20:]))
    stamp.write_text(wanted, encoding="utf-8")
