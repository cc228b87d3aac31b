# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing files on the controller: whole or not at all, with the mode that is wanted or what the umask leaves.

A symbolic link in a file's place is replaced by the file. What it points to is never written to, nor given another
mode, nor shown: who may make links in a report's folder need not be who owns the rest.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ...module_utils._options.reading import OptionError

REPORT_FOLDER_MODE = 0o755
REPORT_FILE_MODE = 0o644
"""A report is for others than who made it: all may read it, whatever the umask says."""


def is_base_name(name: str) -> bool:
    """Whether a text can be the name of a file that is not hidden, and of nothing elsewhere."""
    return bool(name) and not name.startswith(".") and name == Path(name).name and "\0" not in name


def is_content(path: Path, content: bytes) -> bool:
    """Whether a file is there, itself and not by a link, and has this content."""
    return is_plain_file(path) and path.read_bytes() == content


def is_plain_file(path: Path) -> bool:
    """Whether a path is a file and no symbolic link to one."""
    return path.is_file() and not path.is_symlink()


def make_folder(folder: Path, mode: int | None = REPORT_FOLDER_MODE) -> None:
    """Make a folder, and those above it, unless it is there.

    Args:
        folder: The folder.
        mode: Its mode if it is made; None leaves that to the umask.

    Raises:
        OSError: It cannot be made, or something else has its name.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    if mode is not None:
        _set_mode(folder, mode)


def write_all(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """Write files into a folder of reports, which is made, in their order; whether any has changed.

    Args:
        folder: The folder, the option ``dest`` of whoever writes.
        contents: Names and contents.

    Raises:
        OptionError: The folder cannot be made or written to.
    """
    try:
        make_folder(folder)
        written = [write_file(folder / name, content) for name, content in contents.items()]
        return any(written)
    except (OSError, ValueError) as error:  # a path with NUL in it is a ValueError
        raise OptionError("dest", f"{folder} cannot be written to: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """What is wrong with a file, without the path: whoever says it names that."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def write_file(path: Path, content: bytes, mode: int | None = REPORT_FILE_MODE) -> bool:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Args:
        path: The file.
        content: What it should hold.
        mode: Its mode; None keeps that of the file that is there, and leaves that of a new one to the umask.

    Returns:
        Whether the content is another than before.

    Raises:
        OSError: It cannot be written; the old file is then as it was.
    """
    if is_content(path, content):
        if mode is not None:
            _set_mode(path, mode)
        return False
    if mode is None:
        mode = stat.S_IMODE(path.lstat().st_mode) if is_plain_file(path) else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            os.fchmod(stream.fileno(), mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def add_file(path: Path, content: bytes) -> bool:
    """Write a file under a name that nothing has yet; whether it was so.

    Raises:
        OSError: It cannot be written; nothing is left of it then.
    """
    try:
        stream = path.open("xb")
    except FileExistsError:
        return False
    try:
        with stream:
            stream.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True


def _set_mode(path: Path, mode: int) -> None:
    """Set the mode of what has this name, unless it is, or has just become, a symbolic link."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.fchmod(handle, mode)
    finally:
        os.close(handle)


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
