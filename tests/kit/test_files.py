"""Files that hold secrets: replaced in one step, private, and no half of one stays behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gerai.kit.files import write_private


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Whatever mode it had, the new one is its owner's alone, and nothing else is in the folder."""
    file = tmp_path / "seal.key"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, "new")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o600)
    assert os.listdir(tmp_path) == ["seal.key"]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """Neither a text that is none, nor a name that is taken by a folder, leaves half a secret in the folder."""
    file, folder = tmp_path / "seal.key", tmp_path / "folder"
    file.write_text("old")
    folder.mkdir()
    with pytest.raises(UnicodeEncodeError):
        write_private(file, "half of a character: \ud800")
    with pytest.raises(IsADirectoryError):
        write_private(folder, "new")
    assert file.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["folder", "seal.key"]
