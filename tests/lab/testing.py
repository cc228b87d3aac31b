# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab for tests: an estate in a thread of the test's own process, with a synchronous interface.

with Lab(hosts=["fe01"], policy="default") as lab:
    fe01 = lab.host("fe01")
    fe01.run("netsh advfirewall show allprofiles").stdout
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from lab.estate import PASSWORD, USER, EstateOptions, build_estate
from lab.inventory import InventoryHost, write_inventory
from lab.lab_host import CommandResult, LabHost
from lab.probe import HostReport, probe
from lab.server import Estate, LabError, LabInUse
from lab.topology import topology_document
from lab.winrm.certificates import Authority, KeyPair
from lab.winrm.logins import principal_name

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["CommandResult", "Lab", "LabError", "LabHost"]

_T = TypeVar("_T")
_START_SECONDS = 300
"""A host with 100,000 rules takes half a minute, more on a busy machine."""
_NETWORKS = tuple(f"127.{number}" for number in range(78, 100))


class Lab:
    """An estate that runs from `with` to its end.

    hosts: short names of demo hosts (fe01, dir01 …; none: all of ``count``); policy: a name or the path
    of a dump; quirks: those of all hosts; the rest as in EstateOptions. Each Lab takes the first free network from
    127.78 to 127.99, so that any number of tests, and a lab served by hand on 127.77, can run side by side.
    """

    user = USER
    password = PASSWORD

    def __init__(
        self,
        hosts: Sequence[str] = (),
        *,
        policy: str | Path = "default",
        product: str = "lync_2013",
        count: int | None = None,
        edges: int = 0,
        edge_addresses: int = 3,
        local_account_tokens: bool = True,
        extended: bool = False,
        foreign_rules: int = 0,
        services: bool = True,
        registry: Sequence[str | Path] = (),
        winrm_rule: bool = True,
        winrm_from_any: bool = False,
        bystanders: Sequence[str] | None = None,
        lync_rules: str = "one-disabled",
        group_policy: str = "none",
        oddities: Sequence[str] = (),
        windows: str | None = None,
        dual_homed: bool = True,
        ban_list: int = 0,
        winrm_port: int = 5985,
        winrm_by_policy: bool = False,
        director_web: bool = False,
        clients: int = 0,
        client_rules: bool = True,
        login: str = "basic",
        https: bool = False,
        keytab: Path | None = None,
        quirks: Mapping[str, object] | None = None,
    ) -> None:
        self._options = EstateOptions(
            product=product,
            count=count,
            edges=edges,
            edge_addresses=edge_addresses,
            local_account_tokens=local_account_tokens,
            extended=extended,
            policy=str(policy),
            registry=tuple(map(str, registry)),
            winrm_rule=winrm_rule,
            winrm_from_any=winrm_from_any,
            foreign_rules=foreign_rules,
            services=services,
            names=tuple(hosts),
            bystanders=None if bystanders is None else tuple(bystanders),
            lync_rules=lync_rules,
            group_policy=group_policy,
            oddities=tuple(oddities),
            windows=windows,
            dual_homed=dual_homed,
            ban_list=ban_list,
            winrm_port=winrm_port,
            winrm_by_policy=winrm_by_policy,
            director_web=director_web,
            clients=clients,
            client_rules=client_rules,
            login=login,
            https=https,
        )
        self._keytab = keytab
        self._quirks = dict(quirks or {})
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._estate: Estate | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab", daemon=True)
        self._thread.start()
        try:
            self.call(self._start())
        except BaseException:
            self._stop_thread()
            raise
        return self

    async def _start(self) -> None:
        estate = self._free_estate()
        for running in estate.hosts.values():
            running.host.set_quirks(self._quirks)
        estate.start()
        self._estate = estate

    def _free_estate(self) -> Estate:
        """An estate on the first network that no other lab uses. Raises LabError when all are taken."""
        for network in _NETWORKS:
            try:
                return Estate(
                    build_estate(replace(self._options, network=network)), network=network, keytab=self._keytab
                )
            except LabInUse:
                continue
        raise LabError(f"labs are running on all networks from {_NETWORKS[0]} to {_NETWORKS[-1]}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._estate is not None:
            self.call(self._estate.close())
        self._stop_thread()

    def _stop_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(_START_SECONDS)
        self._loop.close()

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the lab's event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)

    def host(self, name: str) -> LabHost:
        """A host by its short or full name. Raises LabError."""
        if self._estate is None:
            raise LabError("the lab is not running")
        return LabHost(self, self._estate.find(name))

    @property
    def hosts(self) -> tuple[LabHost, ...]:
        """All hosts."""
        if self._estate is None:
            raise LabError("the lab is not running")
        return tuple(LabHost(self, running) for running in self._estate.hosts.values())

    @property
    def authority(self) -> Authority | None:
        """Who has signed the certificates of the hosts' HTTPS listeners, where they have any."""
        return None if self._estate is None else self._estate.authority

    @property
    def user_certificate(self) -> KeyPair:
        """A certificate that the hosts map to the user of the lab. Raises LabError without HTTPS."""
        if self._estate is None or self._estate.authority is None:
            raise LabError("the lab does not run with HTTPS")
        return self._estate.authority.user(USER, principal_name(USER))

    def certificate_of(self, host: LabHost) -> KeyPair:
        """A certificate that a host maps to the account to log in with there. Raises LabError without HTTPS."""
        if self.authority is None:
            raise LabError("the lab does not run with HTTPS")
        user = host.spec.account or USER
        return self.authority.user(user, principal_name(user))

    def write_topology(self, path: Path) -> None:
        """Write the topology document of the estate."""
        path.write_bytes(topology_document([host.spec for host in self.hosts]))

    def write_inventory(self, path: Path) -> None:
        """Write an Ansible inventory of the hosts."""
        write_inventory(path, (host.spec for host in self.hosts), USER, PASSWORD, self._options.login, self.authority)

    def probe(self) -> tuple[HostReport, ...]:
        """What the probe sees."""
        specs = [host.spec for host in self.hosts]
        return asyncio.run(
            probe(
                InventoryHost(spec.name, spec.address, spec.groups, spec.winrm_port, spec.product, spec.edge)
                for spec in specs
            )
        )
