# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment variables that a program starts with, by the account it runs as."""

from __future__ import annotations

from lab.windows.cmd_search import PATHEXT, machine_path
from lab.windows.filesystem import FileSystem
from lab.windows.registry import Registry
from lab.windows.security import Token

_SHORT_NAMES = {"Administrator": "ADMINI~1"}
SYSTEM_VARIABLES = {
    "SYSTEMDRIVE": "C:",
    "PROGRAMDATA": "C:\\ProgramData",
    "ALLUSERSPROFILE": "C:\\ProgramData",
    "SYSTEMROOT": "C:\\Windows",
    "WINDIR": "C:\\Windows",
    "PROGRAMFILES": "C:\\Program Files",
}
"""The machine's own, the same for every account."""
_SYSTEM = {
    "USERPROFILE": "C:\\Windows\\system32\\config\\systemprofile",
    "CD": "C:\\Windows\\system32",
    "TEMP": "C:\\Windows\\TEMP",
}


def account_environment(token: Token, files: FileSystem, registry: Registry, computer_name: str) -> dict[str, str]:
    """The variables, `CD` for the current folder among them: a user's is its profile."""
    home = f"C:\\Users\\{token.name}"
    return {
        "COMPUTERNAME": computer_name,
        "USERNAME": token.name,
        "USERPROFILE": home,
        "CD": home if files.is_folder(home) else "C:\\Windows\\System32",
        "PATH": machine_path(registry),
        "PATHEXT": PATHEXT,
        **SYSTEM_VARIABLES,
        "TEMP": f"C:\\Users\\{_SHORT_NAMES.get(token.name, token.name)}\\AppData\\Local\\Temp",
        "COMSPEC": "C:\\Windows\\system32\\cmd.exe",
        "OS": "Windows_NT",
        "PROCESSOR_ARCHITECTURE": "AMD64",
        **(_SYSTEM if token.kind == "system" else {}),
    }
