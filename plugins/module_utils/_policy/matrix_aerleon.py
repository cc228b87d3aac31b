# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traffic matrix for Aerleon, which makes access lists for Cisco, Juniper, Palo Alto, nftables and others of it.

Networks by group, services by row, one term a line, in Aerleon's YAML (https://aerleon.readthedocs.io, "YAML Reference"
and "Naming Definitions"). Nothing here needs Aerleon.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .._net.port_set import PortSet
from .matrix_model import Group, Line, LineRow, Matrix, networks
from .matrix_texts import named

DEFINITIONS = "aerleon/def/lync.yaml"
TERMS = "aerleon/policies/includes/lync-terms.yaml"
ANSWERS = "aerleon/policies/includes/lync-answers.yaml"
POLICY = "aerleon/policies/pol/lync.yaml"

_PREFIX = "LYNC"
_LONGEST_NAME = 48
"""Characters of a name; Aerleon's generators take 62 or 63 on most platforms, what they add to it included."""

_HEAD = "# Written by lyncops.firewall.matrix from the traffic matrix beside it, and replaced by its next run.\n"
_POLICY = f"""{_HEAD}\
# A policy of one's own has the head that its device needs, and includes the same terms. They only admit: the last term
# of each filter denies all else.
filters:
  # Devices that keep no state: what answers must be admitted too. For TCP lync-answers.yaml has that. For UDP nothing
  # has: a datagram that answers is like any other, so these two drop all answers over UDP (DNS, STUN, DHCP, media).
  # Where lines over UDP cross such a device, let one that keeps state have them, or add terms of your own: the line
  # turned round, with source-port in place of destination-port. They admit whatever is sent from these ports.
  - header:
      comment: Traffic matrix of the Lync servers, with the answers over TCP and none over UDP
      targets:
        cisco: lync-matrix mixed
        juniper: lync-matrix mixed
    terms:
      - include: includes/lync-terms.yaml
      - include: includes/lync-answers.yaml
      - name: lync-all-else
        comment: What the matrix does not have.
        action: deny
  # Devices that keep state: they admit the answers to what they have admitted, over TCP and UDP.
  - header:
      comment: Traffic matrix of the Lync servers
      targets:
        nftables: mixed forward DROP 0
        paloalto: from-zone any to-zone any mixed
    terms:
      - include: includes/lync-terms.yaml
      - name: lync-all-else
        comment: What the matrix does not have.
        action: deny
"""


def as_aerleon(matrix: Matrix) -> dict[str, str]:
    """Files for Aerleon, by their names below the folder of the matrix.

    Args:
        matrix: The matrix. A line without an address on one side is a comment, and so are hosts without one in a group
            of others: no device can admit a name.
    """
    tokens = _tokens(matrix.groups)
    services = _services(row for line in matrix.lines for row in line.rows)
    return {
        DEFINITIONS: _definitions(matrix, tokens, services),
        TERMS: _terms(matrix, tokens, services),
        ANSWERS: _terms(matrix, tokens, services, answers=True),
        POLICY: _POLICY,
    }


def _definitions(matrix: Matrix, tokens: Mapping[str, str], services: Mapping[tuple[str, PortSet], str]) -> str:
    addressed = [group for group in matrix.groups if group.addresses]
    lines = [_HEAD, "networks:\n" if addressed else "networks: {}\n"]
    for group in addressed:
        lines.append(f"  {tokens[group.name]}: # {_printed(group.name)}\n")
        lines += _without([group], "    ")
        lines.append("    values:\n")
        lines += [f"      - address: {text}\n" for text in networks(group.addresses)]
    lines.append("services:\n" if services else "services: {}\n")
    rows = {(row.row.id, row.ports): row.row for line in matrix.lines for row in line.rows}
    for key, token in sorted(services.items(), key=lambda item: item[1]):
        row = rows[key]
        lines.append(f"  {token}: # {_printed(row.service)}\n")
        for transport in row.transports:
            lines += [f"    - port: {part}\n      protocol: {transport}\n" for part in str(key[1]).split(",")]
    return "".join(lines)


