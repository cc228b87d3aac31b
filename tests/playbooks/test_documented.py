# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command and every piece of YAML in README and guides: those of Ansible are run on the lab, as written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lab.testing import Lab
from playbooks.documents import ROOT, blocks, commands, documents
from playbooks.runs import BIN, NEWEST_ONLY, Runner, environment
from playbooks.test_dumps import collect

if TYPE_CHECKING:
    from playbooks.warm import Warm

pytestmark = NEWEST_ONLY

NAMES = {"fe01": "fe01", "med01": "med01", "dir01": "old", "fe02": "win1", "edge01": "edge01"}
"""A host of the lab to its name in the documents; ``old`` has left the estate, ``win1`` is no Lync server."""
ROLES = {"fe01": "lync_front_end", "med01": "lync_mediation"}
CONNECTION = ("ansible_connection", "ansible_port", "ansible_winrm_transport", "ansible_user", "ansible_password")
ANSWERS = ("audit", "verify", "report", "slices", "probe")
"""Playbooks whose exit code is their answer, so that 2 is as good as 0."""
OF_MAKE = re.compile(r"make (\S+)")
_POLICY = "tests/unit/plugins/module_utils/_policy"
ELSEWHERE = {
    r"(mkdir -p generated|aclcheck |cd lync_firewall_matrix)": f"{_POLICY}/test_matrix_aerleon.py",
    r"ansible-playbook .*lyncops.firewall.qualify ": "tests/playbooks/test_qualify.py",  # without its minutes
    r"ansible-playbook -i inventory/lync_topology.yml (site|audit).yml": "tests/playbooks/test_example_project.py",
    r"(useradd |install -|systemctl )": "docs/docsite/rst/scheduled.rst",  # Debian's own; nothing of ours to go wrong
    r"(ansible-builder|podman|export CONTROLLER_HOST)": "tests/awx/test_execution_environment.py",
    r"(ansible-playbook setup.yml|ansible-galaxy collection install awx)": "tests/awx/test_awx_collection.py",
    r"(ansible-galaxy collection .*/path/to/clone|pip install)": "tests/awx/test_execution_environment.py",
    r"(source \.venv|\.venv/bin/python -m pytest|PYTHONPATH=tests python -m lab)": "CONTRIBUTING.md",
}
"""What is no command of Ansible, and the file that tries it or says why nobody does."""
UNKNOWN_HOSTS = "-i my.lync_topology.yml -i connection.yml"  # that topology is made up, and nobody answers there


def everything() -> dict[str, Path]:
    """Each command to the first document that has it."""
    found: dict[str, Path] = {}
    for document in documents():
        for command in commands(document):
            found.setdefault(command, document)
    return found


def of_ansible(command: str) -> bool:
    return not any(re.match(pattern, command) for pattern in ELSEWHERE) and not OF_MAKE.match(command)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Iterator[Runner]:
    """A folder as the documents speak of it, and the hosts."""
    folder = tmp_path_factory.mktemp("documented")
    with Lab(count=4, edges=1, bystanders=()) as lab:
        runner = Runner(lab, folder, warm)
        runner.change_inventory(_rename)
        known = yaml.safe_load(runner.inventory.read_text())["all"]["children"]["windows"]
        connection = {name: value for name, value in known["vars"].items() if name in CONNECTION}
        (folder / "connection.yml").write_text(yaml.safe_dump({"lync": {"vars": connection}}))
        (folder / "connection_vars.yml").write_text(yaml.safe_dump(connection))
        shutil.copytree(ROOT / "examples", folder / "examples")
        shutil.copy(ROOT / "examples" / "contoso_topology.xml", folder / "topology.xml")
        (folder / "my.lync_topology.yml").write_text("plugin: lyncops.firewall.lync_topology\npath: topology.xml\n")
        collect(lab, folder / "files")
        _leave(runner)
        yield runner


def _leave(runner: Runner) -> None:
    """A server with our rules, which the last report has, leaves the estate."""
    inventory = runner.inventory.read_text()
    runner.change_inventory(lambda everybody, _hosts: _are_mediation(everybody, "old.example.com"))
    for playbook in ("site", "audit"):
        assert runner.play(playbook, "--limit", "old.example.com").code == 0
    runner.inventory.write_text(inventory)
    (runner.folder / "lync_firewall_report" / "retired.json").unlink(missing_ok=True)


