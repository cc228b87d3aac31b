# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of `netsh advfirewall set …profile`: validation, and the registry values they stand for.

Simulates the documented syntax (netsh-advfirewall reference); value names are those of [MS-GPFAS] 2.2.3.
"""

from __future__ import annotations

from lab.windows.netsh_values import NetshError


def profile_values(topic: str, words: list[str]) -> dict[str, int]:
    """DWORDs for a profile key. Raises NetshError for values the syntax does not have or a local store refuses."""
    if topic == "state":
        if words == ["notconfigured"]:
            raise NetshError("policy_only")
        return {"EnableFirewall": _one_of(words, {"on": 1, "off": 0})}
    if topic == "firewallpolicy":
        inbound, comma, outbound = ",".join(words).replace(",,", ",").partition(",")
        if not comma:
            raise NetshError("bad_syntax")  # both halves are required
        block_in = _one_of([inbound], {"blockinbound": 1, "blockinboundalways": 1, "allowinbound": 0})
        block_out = _one_of([outbound], {"blockoutbound": 1, "allowoutbound": 0})
        return {
            "DefaultInboundAction": block_in,
            "DefaultOutboundAction": block_out,
            "DoNotAllowExceptions": int(inbound == "blockinboundalways"),
        }
    if topic == "settings" and len(words) == 2:
        if words[0] in ("localfirewallrules", "localconsecrules"):
            raise NetshError("policy_only")
        disabled = _one_of(words[1:], {"enable": 0, "disable": 1})
        if words[0] == "inboundusernotification":
            return {"DisableNotifications": disabled}
        if words[0] == "unicastresponsetomulticast":
            return {"DisableUnicastResponsesToMulticastBroadcast": disabled}
        if words[0] == "remotemanagement":
            return {}
    if topic == "logging" and len(words) == 2:
        logging_values(words)
        return {}
    raise NetshError("bad_syntax")


def logging_values(words: list[str]) -> dict[str, str]:
    """Values of a profile's Logging key, numbers as `0x…`. Raises NetshError."""
    topic, value = words[0].lower(), words[1]
    if topic in ("allowedconnections", "droppedconnections"):
        number = _one_of([value.lower()], {"enable": 1, "disable": 0})
        name = "LogSuccessfulConnections" if topic == "allowedconnections" else "LogDroppedPackets"
        return {name: f"0x{number:x}"}
    if topic == "maxfilesize" and value.isdecimal() and 1 <= int(value) <= 32767:
        return {"LogFileSize": f"0x{int(value):x}"}
    if topic == "filename" and value:
        return {"LogFilePath": value}
    raise NetshError("bad_value")


def _one_of(words: list[str], answers: dict[str, int]) -> int:
    if len(words) != 1 or words[0] not in answers:
        raise NetshError("bad_value")
    return answers[words[0]]
