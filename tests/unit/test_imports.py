# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports run one way: thin plugins over plugin_utils over module_utils, and there from policy down to plain sets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"

MAY_IMPORT: dict[str, set[str]] = {
    # Entry points. They do not import each other.
    "action": {"plugin_utils", "module_utils"},
    "callback": {"plugin_utils"},
    "doc_fragments": {"module_utils._options"},
    "filter": {
        "plugin_utils._arguments",
        "plugin_utils._estate",
        "plugin_utils._matrix",
        "plugin_utils._plain",
        "plugin_utils._pools",
        "module_utils",
    },
    "inventory": {"module_utils._topology"},
    "lookup": {"plugin_utils._plain", "module_utils._catalogue"},
    # The one that runs where it is delegated to; the others are documentation.
    "modules": {"module_utils._probe"},
    # What needs Ansible, on the controller.
    "plugin_utils._action": {
        "plugin_utils._arguments",
        "plugin_utils._dumps",
        "plugin_utils._host",
        "plugin_utils._plain",
        "plugin_utils._said",
        "plugin_utils._telling",
        "plugin_utils._variables",
        "module_utils",
    },
    "plugin_utils._settings": {
        "plugin_utils._rule_words",
        "plugin_utils._said",
        "plugin_utils._states",
        "module_utils",
    },
    "plugin_utils._rule_words": {
        "plugin_utils._traffic_words",
        "module_utils._firewall",
        "module_utils._texts",
    },
    "plugin_utils._traffic_words": {"module_utils._net"},
    "plugin_utils._named_roles": {"plugin_utils._plain", "module_utils"},
    "plugin_utils._left_out": set(),
    "plugin_utils._left_over": {"plugin_utils._named_roles", "plugin_utils._report", "module_utils"},
    "plugin_utils._shapes": {"module_utils._options", "module_utils._texts"},
    "plugin_utils._keys": {"plugin_utils._plain", "plugin_utils._shapes", "module_utils"},
    "plugin_utils._no_effect": {"plugin_utils._plain", "module_utils"},
    "plugin_utils._nobody": {"module_utils"},
    "plugin_utils._log": {"plugin_utils._host", "module_utils"},
    "plugin_utils._patterns": set(),
    "plugin_utils._limit": {"module_utils"},
    "plugin_utils._named_hosts": {
        "plugin_utils._patterns",
        "plugin_utils._plain",
        "plugin_utils._targets",
        "module_utils",
    },
    "plugin_utils._still_served": {
        "plugin_utils._client_hosts",
        "plugin_utils._patterns",
        "plugin_utils._plain",
        "module_utils",
    },
    "plugin_utils._paths": {"module_utils._options", "module_utils._texts"},
    "plugin_utils._dumps": {
        "plugin_utils._paths",
        "module_utils._firewall.state",
        "module_utils._options",
        "module_utils._texts",
    },
    "plugin_utils._dumps_age": set(),
    "plugin_utils._dumps_asked": {
        "plugin_utils._dumps",
        "plugin_utils._plain",
        "plugin_utils._whose",
        "module_utils._options",
    },
    "plugin_utils._unsaid": {"plugin_utils._plain", "module_utils"},
    "plugin_utils._pools": {
        "plugin_utils._estate",
        "plugin_utils._plain",
        "plugin_utils._templated",
        "plugin_utils._variables",
        "module_utils",
    },
    "plugin_utils._templated": {"plugin_utils._plain", "module_utils"},
    "plugin_utils._variables": {
        "plugin_utils._estate",
        "plugin_utils._plain",
        "plugin_utils._templated",
        "module_utils",
    },
    "plugin_utils._estate": {"plugin_utils._named_roles", "module_utils"},
    "plugin_utils._batches": {"module_utils._options"},
    "plugin_utils._client_hosts": {"plugin_utils._plain", "module_utils"},
    "plugin_utils._host_look": {
        "plugin_utils._client_hosts",
        "plugin_utils._keys",
        "plugin_utils._named_roles",
        "plugin_utils._no_effect",
        "plugin_utils._plain",
        "plugin_utils._unsaid",
        "module_utils",
    },
    "plugin_utils._targets": {
        "plugin_utils._batches",
        "plugin_utils._client_hosts",
        "plugin_utils._host_look",
        "plugin_utils._keys",
        "plugin_utils._named_roles",
        "plugin_utils._no_effect",
        "plugin_utils._nobody",
        "plugin_utils._patterns",
        "plugin_utils._plain",
        "plugin_utils._unsaid",
        "module_utils",
    },
    "plugin_utils._controller": {
        "plugin_utils._arguments",
        "plugin_utils._plain",
        "plugin_utils._templated",
        "module_utils._options",
    },
    "plugin_utils._telling": set(),
    "plugin_utils._topology_age": set(),
    "plugin_utils._basis": {"plugin_utils._plain", "plugin_utils._templated", "module_utils._options"},
    "plugin_utils._whose": set(),
    "plugin_utils._arguments": {"plugin_utils._plain", "plugin_utils._shapes", "module_utils._options"},
    "plugin_utils._plain": set(),
    "plugin_utils._requirement_rows": {
        "plugin_utils._admits",
        "plugin_utils._said",
        "module_utils",
    },
    "plugin_utils._summary": {"plugin_utils._said", "plugin_utils._settings", "module_utils"},
    "plugin_utils._results": {"plugin_utils._said", "plugin_utils._settings", "plugin_utils._states", "module_utils"},
    "plugin_utils._admits": {"plugin_utils._said", "module_utils"},
    "plugin_utils._states": {"plugin_utils._said", "module_utils"},
    "plugin_utils._said": {"module_utils._texts"},
    "plugin_utils._sources": {
        "plugin_utils._named_roles",
        "plugin_utils._plain",
        "plugin_utils._report",
        "plugin_utils._templated",
        "module_utils",
    },
    "plugin_utils._matrix": {"plugin_utils._arguments", "plugin_utils._plain", "plugin_utils._report", "module_utils"},
    "plugin_utils._matrix_balanced": {
        "plugin_utils._arguments",
        "plugin_utils._pools",
        "plugin_utils._sources",
        "module_utils",
    },
    "plugin_utils._matrix_clients": {"plugin_utils._plain", "plugin_utils._sources", "module_utils"},
    "plugin_utils._text_files": {"plugin_utils._report", "plugin_utils._telling", "module_utils._options"},
    "plugin_utils._version": set(),
    "plugin_utils._probe": {
        "plugin_utils._arguments",
        "plugin_utils._sources",
        "plugin_utils._variables",
        "module_utils",
    },
    "plugin_utils._armed": {"plugin_utils._said", "module_utils"},
    "plugin_utils._proof": {"plugin_utils._host", "plugin_utils._plan", "plugin_utils._said", "module_utils"},
    "plugin_utils._plan": {
        "plugin_utils._paths",
        "plugin_utils._report",
        "plugin_utils._rule_words",
        "plugin_utils._said",
        "plugin_utils._settings",
        "module_utils",
    },
    "plugin_utils._fleet": {"plugin_utils._report", "plugin_utils._settings", "plugin_utils._version", "module_utils"},
    "plugin_utils._report": {
        "plugin_utils._paths",
        "plugin_utils._settings",
        "plugin_utils._version",
        "module_utils",
    },
    "plugin_utils._host": {"module_utils"},
    # What knows nothing of Ansible.
    "module_utils._policy": {
        "module_utils._topology",
        "module_utils._options",
        "module_utils._catalogue",
        "module_utils._firewall",
        "module_utils._net",
        "module_utils._probe",
        "module_utils._texts",
    },
    "module_utils._topology": {
        "module_utils._catalogue",
        "module_utils._firewall",
        "module_utils._net",
        "module_utils._texts",
    },
    "module_utils._options": {"module_utils._catalogue", "module_utils._firewall.state", "module_utils._net"},
    "module_utils._firewall.change": {
        "module_utils._firewall.traffic",
        "module_utils._firewall.state",
        "module_utils._net",
        "module_utils._task_xml",
        "module_utils._texts",
    },
    "module_utils._firewall.traffic": {"module_utils._firewall.state", "module_utils._net", "module_utils._texts"},
    "module_utils._firewall.log": {"module_utils._firewall.state", "module_utils._texts"},
    "module_utils._firewall.state": {"module_utils._net", "module_utils._texts"},
    "module_utils._catalogue": {"module_utils._net"},
    "module_utils._qualify": {"module_utils._firewall.state", "module_utils._task_xml", "module_utils._texts"},
    "module_utils._net": set(),
    "module_utils._probe": set(),
    "module_utils._task_xml": set(),
    "module_utils._texts": set(),
}

