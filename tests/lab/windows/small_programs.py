# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small programs: hostname, ping, timeout, gpupdate, cmd, chcp, and the PowerShell stand-in."""

from __future__ import annotations

import asyncio
import base64
import json
import re

from lab.windows.cmd import run_line
from lab.windows.netsh import split_words
from lab.windows.process import Process, is_codepage


async def hostname(process: Process) -> int:
    """The computer name."""
    process.out(process.host.computer_name + "\r\n")
    return 0


async def ping(process: Process) -> int:
    """`ping -n N 127.0.0.1`, the usual sleep: N answers, one second of the host apart. Any other address is refused."""
    words = split_words(process.arguments)
    count, target = 4, ""
    at = 0
    while at < len(words):
        if words[at].lower() in ("-n", "/n") and at + 1 < len(words) and words[at + 1].isdecimal():
            count, at = int(words[at + 1]), at + 2
            continue
        if words[at].lower() in ("-w", "/w"):
            at += 2
            continue
        target, at = words[at], at + 1
    if target not in ("127.0.0.1", "localhost"):
        process.out(f"Ping request could not find host {target}. Please check the name and try again.\r\n")
        return 1
    process.out("\r\nPinging 127.0.0.1 with 32 bytes of data:\r\n")
    for number in range(count):
        process.out("Reply from 127.0.0.1: bytes=32 time<1ms TTL=128\r\n")
        if number + 1 < count:
            await asyncio.sleep(process.host.clock.minute / 60)
    return 0


async def timeout(process: Process) -> int:
    """`timeout` needs a console: under winrs it refuses redirected input, which is all input here."""
    process.err(process.message("redirected_input") + "\r\n")
    return 1


async def more(process: Process) -> int:
    """Copies standard input through."""
    process.stdout(await process.stdin.read_all())
    return 0


async def gpupdate(process: Process) -> int:
    """Group Policy refresh: the firewall service and WinRM read what is policy for them again."""
    process.host.read_winrm_policy()
    process.host.firewall.refresh_group_policy()
    process.out("Updating policy...\r\n\r\nComputer Policy update has completed successfully.\r\n")
    return 0


async def chcp(process: Process) -> int:
    """Shows the console's code page, or changes it for all that runs there.

    Not confirmed: the exit code for a code page that there is not, and whether what a shell of WinRM runs next has the
    new one too (quirk ``chcp_lasts``).
    """
    words = split_words(process.arguments)
    if words:
        if len(words) != 1 or not words[0].isdecimal() or not is_codepage(int(words[0])):
            process.err(process.message("bad_code_page") + "\r\n")
            return 1
        process.console.codepage = int(words[0])
    process.out(process.message("code_page", process.codepage) + "\r\n")
    return 0


async def command_interpreter(process: Process) -> int:
    """`cmd /c LINE`: another cmd.exe, without AutoRun for `/d`. Anything else would wait for a console."""
    match = re.match(
        r"\s*(?P<switches>(?:/[a-bd-z]\S*\s+)*)/c\s?(?P<line>.*)$", process.arguments, re.IGNORECASE | re.DOTALL
    )
    if match is None:
        return 0
    line, switches = match["line"].strip(), match["switches"].lower()
    child = process.child("cmd", line, process.stdin, process.stdout, process.stderr)
    start = f"cmd {match['switches']}/c "
    return await run_line(child, autorun="/d" not in switches, start=start, strip="/s" in switches)


def _wants_input(arguments: str) -> bool:
    match = re.search(r"-e\w*\s+(?P<script>[A-Za-z0-9+/=]+)\s*$", arguments, re.IGNORECASE)
    if match is None:
        return True
    try:
        script = base64.b64decode(match["script"], validate=True).decode("utf-16-le")
    except ValueError:
        return True
    return any(word in script.lower() for word in ("$input", "console]::in", "openstandardinput"))


async def powershell(process: Process) -> int:
    """Not PowerShell: a stand-in for benchmarks only.

    It reads its standard input to the end and answers as a peer's Ansible module would, at no cost, so that a
    comparison counts only what the protocol costs. Nothing is ever run. An encoded script that never mentions its
    input (Ansible's `raw`) gets no input from the client, so none is waited for.
    """
    if not process.stdin.is_nul and _wants_input(process.arguments):
        await process.stdin.read_all()
    process.out(json.dumps({"changed": True, "failed": False}) + "\r\n")
    return 0
