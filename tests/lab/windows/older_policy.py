# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Group Policy that Windows XP SP2 brought and later releases still honour, as conditions that allow.

They stand under the profile keys of the policy store ([MS-GPFAS] 2.2.3.11 and 2.2.3.12 name two of the keys); what
each opens is the explanation of its setting in the administrative template WindowsFirewall.admx:

- GloballyOpenPorts\\List: `port:transport:scope:status:name`; AuthorizedApplications\\List: `path:scope:status:name`
- RemoteAdminSettings: TCP 135 and 445; from Vista on it does not concern SVCHOST.EXE and LSASS.EXE
- Services\\FileAndPrint: UDP 137 and 138, TCP 139 and 445; RemoteDesktop: TCP 3389; UPnPFramework: TCP 2869, UDP 1900

The scope is `*`, `localsubnet` or IPv4 hosts and subnets, with commas and no blanks between; with anything else in it
an entry opens nothing. So does one whose status is not `enabled`. The lab's choices: a list counts unless `Enabled`
beside it is 0; a setting without `RemoteAddresses` is open to everybody; block rules and shields-up beat all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab.windows.addresses import parse_ipv4
from lab.windows.network import TCP, UDP
from lab.windows.policy import Condition, expand_path
from lab.windows.registry import Key

_SETTINGS = {
    "RemoteAdminSettings": ((TCP, 135), (TCP, 445)),
    r"Services\FileAndPrint": ((UDP, 137), (UDP, 138), (TCP, 139), (TCP, 445)),
    r"Services\RemoteDesktop": ((TCP, 3389),),
    r"Services\UPnPFramework": ((TCP, 2869), (UDP, 1900)),
}
_PORT_ENTRY = re.compile(r"(?P<port>\d{1,5}):(?P<transport>TCP|UDP):(?P<scope>[^:]*):enabled(:.*)?", re.IGNORECASE)
_PROGRAM_ENTRY = re.compile(r"(?P<path>([A-Z]:)?[^:]+):(?P<scope>[^:]*):enabled(:.*)?", re.IGNORECASE)


def older_conditions(key: Key | None, profile: str) -> tuple[Condition, ...]:
    """What the older settings under one profile key of Group Policy let in while ``profile`` is in use."""
    return () if key is None else tuple(_conditions(key, profile))


def _conditions(key: Key, profile: str) -> Iterator[Condition]:
    for entry in _list(key, "GloballyOpenPorts"):
        match = _PORT_ENTRY.fullmatch(entry)
        scope = None if match is None else _scope(match["scope"])
        if match is not None and scope is not None:
            protocol = TCP if match["transport"].upper() == "TCP" else UDP
            yield _allow(profile, scope, protocol=protocol, port=int(match["port"]))
    for entry in _list(key, "AuthorizedApplications"):
        match = _PROGRAM_ENTRY.fullmatch(entry)
        scope = None if match is None else _scope(match["scope"])
        if match is not None and scope is not None:
            yield _allow(profile, scope, program=expand_path(match["path"]))
    for name, ports in _SETTINGS.items():
        setting = _below(key, name)
        if setting is None or setting.dword("Enabled") != 1:
            continue
        addresses = setting.get("RemoteAddresses")
        scope = _scope("*" if addresses is None else addresses.data)
        if scope is not None:
            for protocol, port in ports:
                yield _allow(profile, scope, protocol=protocol, port=port)


def _below(key: Key, path: str) -> Key | None:
    found: Key | None = key
    for name in path.split("\\"):
        found = None if found is None else found.subkeys.get(name.upper())
    return found


def _list(key: Key, name: str) -> list[str]:
    above = _below(key, name)
    entries = _below(key, name + "\\List")
    if above is None or entries is None or above.dword("Enabled") == 0:
        return []
    return [value.data for value in entries.values.values()]


def _scope(text: str) -> tuple[str, ...] | None:
    """Address values of a rule, `*` meaning everybody; None for a scope that cannot be read."""
    if text == "*":
        return ("*",)
    words = text.split(",")
    for word in words:
        if word.lower() == "localsubnet":
            continue
        try:
            if word != word.strip() or "-" in word:
                return None
            parse_ipv4(word)
        except ValueError:
            return None
    return tuple("LocalSubnet" if word.lower() == "localsubnet" else word for word in words)


def _allow(
    profile: str, scope: tuple[str, ...], *, protocol: int | None = None, port: int | None = None,
    program: str | None = None,
) -> Condition:  # fmt: skip
    return Condition(
        blocks=False,
        profiles=frozenset({profile}),
        protocol=protocol,
        ports=None if port is None else ((port, port),),
        rpc=frozenset(),
        interface_types=frozenset(),
        program=program,
        service=None,
        local=None,
        remote=None if scope == ("*",) else scope,
    )
