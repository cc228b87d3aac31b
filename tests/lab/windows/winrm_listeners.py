# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports WinRM listens on: its own registry of listeners, and the policies of WindowsRemoteManagement.admx.

Listeners stand under `WSMAN\\Listener` as ADDRESS+TRANSPORT with a Port. By policy (`Policies\\…\\WinRM\\Service`)
AllowAutoConfig=1 makes an HTTP listener on 5985 where IPv4Filter (`*`, or ranges with commas between) has the host's
address; without a filter there is none. HttpCompatibilityListener=1 and HttpsCompatibilityListener=1 make listeners on
80 and 443, and so do EnableCompatibilityHttpListener and EnableCompatibilityHttpsListener of `winrm/config/service`
(Microsoft's page on secure ports for WS-Management, ee922665: they exist beside the configured ones). There is one
listener an address and transport; several of a transport stand under `*` and `IP:address`. AllowAutoConfig=0 has WinRM
answer no remote computer, whatever listeners there are.

Not confirmed: where the registry keeps the two settings. Here they are values of `WSMAN\\Service` of the setting's
name; or, for `unlisted`, nowhere that anybody knows of. A client must not depend on either.

The lab's choices: the compatibility listeners need no AllowAutoConfig; http.sys shares a port between WinRM and IIS by
URL, while here WinRM takes the whole port; a host that has no certificate (`HostSpec.https`) speaks plain HTTP on every
listener, those for HTTPS too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.windows.addresses import contains, merged, parse_ipv4
from lab.windows.network import TCP, Listener
from lab.windows.registry import Key, Registry

LISTENER_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener"
POLICY_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WinRM\Service"
SERVICE_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service"
PORTS = {"HTTP": 5985, "HTTPS": 5986}
COMPATIBILITY_PORTS = {"HTTP": 80, "HTTPS": 443}
_SETTINGS = {"HTTP": "EnableCompatibilityHttpListener", "HTTPS": "EnableCompatibilityHttpsListener"}
_POLICIES = {"HTTP": "HttpCompatibilityListener", "HTTPS": "HttpsCompatibilityListener"}


def winrm_listeners(registry: Registry, addresses: Iterable[str], unlisted: Iterable[int] = ()) -> tuple[Listener, ...]:
    """WinRM's listeners on a host of these addresses, by port; ``unlisted`` are ports that no known key tells."""
    return tuple(
        Listener(address, TCP, port, "System")
        for address in addresses
        for port in sorted(_ports_at(registry, address, unlisted))
    )


def _ports_at(registry: Registry, address: str, unlisted: Iterable[int]) -> set[int]:
    policy = registry.find(POLICY_KEY)
    auto = None if policy is None else policy.dword("AllowAutoConfig")
    if auto == 0:
        return set()
    ports = {*_configured(registry, address), *unlisted}
    service = registry.find(SERVICE_KEY)
    ports |= _compatible(service, _SETTINGS)
    if policy is not None:
        written = policy.get("IPv4Filter")
        if auto == 1 and _in_filter("" if written is None else written.data, address):
            ports.add(PORTS["HTTP"])
        ports |= _compatible(policy, _POLICIES)
    return ports


def https_ports(registry: Registry, addresses: Iterable[str]) -> frozenset[int]:
    """Which of WinRM's ports are those of HTTPS listeners; a port of both transports is none."""
    addresses = tuple(addresses)
    policy, service = registry.find(POLICY_KEY), registry.find(SERVICE_KEY)
    ports = {port for address in addresses for port in _configured(registry, address, ("HTTPS",))}
    ports |= {COMPATIBILITY_PORTS["HTTPS"]} & (_compatible(service, _SETTINGS) | _compatible(policy, _POLICIES))
    return frozenset(ports - {port for address in addresses for port in _configured(registry, address, ("HTTP",))})


def _compatible(key: Key | None, names: Mapping[str, str]) -> set[int]:
    return {COMPATIBILITY_PORTS[each] for each, name in names.items() if key is not None and key.dword(name) == 1}


def _configured(registry: Registry, address: str, transports: Iterable[str] = tuple(PORTS)) -> list[int]:
    key = registry.find(LISTENER_KEY)
    found = []
    for listener in key.sorted_subkeys() if key else ():
        where, _unused, transport = listener.name.upper().partition("+")
        if where in ("*", f"IP:{address}") and transport in transports:
            port = listener.dword("Port")
            found.append(PORTS[transport] if port is None else port)
    return found


def _in_filter(text: str, address: str) -> bool:
    if text.strip() == "*":
        return True
    ranges = []
    for part in text.split(","):
        try:
            ranges.append(parse_ipv4(part.strip()))
        except ValueError:
            continue  # what WinRM cannot read admits nothing
    return contains(merged(ranges), address)


def set_listeners(registry: Registry, listeners: Mapping[str, int], *, compatibility: Iterable[str] = ()) -> None:
    """Have these configured listeners and no others: `*+HTTP` or `IP:127.77.0.11+HTTPS` to port.

    ``compatibility``: the transports, HTTP and HTTPS, that have a compatibility listener by the service's settings.
    """
    key = registry.create(LISTENER_KEY)
    key.subkeys.clear()
    for name, port in listeners.items():
        registry.create(f"{LISTENER_KEY}\\{name}").set_dword("Port", port)
    service = registry.create(SERVICE_KEY)
    for transport, name in _SETTINGS.items():
        service.values.pop(name.upper(), None)
        if transport in compatibility:
            service.set_dword(name, 1)


def set_listener(registry: Registry, port: int) -> None:
    """Have one configured listener, on this port: of HTTPS on its usual port, else of HTTP."""
    set_listeners(registry, {"*+HTTPS" if port == PORTS["HTTPS"] else "*+HTTP": port})


def listen_by_policy(registry: Registry) -> None:
    """Have no configured listener, and the policy that makes one on all addresses."""
    registry.create(LISTENER_KEY).subkeys.clear()
    policy = registry.create(POLICY_KEY)
    policy.set_dword("AllowAutoConfig", 1)
    policy.set("IPv4Filter", "REG_SZ", "*")
    policy.set("IPv6Filter", "REG_SZ", "*")


def listen_inside(registry: Registry, address: str) -> None:
    """Have the listeners that there are on one address only, those by policy too."""
    key = registry.create(LISTENER_KEY)
    every = {
        listener.name: listener.dword("Port") for listener in key.sorted_subkeys() if listener.name.startswith("*+")
    }
    for name, port in every.items():
        del key.subkeys[name.upper()]
        transport = name.upper().partition("+")[2]
        registry.create(f"{LISTENER_KEY}\\IP:{address}+{transport}").set_dword("Port", port or PORTS[transport])
    policy = registry.find(POLICY_KEY)
    if policy is not None and policy.get("IPv4Filter") is not None:
        policy.set("IPv4Filter", "REG_SZ", f"{address}-{address}")
