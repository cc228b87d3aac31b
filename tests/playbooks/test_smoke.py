# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit, site, and site again, over each connection: what `make test-matrix` runs on every ansible-core and pywinrm.

Three runs on one estate with a host for each connection; a test looks at one run's part on one host.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run
    from playbooks.warm import Warm

WAYS: dict[str, dict[str, Any]] = {
    "winrm basic": {"ansible_winrm_transport": "basic"},
    "winrm ntlm": {"ansible_winrm_transport": "ntlm"},
    "psrp ntlm": {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm"},
}
STEPS = ("audit", "site", "site again")


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    """A host for each connection; in place of the estate of the other tests."""
    from lab.testing import Lab

    with Lab(count=len(WAYS), services=False, bystanders=()) as lab:
        yield lab


@pytest.fixture(scope="module")
def runs(served: Lab, tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> dict[str, Run]:
    """Every step, on all hosts at once."""
    from playbooks.runs import Runner

    runner = Runner(served, tmp_path_factory.mktemp("smoke"), warm)

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        for host, way in zip(served.hosts, WAYS.values(), strict=True):
            hosts[host.name].update(way)

    runner.change_inventory(change)
    return {step: runner.play(step.partition(" ")[0]) for step in STEPS}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", WAYS)
def test_step(served: Lab, runs: dict[str, Run], way: str, step: str) -> None:
    host, run = served.hosts[list(WAYS).index(way)], runs[step]
    if step == "audit":  # it fails by one of the drifted hosts
        assert run.code == 2, run.output
        assert host.name in run.artifacts["lync_firewall_drifted_hosts"], run.output
    else:
        assert (run.code, run.failed, run.unreachable) == (0, {}, {}), run.output
        assert (host.name in run.changed) is (step == "site"), run.output
    assert host.stats()["powershell"] == 0
