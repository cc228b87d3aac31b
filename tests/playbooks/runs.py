# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a playbook, and reading what it left: exit code, recap, report, artifacts."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.testing import Lab
from playbooks.warm import Warm

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("LYNCOPS_CORE_BIN", str(Path(sys.executable).parent)))
NEWEST_ONLY = pytest.mark.newest_core
"""A case that the oldest ansible-core is spared: what Ansible does of it, another case shows on both."""
LONG = pytest.mark.long
"""A case for `make test-long`: another variation of what another case of its module shows, or what follows on it (a run
after a failed one, an outage beside a drift), where unit tests have each decision and this the whole run."""
_SECONDS = 300  # for a machine that does ten things at a time
_RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)
_STATS = re.compile(r"^\tRUN: (\{.*\})$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """What a run of a playbook said.

    Attributes:
        code: Its exit code.
        output: All of its output.
    """

    code: int
    output: str

    def _recap(self, column: int) -> dict[str, int]:
        return {str(found[0]): int(found[column]) for found in _RECAP.findall(self.output) if int(found[column])}

    @property
    def changed(self) -> set[str]:
        """Hosts that the recap counts a change of."""
        return set(self._recap(1))

    @property
    def failed(self) -> dict[str, int]:
        """Hosts that the recap counts a failure of, with their number."""
        return self._recap(3)

    @property
    def unreachable(self) -> dict[str, int]:
        """Hosts that the recap counts as unreachable, with their number."""
        return self._recap(2)

    @property
    def artifacts(self) -> dict[str, Any]:
        """What the run handed over with set_stats."""
        return dict(json.loads(_STATS.findall(self.output)[-1]))


def newest_only(*values: Any) -> Any:
    """A parameter set that is NEWEST_ONLY."""
    return pytest.param(*values, marks=NEWEST_ONLY)


def environment(**more: str) -> dict[str, str]:
    """The environment of a run: the collection as it is in this tree, and nothing of the person's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "LYNCOPS_"))}
    return {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "TERM": "xterm",
        **more,
    }


def long(*values: Any) -> Any:
    """A parameter set that is LONG, and of the newest ansible-core, since a variation is nothing of Ansible's."""
    return pytest.param(*values, marks=(LONG, NEWEST_ONLY))


class Runner:
    """Runs playbooks of the collection in a folder, where the default report goes too."""

    def __init__(self, lab: Lab, folder: Path, warm: Warm) -> None:
        """Write the inventory of the lab.

        Args:
            lab: The hosts.
            folder: The current directory of the runs.
            warm: What runs playbooks that need no settings of their own.
        """
        self.folder = folder
        self._warm = warm
        self.inventory = folder / "inventory.yml"
        lab.write_inventory(self.inventory)

    def change_inventory(self, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
        """Edit the inventory: `change` gets the group `all`, and the hosts with their variables."""
        data = yaml.safe_load(self.inventory.read_text())
        change(data["all"], data["all"]["children"]["windows"]["hosts"])
        self.inventory.write_text(yaml.safe_dump(data))

    def command(self, playbook: str, *arguments: str) -> list[str]:
        return [str(BIN / "ansible-playbook"), "-i", str(self.inventory), playbook, *arguments]

    def play(self, name: str, *arguments: str, variables: Mapping[str, Any] | None = None, **env: str) -> Run:
        """Run a playbook of the collection, or a file, in a pipe.

        Args:
            name: ``audit``, or the path of a playbook.
            arguments: More arguments.
            variables: Extra variables.
            env: Environment variables.
        """
        playbook = name if "/" in name else f"lyncops.firewall.{name}"
        extra = ["-e", json.dumps(variables)] if variables else []
        command, environ = self.command(playbook, *arguments, *extra), environment(**env)
        if self._warm.can_run(environ):
            run = Run(*self._warm.run(command, self.folder, environ, _SECONDS))
        else:
            ran = subprocess.run(
                command, cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, timeout=_SECONDS, check=False,
            )  # fmt: skip
            run = Run(ran.returncode, ran.stdout)
        assert "Traceback" not in run.output, run.output
        return run

    def report(self, folder: str = "lync_firewall_report", name: str = "lync-firewall") -> dict[str, Any]:
        """The JSON report that a run wrote."""
        return dict(json.loads((self.folder / folder / f"{name}.json").read_text()))

    def classes(self, **where: str) -> dict[str, str]:
        """The hosts of the report, by their short names, and the class of each."""
        return {host["name"].partition(".")[0]: host["class"] for host in self.report(**where)["hosts"]}

    def in_terminal(self, name: str, *arguments: str, columns: int = 100, **env: str) -> tuple[int, bytes]:
        """Run a playbook in a terminal of its own; its exit code and every byte that the terminal got."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        with subprocess.Popen(
            self.command(f"lyncops.firewall.{name}", *arguments),
            cwd=self.folder, env=environment(**env), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        ) as process:  # fmt: skip
            os.close(slave)
            said = b"".join(iter(lambda: _read(master), b""))
            code = process.wait(_SECONDS)
        os.close(master)
        return code, said


def _read(terminal: int) -> bytes:
    """What comes next; nothing when the other side is closed, which Linux tells as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
