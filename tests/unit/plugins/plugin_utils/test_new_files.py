# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that takes no other's place."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._text_files import put_new_file

NAMES = ("one", "two")


def test_no_file_is_written_over_and_the_same_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    assert put_new_file(folder, NAMES, b"x") == put_new_file(folder, NAMES, b"x") == folder / "one"
    assert put_new_file(folder, NAMES, b"y") == folder / "two"
    with pytest.raises(OptionError, match="has other files of all the names"):
        put_new_file(folder, NAMES, b"z")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one": b"x", "two": b"y"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "theirs")
    assert put_new_file(tmp_path, NAMES, b"x") == tmp_path / "two"
    assert not (tmp_path / "theirs").exists()


def test_a_folder_that_cannot_be_made_names_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OptionError, match="dest"):
        put_new_file(tmp_path / "file", NAMES, b"x")
