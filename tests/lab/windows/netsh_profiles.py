# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of `netsh advfirewall set …profile`: validation, and the registry values they stand for.

Simulates the documented syntax (netsh-advfirewall reference): "The notconfigured value is valid only for a Group Policy
store", merging settings too. Value names are those of [MS-GPFAS] 2.2.3, which has none for `remotemanagement`: where
Windows keeps it is not documented, so here it is accepted and changes no value. `on` and `off` for the two switches of
the log, which the reference has beside the `enable` and `disable` of its examples and of the command's own help, are
not taken.
"""

from __future__ import annotations

from lab.windows.netsh_values import NetshError

_LOGGING = ("allowedconnections", "droppedconnections", "filename", "maxfilesize")
_INBOUND = {"blockinbound": 1, "blockinboundalways": 1, "allowinbound": 0}


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
        if "notconfigured" in (inbound, outbound):
            raise NetshError("policy_only")
        block_in = _one_of([inbound], _INBOUND)
        block_out = _one_of([outbound], {"blockoutbound": 1, "allowoutbound": 0})
        return {
            "DefaultInboundAction": block_in,
            "DefaultOutboundAction": block_out,
            "DoNotAllowExceptions": int(inbound == "blockinboundalways"),
        }
    if topic == "settings" and len(words) == 2:
        if words[0] in ("localfirewallrules", "localconsecrules") or words[1] == "notconfigured":
            raise NetshError("policy_only")
        disabled = _one_of(words[1:], {"enable": 0, "disable": 1})
        if words[0] == "inboundusernotification":
            return {"DisableNotifications": disabled}
        if words[0] == "unicastresponsetomulticast":
            return {"DisableUnicastResponsesToMulticastBroadcast": disabled}
        if words[0] == "remotemanagement":
            return {}
    raise NetshError("bad_syntax")


def logging_values(words: list[str]) -> dict[str, int | str]:
    """Values of a profile's Logging key. Raises NetshError, also for `notconfigured`, which a local store lacks."""
    if len(words) != 2:
        raise NetshError("bad_syntax")
    topic, value = words[0].lower(), words[1]
    if topic not in _LOGGING:
        raise NetshError("bad_syntax")
    if value.lower() == "notconfigured":
        raise NetshError("policy_only")
    if topic in ("allowedconnections", "droppedconnections"):
        number = _one_of([value.lower()], {"enable": 1, "disable": 0})
        return {"LogSuccessfulConnections" if topic == "allowedconnections" else "LogDroppedPackets": number}
    if topic == "maxfilesize" and value.isascii() and value.isdecimal() and 1 <= int(value) <= 32767:
        return {"LogFileSize": int(value)}
    if topic == "filename" and value:
        return {"LogFilePath": value}
    raise NetshError("bad_value")


def _one_of(words: list[str], answers: dict[str, int]) -> int:
    if len(words) != 1 or words[0] not in answers:
        raise NetshError("bad_value")
    return answers[words[0]]
