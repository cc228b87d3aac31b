# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand in a netsh line: text that neither cmd nor netsh could misread."""

from __future__ import annotations

FORBIDDEN = '"|%^&<>!`'
"""Characters that cmd or netsh could misread, even between quotes.

cmd's special characters are in Microsoft's reference of ``cmd``; ``|`` is not allowed in a rule ([MS-FASP] 2.2.37); how
to escape a quote in netsh is not documented.
"""

VARIABLES = ("%SystemRoot%", "%windir%", "%ProgramFiles%", "%ProgramFiles(x86)%", "%SystemDrive%")
"""Variables that a path may begin with. netsh keeps them in a session, and the firewall resolves them; on a command
line cmd resolves them first, to the same folder, since every account has the same."""


class UnsupportedValueError(ValueError):
    """A value cannot be given to netsh safely; the message says why."""


def check_text(text: str) -> None:
    """Reject text that cmd or netsh could misread.

    Args:
        text: A name, description or path that will stand between quotes.

    Raises:
        UnsupportedValueError: A character is forbidden or not printable ASCII, or would escape the closing quote.
    """
    for character in text:
        if character in FORBIDDEN or not " " <= character <= "~":
            raise UnsupportedValueError(
                f"the character {character!r} is not allowed; use printable ASCII without {FORBIDDEN}"
            )
    if text.endswith("\\"):
        raise UnsupportedValueError("a backslash at the end would join with the closing quote; leave it out")
    if text != text.strip():
        raise UnsupportedValueError("blanks at the beginning or end are not kept by Windows; leave them out")


def is_safe(text: str) -> bool:
    """Whether `check_text` takes a text.

    Args:
        text: As in `check_text`.
    """
    try:
        check_text(text)
    except UnsupportedValueError:
        return False
    return True


def check_program(path: str) -> None:
    """Rejects a path that cmd or netsh could misread. It may begin with one of `VARIABLES`.

    Args:
        path: Path of a program or of a log.

    Raises:
        UnsupportedValueError: As `check_text`.
    """
    folded = path.casefold()
    variable = next((name for name in VARIABLES if folded.startswith(f"{name}\\".casefold())), "")
    check_text(path[len(variable) :])
