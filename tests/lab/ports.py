# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words in which `roles`, `edge` and `bystanders` say what listens: a port, a Windows service."""

from __future__ import annotations

from dataclasses import dataclass

from lab.windows.policy import TCP, UDP


@dataclass(frozen=True)
class ServiceKey:
    """A Windows service as its registry key describes it: name, display name and ImagePath, quotes and all."""

    name: str
    display: str
    image_path: str


@dataclass(frozen=True)
class Port:
    """A listening port of a role: transport (TCP, UDP), number, program, service name, kind of RPC port."""

    protocol: int
    number: int
    program: str
    service: str = ""
    rpc: str = ""


def tcp(program: str, service: str, *numbers: int) -> tuple[Port, ...]:
    """TCP ports of one program and service."""
    return tuple(Port(TCP, number, program, service) for number in numbers)


def udp(program: str, service: str, *numbers: int) -> tuple[Port, ...]:
    """UDP ports of one program and service."""
    return tuple(Port(UDP, number, program, service) for number in numbers)


def service_key(name: str, display: str, program: str, arguments: str = "") -> ServiceKey:
    """A service that is a program of its own."""
    return ServiceKey(name, display, f'"{program}"{arguments}')
