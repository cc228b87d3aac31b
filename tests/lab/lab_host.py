# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One running host, as a test sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lab.foreign_rules import ban_rule
from lab.host_spec import HostSpec
from lab.lab_calls import Caller, CommandResult
from lab.lab_host_files import HostFiles
from lab.lab_host_network import HostNetwork
from lab.probe import tcp_open, udp_open
from lab.server import RunningHost
from lab.stats import Stats
from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.registry import query_text
from lab.windows.rules import parse_rule, rule_text
from lab.windows.security import ADMINISTRATOR, Token
from lab.windows.winrm_listeners import PORTS
from lab.windows.wmi import Interface

__all__ = ["Caller", "CommandResult", "LabHost"]


class LabHost(HostFiles, HostNetwork):
    """One running host, as a test sees it. All methods may be called from any thread."""

    def __init__(self, lab: Caller, running: RunningHost) -> None:
        self._lab = lab
        self._running = running

    @property
    def spec(self) -> HostSpec:
        """What the host was built from."""
        return self._running.host.spec

    @property
    def name(self) -> str:
        """The inventory name."""
        return self._running.host.name

    @property
    def address(self) -> str:
        """The loopback address."""
        return self._running.host.spec.address

    @property
    def winrm_port(self) -> int:
        """WinRM's port."""
        return self._running.host.spec.winrm_port

    @property
    def endpoint(self) -> str:
        """WinRM's URL."""
        return f"http://{self.address}:{self.winrm_port}/wsman"

    @property
    def https_endpoint(self) -> str:
        """URL of WinRM's HTTPS listener, of an estate with `https`."""
        return f"https://{self.address}:{PORTS['HTTPS']}/wsman"

    def run(self, command: str, *, token: Token = ADMINISTRATOR, folder: str | None = None) -> CommandResult:
        """Run a command line as an administrator at the console; the firewall is up to date afterwards.

        ``token``: as somebody else; ``folder``: in another current folder than that account's own.
        """
        out, err, code = self._lab.call(self._running.run(command, token, folder))
        return CommandResult(out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), code)

    def registry_text(self, key: str = LOCAL_STORE) -> str:
        """A key as `reg query KEY /s` prints it. Raises RegistryError when it is not there."""

        async def read() -> str:
            return query_text(self._running.host.registry, key, recurse=True)

        return self._lab.call(read())

    def rules(self) -> dict[str, str]:
        """The local rules in the order they are stored: id to rule string."""

        async def read() -> dict[str, str]:
            return {stored.rule_id: rule_text(stored.rule) for stored in self._running.host.firewall.rules}

        return self._lab.call(read())

    def stats(self) -> dict[str, Any]:
        """The host's counters."""

        async def read() -> dict[str, Any]:
            return self._running.host.stats.as_dict()

        return self._lab.call(read())

    def reset_stats(self) -> None:
        """Start counting anew."""

        async def act() -> None:
            self._running.host.stats = Stats()

        self._lab.call(act())

    def set_quirks(self, **changes: object) -> None:
        """Change quirks; counting quirks start at 1. Raises QuirkError."""

        async def act() -> None:
            self._running.host.set_quirks(changes)
            self._running.live.refresh()

        self._lab.call(act())

    def quirks(self) -> dict[str, Any]:
        """All quirks as they are now."""
        return asdict(self._running.host.quirks)

    def set_profile(self, profile: str) -> None:
        """Switch the host's network to Domain, Private or Public."""

        async def act() -> None:
            self._running.host.set_profile(profile)
            self._running.live.refresh()

        self._lab.call(act())

    def set_interfaces(self, *interfaces: Interface) -> None:
        """Give the host these network interfaces, the main one first; the firewall goes on filtering by set_profile."""

        async def act() -> None:
            self._running.host.set_interfaces(interfaces)

        self._lab.call(act())

    def set_group_policy(self, name: str) -> None:
        """Let Group Policy bring one of lab.estate.GROUP_POLICIES, in force at once. Raises EstateError."""

        async def act() -> None:
            self._running.set_group_policy(name)

        self._lab.call(act())

    def bring_by_policy(self, rules: Mapping[str, str]) -> None:
        """Let Group Policy bring these rules too, in force at once: id to rule string, as `rules` gives them."""

        async def act() -> None:
            self._running.bring_by_policy(rules)

        self._lab.call(act())

    def write_registry(self, key: str, name: str, kind: str, data: str) -> None:
        """Write a value directly into the registry; no service notices."""

        async def act() -> None:
            self._running.host.registry.create(key).set(name, kind, data)

        self._lab.call(act())

    def ban(self, count: int) -> None:
        """Block ``count`` addresses by a rule each, in force at once. Raises ValueError beyond 65,536."""

        async def act() -> None:
            host = self._running.host
            for number in range(count):
                host.firewall.add(parse_rule(ban_rule(number, host.schema_version)))
            self._running.live.refresh()

        self._lab.call(act())

    def reset(self) -> None:
        """Back to the starting state."""
        self._lab.call(self._running.reset())

    def reboot(self, down: float = 0.0, minutes: float = 0.0) -> None:
        """Restart: services by their start types, the firewall from the registry; connections are gone.

        It returns when the host is up again; nothing answers for ``down`` seconds, in which ``minutes`` pass for
        Windows after it has started.
        """
        self._lab.call(self._running.reboot(down, minutes))

    def set_clock(self, *, minute: float | None = None, advance: float = 0.0) -> None:
        """Let a minute of the host take ``minute`` real seconds; put its clock ``advance`` minutes forward."""

        async def act() -> None:
            if minute is not None:
                self._running.host.set_quirks({"minute": minute})
            if advance:
                self._running.host.clock.advance(advance)

        self._lab.call(act())

    def tasks(self) -> dict[str, Any]:
        """`tasks`: those registered; `fired`: the name of each that ran, in order, since the last reset."""

        async def read() -> dict[str, Any]:
            return self._running.host.scheduler.as_dict()

        return self._lab.call(read())

    def tcp_open(
        self, port: int, source: str | None = None, timeout: float = 1.0, *, address: str | None = None
    ) -> bool:
        """Whether a TCP connection gets in now, optionally from a given loopback source address.

        ``address``: to this address of the host, else to the main one.
        """
        return asyncio.run(tcp_open(address or self.address, port, timeout, source))

    def udp_open(
        self, port: int, source: str | None = None, timeout: float = 0.5, *, address: str | None = None
    ) -> bool:
        """Whether a datagram is answered now; arguments as those of `tcp_open`."""
        return asyncio.run(udp_open(address or self.address, port, timeout, source))
