# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports that were to be probed and were not: their hosts may be well, and no firewall is to be looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._options.variables import PREFIX
from ...module_utils._probe.target import ERROR, NOT_PROBED, OPEN, TCP
from ...module_utils._texts import said

UNPROBED = (ERROR, NOT_PROBED)
"""What a port says of which nothing was seen."""

_LONGEST = 200  # characters of a reason
_MOST_REASONS = 3


def is_shut(port: Mapping[str, Any]) -> bool:
    """Whether a port of TCP, of no range, was probed and is not open, and something is known to listen there.

    Args:
        port: A port of the result of `lync_port_probe`.
    """
    return counts(port) and port["status"] not in (OPEN, *UNPROBED)


def is_left_out(port: Mapping[str, Any]) -> bool:
    """Whether a port of TCP, of no range, was not probed, and something is known to listen there.

    Args:
        port: A port of the result of `lync_port_probe`.
    """
    return counts(port) and port["status"] in UNPROBED


def why_not_probed(ports: Sequence[Mapping[str, Any]]) -> str:
    """How many of a host's ports were not probed, and why; nothing where all were.

    Args:
        ports: The ports of a host, of UDP and of ranges too.
    """
    reasons = Counter(
        said(str(port.get("detail") or f"{PREFIX}probe_deadline ended first"), _LONGEST)
        for port in ports
        if port["status"] in UNPROBED
    )
    told = [f"{count} of {len(ports)} ports, {reason}" for reason, count in reasons.most_common(_MOST_REASONS)]
    return "; ".join(told)


def unprobed(probes: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """Host to why, of those with a port of TCP, of no range, that was not probed.

    Args:
        probes: ``probes`` of the result of `lync_port_probe`.
    """
    return {host: why_not_probed(ports) for host, ports in probes.items() if any(map(is_left_out, ports))}


def counts(port: Mapping[str, Any]) -> bool:
    """Whether a port can be what is wrong about a host: of TCP, of no range, and something should listen there.

    Args:
        port: A port of the result of `lync_port_probe`.
    """
    return port["transport"] == TCP and not port.get("sampled") and not port.get("unserved")
