# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`set` of cmd.exe: to set a variable, to show those whose names begin so, and `/p` to read one.

`/p` prints its prompt and takes a line of input (`set /?`). From public reports: it reads 1,023 characters at most, and
what is left of the line is there for the next; control characters at the end of the line are cut off; a line without
anything else leaves the variable alone, and ERRORLEVEL is 1. A prompt loses the blanks before it.
"""

from __future__ import annotations

from lab.windows.process import Process

_LONGEST = 1023
_CONTROLS = "".join(map(chr, range(32)))


async def set_variable(environment: dict[str, str], process: Process) -> int:
    """Run the command with the variables of its cmd.exe; returns 1 for a name that is not defined, or no input."""
    if process.arguments.lstrip()[:2].lower() == "/p":
        return await _read(environment, process, process.arguments.lstrip()[2:].lstrip())
    words = process.arguments.strip()
    name, equals, value = words.strip('"').partition("=")
    if equals:
        environment[name.strip().upper()] = value
        return 0
    shown = {key: text for key, text in environment.items() if key.upper().startswith(name.upper())}
    for key in sorted(shown):
        process.out(f"{key}={shown[key]}\r\n")
    if not shown:
        process.err(process.message("not_defined", name) + "\r\n")
    return 0 if shown else 1


async def _read(environment: dict[str, str], process: Process, words: str) -> int:
    name, equals, prompt = words.strip('"').partition("=")
    if not equals or not name.strip():
        process.err(process.message("cmd_syntax") + "\r\n")
        return 1
    process.out(prompt.lstrip())
    line = process.decode(await process.stdin.readline(_LONGEST)).rstrip(_CONTROLS)
    if not line:
        return 1
    environment[name.strip().upper()] = line
    return 0
