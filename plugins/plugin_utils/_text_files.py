# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of text files that is as it should be: what differs is written, shown as a diff, and told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..module_utils._options.reading import OptionError
from ._report.files import add_file, is_content, is_plain_file, make_folder, write_file
from ._telling import tell


def put_files(folder: Path, contents: Mapping[str, bytes], task: Any) -> dict[str, Any]:
    """Write files whose content is another, unless the task is in check mode.

    Args:
        folder: The folder, the option ``dest`` of the task. It is made.
        contents: Content by name, with the folders below where there are any.
        task: The task, in check mode or not, with a diff or not.

    Returns:
        ``changed``, ``files`` and, where it is wanted, ``diff``.

    Raises:
        OptionError: The folder cannot be written to.
    """
    differing = {name: content for name, content in contents.items() if not is_content(folder / name, content)}
    result: dict[str, Any] = {
        "changed": bool(differing) or not folder.is_dir(),
        "files": [str(folder / name) for name in contents],
    }
    if task.diff:
        result["diff"] = [_diff(folder / name, content) for name, content in differing.items()]
    if not task.check_mode:
        try:
            make_folder(folder, mode=None)
            for below in sorted({Path(name).parent for name in differing}):
                make_folder(folder / below, mode=None)
            for name, content in differing.items():
                write_file(folder / name, content, mode=None)
        except OSError as error:
            raise OptionError("dest", f"{folder} cannot be written to: {error.strerror or error}") from error
    would = "would be " if task.check_mode else ""
    tell(
        f"{folder}: {len(differing)} of {len(contents)} files {would}written"
        if differing
        else f"{folder}: all {len(contents)} files are as they were",
        task,
    )
    return result


def put_new_file(folder: Path, names: Iterable[str], content: bytes) -> Path:
    """Write a file that takes no other's place.

    Args:
        folder: The folder, the option ``dest`` of the task. It is made.
        names: Its name, and those to take where that is another file's.
        content: Its content. A file that has it already is left as it is.

    Returns:
        Where it is.

    Raises:
        OptionError: The folder cannot be written to, or all of the names are other files'.
    """
    try:
        make_folder(folder, mode=None)
        for name in names:
            if add_file(folder / name, content) or is_content(folder / name, content):
                return folder / name
    except OSError as error:
        raise OptionError("dest", f"{folder} cannot be written to: {error.strerror or error}") from error
    raise OptionError("dest", f"{folder} has other files of all the names that this one may have. Move them away")


def _diff(path: Path, content: bytes) -> dict[str, str]:
    before = path.read_bytes() if is_plain_file(path) else b""
    return {
        "before_header": str(path),
        "after_header": str(path),
        "before": before.decode("utf-8", "replace"),
        "after": content.decode("utf-8", "replace"),
    }
