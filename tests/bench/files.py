# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit of files instead of hosts costs: formats by sizes, 200 files each, as people run it.

Run by ``make bench-files``. It needs ``build/collections`` and ``tests`` in PYTHONPATH. A simulated host writes the
files by the commands of the guide; each of the others is the same with a computer name of its own. Hives are made of
the same keys, as no simulated host can write one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.fleet_process import measure
from lab.testing import Lab

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "files_instead_of_hosts.rst"
HIVE_WRITER = ROOT / "tests" / "unit" / "plugins" / "module_utils" / "_firewall" / "hive_writer.py"
NAME = "FE01"
SIZES = (0, 5_000)
MEGABYTE = 2**20
_VALUE = re.compile(r" {4}(.+?) {4}(REG_\w+) {4}(.*)")


def collected(foreign: int) -> tuple[str, str]:
    """A host's text and its ``.reg``, by the commands of the guide.

    :param foreign: How many rules others have there.
    """
    guide = GUIDE.read_text("utf-8")
    (line,) = re.findall(r"^   (\(reg query .*)$", guide, re.MULTILINE)
    exports = re.findall(r"^   ((?:reg export|copy) .*)$", guide, re.MULTILINE)
    with Lab(hosts=["fe01"], foreign_rules=foreign) as lab:
        host = lab.host("fe01")
        for command in (line, *exports):
            ran = host.run(command, folder="C:\\")
            if ran.rc:
                raise SystemExit(f"{command}: {ran}")
        text, reg = host.file(rf"\\files\lync\{NAME}.txt"), host.run(rf"type \\files\lync\{NAME}.reg").stdout
    if not text or not reg:
        raise SystemExit("the guide's commands wrote nothing")
    return text, reg


def hives(text: str) -> dict[str, bytes]:
    """Both hives, of what a host's text tells, by the tests' writer.

    :param text: The text.
    """
    spec = importlib.util.spec_from_file_location("hive_writer", HIVE_WRITER)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{HIVE_WRITER} is not there")
    writer = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = writer
    spec.loader.exec_module(writer)
    keys: dict[str, list[tuple[str, str, str]]] = {}
    key = ""
    for line in text.splitlines():
        value = _VALUE.fullmatch(line)
        if value:
            keys[key].append((value[1], value[2], value[3]))
        elif line.startswith("HKEY_LOCAL_MACHINE\\"):
            key = line.removeprefix("HKEY_LOCAL_MACHINE\\")
            keys.setdefault(key, [])
    system = {name.replace("SYSTEM\\CurrentControlSet", "ControlSet001"): found for name, found in keys.items()}
    system = {name: found for name, found in system.items() if name.startswith("ControlSet001")}
    system["Select"] = [("Current", "REG_DWORD", "0x1")]
    software = {name[len("SOFTWARE\\") :]: found for name, found in keys.items() if name.startswith("SOFTWARE\\")}
    return {"SYSTEM": writer.hive(system), "SOFTWARE": writer.hive(software)}


def write(folder: Path, number: int, kind: str, text: str, reg: str) -> int:
    """Write what stands for many hosts, and their inventory.

    :param folder: Where to.
    :param number: How many.
    :param kind: ``text``, ``reg`` or ``hives``.
    :returns: Bytes of one host.
    """
    (folder / "dumps").mkdir(parents=True)
    size = 0
    for place in range(number):
        name = f"H{place:03}"
        files: Mapping[str, bytes]
        if kind == "hives":
            files = hives(text.replace(NAME, name))
        elif kind == "reg":
            files = {"reg": b"\xff\xfe" + reg.replace(NAME, name).encode("utf-16-le")}
        else:
            files = {"txt": text.replace(NAME, name).encode()}
        for end, content in files.items():
            (folder / "dumps" / f"{name}.{end}").write_bytes(content)
        size = sum(map(len, files.values()))
    members: dict[str, Any] = {f"h{place:03}": {} for place in range(number)}
    (folder / "inventory.json").write_text(json.dumps({"all": {"children": {"lync_front_end": {"hosts": members}}}}))
    return size


def audit(folder: Path, number: int) -> str:
    """Run the audit; seconds from start to end, CPU, and memory, as cells of the table."""
    extra = {"lync_firewall_dumps": "dumps", "lync_firewall_dumps_max_age": 0, "lync_firewall_fail_on_drift": False}
    command = ["ansible-playbook", "-i", "inventory.json", "lyncops.firewall.audit", "-e", json.dumps(extra)]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
    }
    used = measure(command, folder, environment, folder / "log")
    if used.code:
        raise SystemExit((folder / "log").read_text()[-3000:])
    report = json.loads((folder / "lync_firewall_report" / "lync-firewall.json").read_text())
    judged = sum(len(host.get("judged_from", [])) > 0 and len(host["cells"]) > 0 for host in report["hosts"])
    if judged != number:
        raise SystemExit(f"{judged} of {number} hosts were judged")
    return f"{used.wall:.1f} | {used.cpu:.1f} | {used.fork_peak / MEGABYTE:.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=200)
    number = parser.parse_args().hosts
    print(f"{number} hosts, of which each has its files; lyncops.firewall.audit\n")
    print("| format | rules of others | KB a host | s, start to end | s of CPU | peak MB of a worker |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for foreign in SIZES:
        text, reg = collected(foreign)
        for kind in ("text", "reg", "hives"):
            with tempfile.TemporaryDirectory() as name:
                size = write(Path(name) / "work", number, kind, text, reg)
                cells = audit(Path(name) / "work", number)
            print(f"| {kind} | {foreign:,} | {size / 1024:,.0f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
