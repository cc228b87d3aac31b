# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory must say, worked out from the description of an estate, never from a document.

Rules (facts about Lync, not about a reader): a port listens on the machines of the cluster that its service is
installed on, and nowhere else, whatever its usage is called; Range is a count; 0.0.0.0 is no address; a Registrar is a
Director if it says so; the Central Management role is where that service is active; a machine with a SQL instance is a
SQL host, also if no database of Lync's is there (mirror, witness); the public address in front of an Edge is not its
own; services that share a port keep a line each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import powershell_json
from .estate import BOUND_TO_ALL, Cluster, Estate, Machine, Port, Service

TRANSPORTS = {"Udp": ["udp"], "TcpOrUdp": ["tcp", "udp"]}
"""All other protocol words are TCP: Mtls, Tls, Tcp, Http, Https."""

ROLE = {
    "UserServices": "front_end",
    "MediationServer": "mediation",
    "PersistentChatService": "persistent_chat",
    "WacService": "office_web_apps",
    "EdgeServer": "edge",
    "PstnGateway": "gateway",
    "FileStore": "file_store",
    "ExternalServer": "trusted_application",
}

FEATURE = {
    "urn:application:testbot": "audio_test",
    "urn:application:Caa": "conferencing_attendant",
    "urn:application:Cas": "conferencing_announcement",
    "urn:application:Cps": "call_park",
    "urn:application:RGS": "response_group",
    "urn:application:PDP": "bandwidth_policy",
}
"""Owner of a port to the feature that it belongs to."""


def hosts(estate: Estate) -> list[dict[str, Any]]:
    """One mapping a machine, by name: everything that a topology document says about it."""
    found = []
    for cluster, installed in _clusters(estate):
        instances = any(instance.cluster == cluster.fqdn for instance in estate.sql_instances)
        ports = [_listener(service, port) for service in installed for port in service.ports]
        found += [
            {
                **_head(estate, cluster, machine),
                "managed": cluster.managed,
                "replica": cluster.replica,
                "roles": _roles(installed, sql=instances),
                "features": _features(installed),
                "addresses": _distinct(item.address for item in machine.interfaces if item.address != BOUND_TO_ALL),
                "public_addresses": _distinct(item.configured for item in machine.interfaces),
                "ports": ports,
            }
            for machine in cluster.machines
        ]
    return sorted(found, key=lambda host: host["fqdn"])


def hosts_of_cmdlets(estate: Estate) -> list[dict[str, Any]]:
    """The same for the cmdlets' JSON, which knows less: see `powershell_json`."""
    found = []
    for cluster, installed in _clusters(estate):
        databases = any(service.sql is not None for service in installed)
        ports = [
            _property(service, item, port)
            for service in installed
            for item, port in powershell_json.shown_ports(service)
        ]
        found += [
            {
                **_head(estate, cluster, machine),
                "roles": _roles(installed, sql=databases),
                "features": _features(installed),
                "addresses": [],
                "ports": ports,
            }
            for machine in cluster.machines
        ]
    return sorted(found, key=lambda host: host["fqdn"])


def write(estate: Estate) -> bytes:
    """Return the expectation for all XML documents of an estate, as JSON with one port a line."""
    return _write(estate, hosts(estate))


def write_for_cmdlets(estate: Estate) -> bytes:
    """Return the expectation for the cmdlets' JSON."""
    return _write(estate, hosts_of_cmdlets(estate))


def _write(estate: Estate, described: list[dict[str, Any]]) -> bytes:
    entries = []
    for host in described:
        head = [f"   {json.dumps(name)}: {json.dumps(value)}" for name, value in host.items() if name != "ports"]
        ports = ",\n".join(f"    {json.dumps(port)}" for port in host["ports"])
        head.append('   "ports": [' + (f"\n{ports}\n   ]" if ports else "]"))
        entries.append("  {\n" + ",\n".join(head) + "\n  }")
    failover = json.dumps(dict(estate.failover))
    sites = json.dumps([name for _number, name in estate.sites])
    text = f'{{\n "sites": {sites},\n "failover": {failover},\n "hosts": [\n' + ",\n".join(entries) + "\n ]\n}\n"
    return text.encode("utf-8")


def _distinct(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _clusters(estate: Estate) -> list[tuple[Cluster, list[Service]]]:
    """Each cluster with what is installed on it."""
    return [
        (cluster, [service for service in estate.services if service.on == cluster.fqdn]) for cluster in estate.clusters
    ]


def _head(estate: Estate, cluster: Cluster, machine: Machine) -> dict[str, Any]:
    return {"fqdn": machine.fqdn, "pool": cluster.fqdn, "site": dict(estate.sites)[cluster.site]}


def _property(service: Service, item: powershell_json.Property, port: Port) -> dict[str, Any]:
    return {
        "service": service.key.role,
        "cmdlet_role": powershell_json.cmdlet_role(service),
        "property": f"{item.name}Start" if item.counted else item.name,
        "transports": TRANSPORTS.get(port.protocol, ["tcp"]),
        "first": port.number,
        "last": port.last if item.counted else port.number,
    }


def _listener(service: Service, port: Port) -> dict[str, Any]:
    return {
        "service": service.key.role,
        "owner": port.owner,
        "usage": port.usage,
        "side": port.side,
        "transports": TRANSPORTS.get(port.protocol, ["tcp"]),
        "first": port.number,
        "last": port.last,
    }


def _roles(installed: list[Service], *, sql: bool) -> list[str]:
    found = {ROLE[service.key.role] for service in installed if service.key.role in ROLE}
    if any(service.attribute("IsDirector") == "true" for service in installed):
        found.add("director")
    if any(service.attribute("IsActive") == "true" for service in installed):
        found.add("central_management")
    if sql:
        found.add("sql")
    return sorted(found)


def _features(installed: list[Service]) -> list[str]:
    ports = [(service.key.role, port) for service in installed for port in service.ports]
    found = {FEATURE[port.owner] for _role, port in ports if port.owner in FEATURE}
    if any(role == "Registrar" and port.protocol == "Tcp" and port.usage == "SipServer" for role, port in ports):
        found.add("remote_call_control")
    return sorted(found)
