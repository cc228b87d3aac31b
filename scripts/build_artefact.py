# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection artefact in ``build/artefact`` and prove that it holds what it should, and nothing else.

The artefact must hold no link (the one in ``build/`` leads to the tree itself) and exactly the files that git would
track, less what only developers need, and its documents must lead to nothing that was left out. It is then installed
into an empty folder, where Ansible must find every plugin's documentation.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import mirror

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
OUTPUT = ROOT / "build" / "artefact"
MADE_BY_GALAXY = {"MANIFEST.json", "FILES.json"}
# What users do not need; galaxy.yml says it to ansible-galaxy. Names with a dot at their head are never shipped.
NOT_SHIPPED = (
    ".", "scripts/", "tests/", "Makefile", "ansible.cfg", "antsibull-nox.toml", "galaxy.yml", "noxfile.py",
    "pyproject.toml", "renovate.json5", "requirements-dev.txt", "requirements-nox.txt",
)  # fmt: skip


def build() -> Path:
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    command = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(OUTPUT), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(OUTPUT.glob("*.tar.gz"))


def faults(artefact: Path) -> list[str]:
    """What is wrong with the artefact, in sentences."""
    with tarfile.open(artefact) as archive:
        members = archive.getmembers()
    files = {member.name for member in members if member.isfile()}
    wanted = {name for name in mirror.collection_files(ROOT) if not name.startswith(NOT_SHIPPED)} | MADE_BY_GALAXY
    found = [f"{member.name} is a link" for member in members if not (member.isfile() or member.isdir())]
    found += [f"{name} should not be in it" for name in sorted(files - wanted)]
    found += [f"{name} was left out" for name in sorted(wanted - files)]
    there = {member.name for member in members}
    return found + [f"{name} leads to {link}" for name, link in sorted(links(files)) if link not in there]


def links(files: set[str]) -> set[tuple[str, str]]:
    """Each Markdown document of these with each path that it links to, relative to the root."""
    found = set()
    for name in files:
        if name.endswith(".md") and (ROOT / name).is_file():
            for link in re.findall(r"\]\(([^)\s#:]+)(?:#[^)]*)?\)", (ROOT / name).read_text("utf-8")):
                found.add((name, posixpath.normpath(posixpath.join(posixpath.dirname(name), link))))
    return found


def documented_plugins(artefact: Path) -> int:
    """Install the artefact into an empty place and count the plugins that ansible-doc finds there."""
    place = OUTPUT / "installed"
    no_settings = OUTPUT / "none.cfg"
    no_settings.touch()
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(place), "ANSIBLE_CONFIG": str(no_settings)}
    install = [str(BIN / "ansible-galaxy"), "collection", "install", "--offline", "-p", str(place), str(artefact)]
    subprocess.run(install, check=True, env=environment, stdout=subprocess.DEVNULL)
    dump = [str(BIN / "ansible-doc"), "--metadata-dump", "--no-fail-on-errors", "lyncops.firewall"]
    answer = subprocess.run(dump, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    # The dump holds ansible-core's own as well, whatever it is asked for.
    ours = [
        (kind, name, doc)
        for kind, documented in json.loads(answer.stdout)["all"].items()
        for name, doc in documented.items()
        if name.startswith("lyncops.firewall.")
    ]
    broken = {f"{kind} {name}": doc["error"] for kind, name, doc in ours if "error" in doc}
    if broken:
        raise SystemExit(f"build: documentation that cannot be read in the installed artefact: {broken}")
    return len(ours)


def main() -> int:
    artefact = build()
    wrong = faults(artefact)
    for fault in wrong:
        print(f"build: {fault}", file=sys.stderr)
    if wrong:
        return 1
    plugins = documented_plugins(artefact)
    if not plugins:
        print("build: the installed artefact holds no plugin with documentation", file=sys.stderr)
        return 1
    size = artefact.stat().st_size / 1024
    print(f"build: {artefact.relative_to(ROOT)} ({size:.0f} KiB), {plugins} documented plugins and roles in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
