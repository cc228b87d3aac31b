# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.files import make_folder, write_file


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
