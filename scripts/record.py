# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one check and leave its count for the summary: ``record.py NAME [--junit FILE] -- COMMAND...``.

With ``--junit``, the tests that the command wrote there are counted; without, the command as a whole is one check.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import results


def _split(words: list[str]) -> tuple[list[str], bool, list[str]]:
    """Our own arguments, whether there is a ``--``, and the command line after it."""
    if "--" not in words:
        return words, False, []
    position = words.index("--")
    return words[:position], True, words[position + 1 :]


def main() -> int:
    parser = argparse.ArgumentParser(
        usage="record.py NAME [--junit FILE] -- COMMAND...", description="Run a check and record what it counted."
    )
    parser.add_argument("name", help="name of the check in the summary")
    parser.add_argument("--junit", type=Path, help="JUnit XML file that the command writes")
    own, separator, command = _split(sys.argv[1:])
    arguments = parser.parse_args(own)
    if not separator or not command:
        parser.error("no command line after --")
    if arguments.junit:
        arguments.junit.parent.mkdir(parents=True, exist_ok=True)
        arguments.junit.unlink(missing_ok=True)

    started = time.monotonic()
    try:
        exit_code = subprocess.run(command, check=False, env=os.environ).returncode
    except OSError as error:
        print(f"{arguments.name}: {error}", file=sys.stderr)
        exit_code = 127
    if arguments.junit:
        count = results.from_junit([arguments.junit]) if arguments.junit.exists() else results.Count()
    else:
        count = results.Count(passed=int(exit_code == 0), failed=int(exit_code != 0))
    count = results.settle(count, exit_code)
    results.save(arguments.name, count, time.monotonic() - started)
    print(f"== {arguments.name}: {count}", flush=True)
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
