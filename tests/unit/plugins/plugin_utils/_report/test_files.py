# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.files import (
    REPORT_FILE_MODE,
    make_folder,
    write_file,
)


def test_a_file_is_written_once_and_readable(tmp_path: Path) -> None:
    umask = os.umask(0o077)
    try:
        make_folder(tmp_path / "a" / "b")
        path = tmp_path / "a" / "b" / "report.csv"
        assert write_file(path, b"one") is True
        assert write_file(path, b"one") is False
        assert write_file(path, b"two") is True
    finally:
        os.umask(umask)
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o644
    assert path.parent.stat().st_mode & 0o777 == 0o755
    assert [found.name for found in path.parent.iterdir()] == ["report.csv"]


def test_the_old_file_stays_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.csv"
    write_file(path, b"old")

    def full(_handle: int, _mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o700)
    make_folder(tmp_path / "mine")
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="exists"):
        make_folder(tmp_path / "file")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", [REPORT_FILE_MODE, None])
@pytest.mark.parametrize("content", [b"new", b"secret"])
def test_what_a_symbolic_link_points_to_is_left_as_it_is(tmp_path: Path, mode: int | None, content: bytes) -> None:
    """With the same content nothing was written, but the target became readable for all."""
    target = tmp_path / "target"
    target.write_bytes(b"secret")
    target.chmod(0o600)
    link = tmp_path / "report.json"
    link.symlink_to(target)
    assert write_file(link, content, mode) is True
    assert not link.is_symlink()
    assert link.read_bytes() == content
    assert (target.read_bytes(), _mode(target)) == (b"secret", 0o600)


def test_a_link_to_nothing_is_replaced_and_nothing_made_elsewhere(tmp_path: Path) -> None:
    link = tmp_path / "report.json"
    link.symlink_to(tmp_path / "elsewhere")
    write_file(link, b"new")
    assert link.read_bytes() == b"new"
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_in_place_of_a_new_folder_is_no_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "reports").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "reports")
    assert not (tmp_path / "elsewhere").exists()
