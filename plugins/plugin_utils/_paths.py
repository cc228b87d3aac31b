# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders of the controller that options and variables name."""

from __future__ import annotations

import errno
from pathlib import Path

from ..module_utils._options.reading import OptionError
from ..module_utils._texts import said


def followed(path: str | Path) -> Path:
    """The absolute path of a file or folder, whose links are followed; it need not be there.

    Args:
        path: The path; a relative one starts at the current directory, and ``~`` is a home.

    Raises:
        ValueError: A home that nobody has, a current directory that is gone, links in a circle, NUL. For a circle
            ``Path.resolve`` raises an error of its own before Python 3.13, and none from there on:
            https://docs.python.org/3/library/pathlib.html#pathlib.Path.resolve
    """
    try:
        found = Path(path).expanduser().resolve()
    except (RuntimeError, ValueError, OSError) as error:
        raise ValueError(str(error)) from error
    try:
        found.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ValueError(f"links in a circle at {path}") from error
    return found


def resolved(path: object, option: str) -> str:
    """What `followed` gives for the value of an option or variable.

    Args:
        path: The value.
        option: Name of the option or variable, for the message.

    Raises:
        OptionError: See `followed`.
    """
    try:
        return str(followed(str(path)))
    except ValueError as error:
        raise OptionError(option, f"{said(str(path))} leads nowhere: {said(str(error))}") from error