def _terms(
    matrix: Matrix, tokens: Mapping[str, str], services: Mapping[tuple[str, PortSet], str], *, answers: bool = False
) -> str:
    """The terms of all lines; or, for devices that keep no state, of the segments that answer those over TCP.

    `tcp-established` is a segment with ACK or RST: what opens a connection is none (Cisco IOS, "established"; Junos,
    "tcp-established").
    """
    groups = {group.name: group for group in matrix.groups}
    lines: list[str] = []
    for line in matrix.lines:
        source, destination = named(line)
        words = source if line.between else f"{source} to {destination}"
        ends = [[groups[name] for name in side] for side in (line.source, line.destination)]
        known = all(any(group.addresses or group.anybody for group in end) for end in ends)
        if answers and not (known and line.transport == "tcp"):
            continue
        if not known:
            lines.append(f"  # No address is known of an end of: {_printed(words)}\n")
            continue
        term: dict[str, Any] = {"name": _term_name(line, tokens), "comment": _printed(words)}
        if answers:
            term = {"name": _term_name(line, tokens, "-answers"), "comment": _printed(f"Answers of {words}")}
        keys = ("source-address", "destination-address")
        for key, end in zip(reversed(keys) if answers else keys, ends, strict=True):
            if not any(group.anybody for group in end):
                term[key] = " ".join(tokens[group.name] for group in end if group.addresses)
        term["protocol"] = line.transport
        ports = " ".join(services[row.row.id, row.ports] for row in line.rows)
        term["source-port" if answers else "destination-port"] = ports
        if answers:
            term["option"] = "tcp-established"
        term["action"] = "accept"
        if not answers:  # the term that is answered has it
            lines += _without((group for end in ends for group in end), "  ")
        for number, (key, value) in enumerate(term.items()):
            lines.append(f"  {'-' if number == 0 else ' '} {key}: {json.dumps(value)}\n")
    some = any(not line.startswith("  #") for line in lines)
    return "".join([_HEAD, "terms:\n" if some else "terms: []\n", *lines])


def _without(groups: Iterable[Group], indent: str) -> list[str]:
    """A comment that names the hosts of groups that are not in their networks: what is generated denies them."""
    names = dict.fromkeys(name for group in groups if not group.anybody for name in group.unaddressed)
    return [f"{indent}# not in it, since nothing says the address: {_printed(', '.join(names))}\n"] if names else []


def _term_name(line: Line, tokens: Mapping[str, str], ending: str = "") -> str:
    """What a term is called: it follows from the ends alone, so that one that stays keeps its name."""
    sides = [
        "-and-".join(tokens[name].removeprefix(f"{_PREFIX}_") for name in side)
        for side in (line.source, line.destination)
    ]
    words = f"{sides[0]}-inside" if line.between else f"{sides[0]}-to-{sides[1]}"
    return _short(f"{words}-{line.transport}{ending}".lower().replace("_", "-"))


def _tokens(groups: Iterable[Group]) -> dict[str, str]:
    """Aerleon's names of groups; two that would be the same have a digest."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for group in groups:
        token = _short(f"{_PREFIX}_{_plain(group.name)}")
        if token in taken:
            token = f"{token[: _LONGEST_NAME - 9]}_{_digest(group.name)}"
        taken.add(token)
        found[group.name] = token
    return found


def _services(rows: Iterable[LineRow]) -> dict[tuple[str, PortSet], str]:
    """Aerleon's names of services: the row's id, and its ports where it has others on other hosts.

    A range has ``TO`` between its ends, so that it is no list of them: of a name that a definition has twice Aerleon
    silently takes the last.
    """
    ports: dict[str, set[PortSet]] = {}
    for row in rows:
        ports.setdefault(row.row.id, set()).add(row.ports)
    return {
        (row_id, one): _short("_".join([_PREFIX, _plain(row_id), *([_spelt(one)] if len(several) > 1 else [])]))
        for row_id, several in ports.items()
        for one in several
    }


def _spelt(ports: PortSet) -> str:
    return _plain(str(ports).replace("-", " to "))


def _plain(text: str) -> str:
    """Text of the letters that Aerleon's names have."""
    return re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 9]}-{_digest(name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8].upper()


def _printed(text: str) -> str:
    """Text that stays a comment in the language of any device: letters, numbers and a few marks, in one line.

    An apostrophe is left out: iptables, for one, gets comments between two of them.
    """
    return " ".join(re.sub(r"[^A-Za-z0-9 .,:/()_-]+", "?", text.replace("'", "")).split())
