# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of programs in rules: which Windows takes, and what is wrong about others."""

from __future__ import annotations

import re
from typing import Any

from .._firewall.change.netsh_text import UnsupportedValueError, check_program
from .._firewall.traffic.breadth import SYSTEM
from .._options.reading import OptionError

_PROGRAM = re.compile(r"[A-Za-z]:\\[^/*?:]+|%[A-Za-z()0-9]+%\\[^/*?:]+")
_LONGEST_PROGRAM = 259  # [MS-FASP] 2.2.37: fewer than 260 characters


def read_program(option: str, value: Any) -> str:
    """The program of a rule; empty where it is for any.

    Args:
        option: The option's name, for the message.
        value: The path, ``System`` for what HTTP.sys takes, or ``any``.

    Raises:
        OptionError: As in `read_path`.
    """
    program = str(value or "")
    if not program or program.casefold() == "any":
        return ""
    if program.casefold() == SYSTEM.casefold():
        return SYSTEM
    return read_path(option, program, r"C:\Tools\agent.exe")


def read_path(option: str, path: str, example: str) -> str:
    """A full path of a file on the host; it may begin with a variable (`netsh_text.VARIABLES`).

    Args:
        option: The option's name, for the message.
        path: The path.
        example: One that is right, for the message.

    Raises:
        OptionError: It is none, or cannot be given to netsh safely.
    """
    try:
        check_program(path)
    except UnsupportedValueError as error:
        raise OptionError(option, f"{path!r}: {error}") from error
    if not is_full_path(path):
        raise OptionError(option, f"{path!r} is no full path such as {example}")
    return path


def is_full_path(program: str) -> bool:
    """Whether a text is the full path of a program, and short enough for a netsh line."""
    return bool(_PROGRAM.fullmatch(program)) and len(program) <= _LONGEST_PROGRAM