def _are_mediation(everybody: dict[str, Any], host: str) -> None:
    everybody["children"]["lync_mediation"]["hosts"][host] = {}


def _rename(everybody: dict[str, Any], hosts: dict[str, Any]) -> None:
    for name, called in NAMES.items():
        (long,) = [host for host in hosts if host.startswith(f"{name}.")]
        hosts[f"{called}.example.com" if called != "win1" else called] = hosts.pop(long)
    groups = everybody["children"]
    edge = groups["lync"]["children"]["lync_edge"]
    (addresses,) = edge["hosts"].values()
    for group in [name for name in groups if name.startswith("lync")]:
        del groups[group]
    for name, group in ROLES.items():
        groups[group] = {"hosts": {f"{name}.example.com": {}}}
    balanced = {"sip": "10.1.0.100", "web_internal": "10.1.0.101"}
    groups["lync_front_end"]["vars"] = {
        "lync_pool": "pool01.example.com",
        "lync_load_balancing": "hardware",
        "lync_virtual_addresses": balanced,
        "lync_firewall_scope": "topology",
        "lync_firewall_extra_peers": {"branch_appliance": [], "load_balancer": ["10.1.0.5"]},
    }
    groups["lync_edge"] = {"hosts": {"edge01.example.com": {**edge["vars"], **addresses}}}
    groups["others"] = {"hosts": {"jump.branch.example.com": {"ansible_connection": "local"}}}


def translated(command: str, folder: Path) -> str:
    """The command with this tree in place of a clone, and this folder in place of those of an administrator."""
    places = {
        "build/lab/inventory.yml": "inventory.yml",
        " playbooks/": f" {ROOT}/playbooks/",
        "/mnt/files/lync": str(folder / "files"),
        "/var/lib/lync-firewall": str(folder / "lync_firewall_report"),
    }
    for written, meant in places.items():
        command = command.replace(written, meant)
    return command


@pytest.mark.parametrize(
    "command", [command for command in everything() if of_ansible(command)], ids=lambda it: it[-60:]
)
def test_a_command_of_ansible_does_what_it_is_there_for(estate: Runner, command: str) -> None:
    if "lync_firewall_forget" in command:
        _leave(estate)
    words = shlex.split(translated(command, estate.folder))
    settings = dict(word.split("=", 1) for word in words[: next(n for n, word in enumerate(words) if "=" not in word)])
    program, *arguments = words[len(settings) :]
    if program == "ansible-playbook":
        playbook = next(
            word
            for word in arguments
            if re.search(r"lyncops\.firewall\.\w+$|\.yml$", word) and "inventory" not in word and "topology" not in word
        )
        code, output = _play(estate, arguments, settings)
        allowed = {0, 2} if playbook.rpartition(".")[2] in ANSWERS or "playbooks/audit" in playbook else {0}
        if UNKNOWN_HOSTS in command:
            allowed = {4}
    else:
        assert program in ("ansible", "ansible-inventory"), f"nobody tries {program}"
        ran = subprocess.run(
            [str(BIN / program), *arguments], cwd=estate.folder, env=environment(**settings), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        code, output, allowed = ran.returncode, ran.stdout, {0}
    assert code in allowed, output
    assert "Traceback" not in output


def _play(estate: Runner, arguments: list[str], settings: dict[str, str]) -> tuple[int, str]:
    environ = environment(**settings)
    command = [str(BIN / "ansible-playbook"), *arguments]
    if estate._warm.can_run(environ):
        return estate._warm.run(command, estate.folder, environ, 300)
    ran = subprocess.run(
        command, cwd=estate.folder, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout


def test_every_other_command_is_tried_somewhere() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for command, document in everything().items():
        made = OF_MAKE.match(command)
        if made:
            assert made[1] in targets, f"{document.name}: {command}"
    for place in ELSEWHERE.values():
        assert (ROOT / place).is_file(), place


def test_the_readme_in_portuguese_has_the_same_commands() -> None:
    english, portuguese = (commands(ROOT / name) for name in ("README.md", "README.pt-BR.md"))
    assert set(portuguese) == set(english)
    assert portuguese


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_yaml_and_json_can_be_read(document: Path) -> None:
    for block in blocks(document, "yaml"):
        assert yaml.safe_load(block), block
    for block in blocks(document, "json"):
        json.loads(block)
