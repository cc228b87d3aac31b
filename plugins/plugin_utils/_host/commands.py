# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command line on a host is started with, what it prints, and the errors that end it."""

from __future__ import annotations

from dataclasses import dataclass


class NotWinrm(Exception):
    """The host's connection is neither winrm nor psrp; the message says what to set."""


class ConnectionLost(Exception):
    """The host refused, rejected the account, or stopped answering. Whether the last request arrived is not known."""


class CommandTimeout(ConnectionLost):
    """A command did not end in time. A stop was requested; what it did until then is not known."""


class TooMuchSaid(ConnectionLost):
    """The host sent more than is taken from one, or in a form that is not taken. A stop was requested."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command line printed.

    Attributes:
        stdout: Standard output, decoded as UTF-8; invalid bytes become U+FFFD.
        stderr: Standard error, likewise. Localised, so for messages only.
        code: Exit code, for messages only.
        whole: Whether that is all; else the command was stopped, because it printed more than was wanted.
    """

    stdout: str
    stderr: str
    code: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """Options of a Command ([MS-WSMV] 2.2.4.8), of which note 117 says that later systems ignore them.

    Attributes:
        console_stdin: WINRS_CONSOLEMODE_STDIN: standard input is a console, and no pipe.
        without_cmd: WINRS_SKIP_CMD_SHELL: the program is started as it is, not by cmd.exe.
    """

    console_stdin: bool
    without_cmd: bool = False
