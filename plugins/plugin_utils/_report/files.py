# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing report files on the controller: whole or not at all, readable for all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_FOLDER_MODE = 0o755
_FILE_MODE = 0o644


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        OSError: It cannot be made, or something else has its name.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    folder.chmod(_FOLDER_MODE)  # whatever the umask says


def write_file(path: Path, content: bytes) -> bool:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Returns:
        Whether the content is another than before.

    Raises:
        OSError: It cannot be written; the old file is then as it was.
    """
    if path.is_file() and path.read_bytes() == content:
        path.chmod(_FILE_MODE)
        return False
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            os.fchmod(stream.fileno(), _FILE_MODE)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
