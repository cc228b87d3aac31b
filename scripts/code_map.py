# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: the rooms of plugins/, what each is for and may import, and the folders of tests/.

A room that is one file says in its docstring what it is for. What it may import is said in tests/unit/test_imports.py,
which holds it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_RULES = ROOT / "tests" / "unit" / "test_imports.py"

_FOLDERS = {
    "action": "The work of the modules of the same names, on the controller: validate, call, return a result.",
    "callback": "The table at the end of a run, and the line of progress.",
    "doc_fragments": "Documentation that modules share, made of the option table.",
    "filter": "Listeners, matrix and files of Group Policy, for playbooks and templates.",
    "inventory": "A topology document as an inventory.",
    "lookup": "The rows of the catalogue, for playbooks.",
    "modules": "Documentation of the action plugins; lync_port_probe runs where it is delegated to.",
    "module_utils._catalogue": "What Lync needs: rows, products, roles, programs, services. Facts with their sources.",
    "module_utils._firewall.change": "From what is to what is wanted: plan, netsh lines, undo, lockout guard, risk.",
    "module_utils._firewall.log": "The log that Windows Firewall writes: what was dropped, and whose it was.",
    "module_utils._firewall.state": "What a host has: rules, profiles, services, read of a registry dump or of files.",
    "module_utils._firewall.traffic": "Whether traffic gets in by all rules of a host: matching, verdicts, reasons.",
    "module_utils._net": "Sets of ports and addresses, intervals, regions: numbers that all share.",
    "module_utils._options": "Every option and its type, choices and words, said once; how their values are read.",
    "module_utils._policy": "Lync and firewall together: rows to rules, peers, verdicts by row, site rules, matrix.",
    "module_utils._probe": "What is to be probed from outside, and what the answers mean.",
    "module_utils._qualify": "The kit for a real host: its questions, and the document of answers.",
    "module_utils._topology": "A topology document to hosts, roles, ports and peers; a reader for each form.",
    "plugin_utils._fleet": "Many hosts on a screen: the callback's table and progress, and the status of a run.",
    "plugin_utils._host": "One host over WinRM: commands, bounds, writing, rollback, lockout guard, what came of it.",
    "plugin_utils._plan": "A plan to approve: made of results, written as pages and JSON, read again.",
    "plugin_utils._probe": "Which host is asked for which port, by what inventory and policy say.",
    "plugin_utils._report": "Results of many hosts to one report: HTML, JSON, CSV, Prometheus, mail; slices, leavers.",
}
"""Rooms that are folders, and what each is for."""

_TESTS = {
    "awx": "The project for AWX: its set-up as data, and jobs as AWX runs them, on the lab.",
    "bench": "What the collection costs: ``make bench`` and its like. Not in the artefact.",
    "ee": "A playbook that an execution environment has to run.",
    "faults": "Hosts, networks and administrators that get in the way: ``make faults``.",
    "integration": "Targets of ``ansible-test``, on the lab or on real hosts: ``make integration``.",
    "lab": "Simulated Windows hosts, a second reading of the specifications. No code of ``plugins/``.",
    "lab_tests": "The lab itself, without the collection.",
    "peers": "The same work with another collection, for ``make bench`` to compare with.",
    "playbooks": "Whole playbooks on the lab, and every command of the guides: ``make fleet-tests``.",
    "qualified": "Answers of real hosts to the kit; none yet.",
    "report": "The report's page in a browser.",
    "topology_documents": "Makes the synthetic topologies that readers are tried with, and what is to come of each.",
    "unit": "Functions, no host: tests of a file are where it is in ``plugins/``. ``test_imports.py`` has the arrows.",
}
"""Folders of tests/, and what each is for."""

Row = tuple[str, ...]


def arrows() -> dict[str, set[str]]:
    """What each room may import, as the test of the imports has it."""
    for node in ast.parse(_RULES.read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "MAY_IMPORT":
            return {name: _set(value) for name, value in _items(node.value)}
    raise ValueError(f"{_RULES}: MAY_IMPORT is not there")


def rooms() -> Iterator[Row]:
    """Each room: its name, what it is for, and what it may import."""
    for name, allowed in arrows().items():
        yield f"``{name}``", _purpose(name), ", ".join(f"``{other}``" for other in sorted(allowed)) or "nothing"


def folders() -> Iterator[Row]:
    """Each folder of tests: its name, and what it is for."""
    for path in sorted((ROOT / "tests").iterdir()):
        if path.is_dir() and path.name not in ("__pycache__", "output"):
            yield f"``tests/{path.name}``", _said(_TESTS, path.name)


def _purpose(name: str) -> str:
    path = ROOT / "plugins" / f"{name.replace('.', '/')}.py"
    if not path.is_file():
        return _said(_FOLDERS, name)
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n\n")[0]
    return " ".join(first.split()).replace("*", "\\*")


def _said(known: Mapping[str, str], name: str) -> str:
    if name not in known:
        raise ValueError(f"{__file__}: say what {name} is for")
    return known[name]


def _items(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield ast.literal_eval(key), value


def _set(node: ast.expr) -> set[str]:
    """An empty one is a call, and no literal."""
    return set() if isinstance(node, ast.Call) else set(ast.literal_eval(node))
