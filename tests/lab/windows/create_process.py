# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that WinRM starts without cmd.exe: the Command option WINRS_SKIP_CMD_SHELL ([MS-WSMV] 3.1.4.11).

Note <117> there: Windows Server 2012 and earlier use the option, later releases ignore it (the quirk
``skip_cmd_shell`` turns either round). Then nothing expands variables, chains or redirects, and what is built into
cmd.exe is not there. Not confirmed: what a client sees when there is no such program (here a fault with the HRESULT of
ERROR_FILE_NOT_FOUND), and that batch files start all the same.
"""

from __future__ import annotations

from lab.windows.cmd import run_line
from lab.windows.cmd_search import find_program, is_batch
from lab.windows.process import Process


def split_program(line: str) -> tuple[str, str]:
    """The program's name without quotes, and the raw rest."""
    line = line.lstrip()
    if line.startswith('"'):
        name, _unused, rest = line[1:].partition('"')
        return name, rest
    name, blank, rest = line.partition(" ")
    return name, blank + rest


async def run_directly(process: Process) -> int:
    """Run ``process.arguments`` as CreateProcess does; the program has been looked up before."""
    name, rest = split_program(process.arguments)
    path = find_program(process.host.files, name, process.environment)
    if path is None:
        return 1  # it has gone since
    if is_batch(path):
        return await run_line(process, autorun=False)
    child = process.child(name.lower(), rest, process.stdin, process.stdout, process.stderr)
    return await process.host.start_program(child, path)
