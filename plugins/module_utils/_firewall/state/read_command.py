# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one command line that reads a host: its parts, and the markers that end them.

Each part of the line ends with a marker of its own, which tells a part that failed from one that is empty, and an
output that was cut off from a complete one. ``%errorlevel%`` could not be the marker: cmd expands it before it runs
anything. The markers hold random characters made anew for each read, so that no text on the host can imitate them.
One more stands before the first part: cmd's AutoRun line runs, and may print, before every line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .rollback_files import FOLDER, SCRIPT_NAME
from .snapshot import (
    FILTERING_SERVICE,
    FIREWALL_SERVICE,
    GROUP_POLICY,
    LOCAL_IPSEC_RULES,
    LOCAL_POLICY,
    LOCAL_PROFILE_KEYS,
    MDM_POLICY,
    WINRM_LISTENERS,
)

IN_SYSTEM32 = r"cd /d %SystemRoot%\System32&"
"""Before every line: cmd looks for a bare name such as netsh in the current folder first, and anybody's may lie there.

The folder that WinRM starts in is the account's own, but an AutoRun line may have changed it.
"""

_EXPANSION = 50  # characters that a variable may take more than its name, in all
LONGEST_COMMAND = 8191 - len("cmd.exe /C ") - len(IN_SYSTEM32) - _EXPANSION
"""Characters of a command line that cmd takes after all expansion (KB830473), what stands before it aside."""


@dataclass(frozen=True, slots=True)
class Part:
    """A command of a command line; `key` is what it queries of the registry, if it does."""

    name: str
    command: str
    required: bool
    key: str = ""
    listed: bool = False  # by the plain query of its parent, a part before it


def query(name: str, key: str, required: bool, options: str = " /s", listed: bool = False) -> Part:
    """A part that queries a key of the registry."""
    # The short root saves bytes on every read; reg prints the long one all the same (Wine's reg tests).
    return Part(name, f'reg query "{key.replace("HKEY_LOCAL_MACHINE", "HKLM", 1)}"{options}', required, key, listed)


_PARTS = (
    Part("token", "whoami /groups", True),
    Part("state", "sc query MpsSvc", False),
    query("service", FIREWALL_SERVICE, True, " /v Start"),
    query("bfe", FILTERING_SERVICE, False, " /v Start"),
    query("listeners", WINRM_LISTENERS, False),
    query("local", LOCAL_POLICY, False, ""),
    *(query(profile.value, rf"{LOCAL_POLICY}\{key}", True, listed=True) for profile, key in LOCAL_PROFILE_KEYS.items()),
    query("ipsec", LOCAL_IPSEC_RULES, False),
    query("policy", GROUP_POLICY, False),
    query("mdm", MDM_POLICY, False),
    # Exists while a run of this collection has a rollback armed.
    Part("rollback", rf'dir /b "{FOLDER}\{SCRIPT_NAME}"', False),
    query("rules", LOCAL_POLICY + r"\FirewallRules", True, listed=True),
)
# Only on request: netsh is slower than reg, and hangs if the service does.
_OWNER = Part("owner", "netsh advfirewall show global", False)


def read_command(marker: str, owner: bool = False, program: str = "") -> str:
    """The command line to run under cmd.exe.

    Args:
        marker: Letters and digits made for this read only; part of the marker at each part's end.
        owner: Whether to ask if another firewall product filters.
        program: Full path of a program to look for, without anything that cmd could misread (`netsh_text.check_text`).
    """
    return command_line(marker, all_parts(owner, program))


def command_line(marker: str, parts: Iterable[Part]) -> str:
    """The line that runs parts one after the other."""
    questions = (
        f"({part.command} <nul&&echo @{marker}-{part.name}-ok||echo @{marker}-{part.name}-no)" for part in parts
    )
    return "&".join((begin(marker), *questions))


def begin(marker: str) -> str:
    """What to put before the first part of a line, so that `after_begin` finds where its own output begins."""
    return f"echo @{marker}-begin"


def after_begin(output: str, marker: str) -> str | None:
    """The output without what cmd printed before `begin`; None where that is missing.

    An AutoRun line may end without a line break, so the marker need not stand at a line's beginning.
    """
    _before, found, rest = output.partition(f"@{marker}-begin")
    return rest.partition("\n")[2] if found else None


def before_begin(output: str, marker: str) -> str:
    """What cmd printed before `begin`: the words of an AutoRun line; nothing on a host without one that prints."""
    before, found, _rest = output.partition(f"@{marker}-begin")
    return before if found else ""


def all_parts(owner: bool, program: str = "") -> tuple[Part, ...]:
    """What `read_command` asks for, in order."""
    looked_for = (Part("program", f'dir /b "{program}"', False),) if program else ()
    return (*((_OWNER,) if owner else ()), *looked_for, *_PARTS)
