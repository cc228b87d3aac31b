# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a traffic matrix is made of: hosts as people and modules give them, and a report that an audit left."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..module_utils._firewall.traffic.reasons import Reason
from ..module_utils._options.host_table import ROLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError, read_sources
from ..module_utils._options.rules_table import RULE_OPTIONS
from ..module_utils._policy.matrix_in_effect import NOT_KNOWN, Admitted, InEffect
from ..module_utils._policy.scoping import WORDS
from ._arguments import validate
from ._plain import plain
from ._report.files import reason_of
from ._report.model import Cell, admitted
from ._report.slices import read_slice

_HOST = (
    Option("name", required=True),
    ROLES,
    Option("addresses", type="list", elements="str", default=()),
    Option("peers", type="dict", default=()),
    Option("client_networks", type="list", elements="str"),
    Option("pool", default=""),
    Option("options", type="dict", default=()),
)
"""What is taken of each host; ``options`` are those that describe its rules."""


def read_hosts(hosts: Iterable[Any]) -> list[dict[str, Any]]:
    """Hosts as `matrix.matrix_of` takes them, validated as the modules validate their options.

    Args:
        hosts: The hosts, each a dict.

    Raises:
        OptionError: One is wrong.
    """
    right: set[tuple[str, tuple[str, ...]]] = set()
    return [_host(host, right) for host in hosts]


def _host(given: Any, right: set[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    """One host; the lists of peers that were found to be right are kept, since most hosts have the same."""
    if not isinstance(given, Mapping) or not {"name", "roles"} <= set(given):
        raise OptionError("hosts", f"a host is a dict with name and roles, not {given!r}")
    try:
        host = validate(plain(given), _HOST)
        _check_peers(host, right)
        options = validate(host["options"], RULE_OPTIONS)
    except OptionError as error:
        raise OptionError(error.option, f"{given['name']}: {error.reason}") from None
    del options["program"]  # of no meaning to the network between the hosts
    return {**host, "options": options}


def _check_peers(host: Mapping[str, Any], right: set[tuple[str, tuple[str, ...]]]) -> None:
    """As the modules check them, but for names, which stand for peers of no known address."""
    for kind, texts in host["peers"].items():
        if kind not in WORDS:
            raise OptionError(f"peers.{kind}", f"this is no peer of any row; they are {', '.join(WORDS)}")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise OptionError(f"peers.{kind}", f"a list of addresses is needed, not {texts!r}")
        if (kind, tuple(texts)) not in right:
            read_sources(f"peers.{kind}", filter(_is_network, texts))
            right.add((kind, tuple(texts)))
    if host["client_networks"]:
        read_sources("client_networks", host["client_networks"])


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def read_in_effect(path: Path) -> InEffect:
    """What an audit found, by its JSON report.

    Args:
        path: The report.

    Raises:
        ValueError: It is not there, cannot be read, is no report, or one of another version; without
            the path, whoever says it names that.
    """
    try:
        found = read_slice(str(path), path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(reason_of(error)) from error
    known: dict[int, Admitted | None] = {}  # cells that are alike are one object, as most are
    hosts: dict[str, dict[str, Admitted]] = {}
    saved: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for host in found.hosts:
        rows = {}
        for cell in host.cells:
            if id(cell) not in known:
                known[id(cell)] = _admitted(cell)
            one = known[id(cell)]
            if one is not None:
                rows[cell.requirement.id] = one
        if rows:
            hosts[host.name] = rows
            if host.judged_from:
                saved[host.name] = min(when for _file, when in host.judged_from)
                doubt = [f"without {name}" for name in host.lacking]
                doubt += ["too old or of the future"] if host.outdated else []
                if doubt:
                    doubts[host.name] = ", ".join(doubt)
    return InEffect(path.name, found.created, hosts, saved, doubts)


def _admitted(cell: Cell) -> Admitted | None:
    """Who gets in; None where the host opens the connection."""
    if cell.requirement.direction != "in":
        return None
    admits = admitted(cell) or (NOT_KNOWN,)
    if cell.wider is None:
        return Admitted(admits)
    nobody = cell.finding.reason == Reason.NOBODY.value
    return Admitted(admits, cell.wider.addresses, cell.wider.by, cell.wider.perhaps, nobody)
