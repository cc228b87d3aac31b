# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bootstrap pip in an empty virtual environment without a download from a bootstrap host.

ansible-test fetches a ``get-pip`` script for the virtual environments of its sanity tests unless one lies in its cache
(``~/.ansible/test/cache/get_pip_X_Y.py``; ansible_test/_util/target/setup/requirements.py, ``bootstrap``).
``ansible_test.py`` puts this file there where none is. It keeps that script's contract: it runs in the new environment
with pip's own options and requirement specifiers as arguments, among them the version of pip that is wanted, and
``--no-setuptools`` and ``--no-wheel``, which only get-pip knows.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys

GET_PIP_OPTIONS = ("--no-setuptools", "--no-wheel")


def main() -> int:
    """Install pip and what else is asked for; return pip's exit code."""
    wanted = [argument for argument in sys.argv[1:] if argument not in GET_PIP_OPTIONS]
    if importlib.util.find_spec("ensurepip"):
        subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
        command = [sys.executable, "-m", "pip", "install"]
    else:
        # Debian's python3 without python3-venv: the base interpreter's pip can install into another environment.
        base = getattr(sys, "_base_executable", sys.executable)
        command = [base, "-m", "pip", "--python", sys.executable, "install"]
    return subprocess.run([*command, *wanted], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