FILES = sorted(PLUGINS.rglob("*.py"))


def dotted(path: Path) -> tuple[str, ...]:
    """A file's place below ``plugins``, such as ``('module_utils', '_net', 'port_set')``."""
    return path.relative_to(PLUGINS).with_suffix("").parts


def room(place: tuple[str, ...]) -> str:
    """The room that a place is in: the longest name of the table that it begins with."""
    names = [".".join(place[:length]) for length in range(len(place), 0, -1)]
    return next(name for name in names if name in MAY_IMPORT)


@cache
def parsed(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a file."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """What of the collection a file imports, as places. Names of a package are places of their own."""
    here = dotted(path)
    for node in parsed(path):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*here[: -node.level], *(node.module or "").split("."))
            for alias in node.names:
                whole = tuple(part for part in (*base, alias.name) if part)
                yield whole if (PLUGINS.joinpath(*whole)).with_suffix(".py").is_file() else whole[:-1]


def outside(path: Path) -> Iterator[str]:
    """First words of the absolute imports of a file."""
    for node in parsed(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(dotted(path)))
def test_imports_run_one_way(path: Path) -> None:
    mine = room(dotted(path))
    for place in imported(path):
        assert PLUGINS.joinpath(*place).with_suffix(".py").is_file(), place
        theirs = room(place)
        allowed = any(theirs == name or theirs.startswith(f"{name}.") for name in MAY_IMPORT[mine])
        assert allowed or theirs == mine, f"{mine} must not import {'.'.join(place)}"


def test_the_table_has_no_way_back() -> None:
    """Who may be imported may not import the importer, whatever the number of steps between them."""
    below = {
        name: {other for other in MAY_IMPORT for word in words if other == word or other.startswith(f"{word}.")}
        for name, words in MAY_IMPORT.items()
    }
    for _round in MAY_IMPORT:
        below = {name: names.union(*(below[other] for other in names)) for name, names in below.items()}
    assert [name for name, names in below.items() if name in names] == []


def test_every_file_is_used_by_a_plugin() -> None:
    """Directly or by others. Nothing is dead, and whoever imports all plugins (ansible-test's sanity) imports all."""
    uses = {dotted(path): set(imported(path)) for path in FILES}
    found = {place for place in uses if place[0] not in ("module_utils", "plugin_utils", "doc_fragments")}
    new = found
    while new:
        new = {used for place in new for used in uses[place]} - found
        found = found | new
    assert {place for place in uses if place[0] != "doc_fragments" and place[-1] != "__init__"} - found == set()


def test_inside_the_collection_imports_are_relative() -> None:
    assert [path for path in FILES if "ansible_collections" in set(outside(path))] == []


def test_module_utils_know_nothing_of_ansible_and_open_no_socket() -> None:
    forbidden = {"ansible", "winrm", "requests", "socket", "subprocess", "http", "urllib", "xmltodict", "jinja2"}
    found = {path: forbidden & set(outside(path)) for path in FILES if dotted(path)[0] == "module_utils"}
    assert {path: names for path, names in found.items() if names} == {}


def test_pywinrm_is_known_in_one_room_and_remote_host_says_where() -> None:
    """Its internals are attributes and no interface: whoever upgrades it has to find all that rests on them."""
    libraries = {"winrm", "pypsrp", "requests", "xmltodict"}
    known = {dotted(path): found for path in FILES if (found := libraries & set(outside(path)))}
    host = ("plugin_utils", "_host")
    assert known == {
        (*host, "binding"): {"winrm", "requests"},
        (*host, "psrp"): {"winrm", "pypsrp"},
        (*host, "wsman"): {"xmltodict"},
    }
    told = ast.get_docstring(ast.parse(PLUGINS.joinpath(*host, "remote_host.py").read_text("utf-8"))) or ""
    assert [place[-1] for place in known if f"{place[-1]}.py" not in told] == []


def test_private_rooms_have_an_underscore() -> None:
    for path in FILES:
        place = dotted(path)
        if place[0] in ("module_utils", "plugin_utils"):
            assert place[1].startswith("_"), place
