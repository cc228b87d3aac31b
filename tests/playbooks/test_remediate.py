# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""remediate.yml: whom it works on, in which batches, and where it stops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Runner

FE = ["fe01.contoso.test", "fe02.contoso.test"]
SOME = ["dir01.contoso.test", "med01.contoso.test"]
ALL = [*FE, *SOME]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ALL),
        ({"lync_firewall_hosts": "lync_front_end"}, FE),
        ({"lync_firewall_drifted_hosts": SOME, "lync_firewall_totals": {"drifted": 2}}, SOME),
        ({"lync_firewall_drifted_hosts": SOME}, SOME),
        # An audit that found no drift: nobody, not everybody.
        ({"lync_firewall_drifted_hosts": [], "lync_firewall_totals": {"drifted": 0}}, []),
        # A survey that was not filled in.
        ({"lync_firewall_drifted_hosts": ""}, ALL),
        ({"lync_firewall_drifted_hosts": " , "}, ALL),
        ({"lync_firewall_drifted_hosts": "dir01.contoso.test, med01.contoso.test"}, SOME),
        # What a person types is meant, whatever an audit found.
        ({"lync_firewall_drifted_hosts": "fe01.contoso.test", "lync_firewall_totals": {"drifted": 3}}, FE[:1]),
        # A list that was cut off.
        ({"lync_firewall_drifted_hosts": SOME, "lync_firewall_totals": {"drifted": 201}}, ALL),
        (
            {
                "lync_firewall_drifted_hosts": SOME,
                "lync_firewall_totals": {"drifted": 201},
                "lync_firewall_hosts": "lync_front_end",
            },
            FE,
        ),
    ],
)
@pytest.mark.sample("variables0", "variables2", "variables5", "variables8")
def test_whom_it_works_on(runner: Runner, variables: dict[str, Any], expected: list[str]) -> None:
    run = runner.play("remediate", "--list-hosts", variables=variables)
    assert run.code == 0, run.output
    # The first one is the preflight, on the controller, and the last names who was left alone.
    (play,) = [play for play in run.output.split("play #") if "Bring the firewalls" in play]
    assert f"hosts ({len(expected)})" in play
    assert sorted(re.findall(r"^ {6}(\S+)$", play, re.MULTILINE)) == sorted(expected)


def test_audit_remediate_verify(lab: Lab, runner: Runner) -> None:
    """A workflow: what the audit hands over decides what is remediated, and nothing else is touched."""
    audit = runner.play("audit", "--limit", "dir01*,med01*")
    assert audit.artifacts["lync_firewall_drifted_hosts"] == SOME
    remediate = runner.play("remediate", variables=audit.artifacts)
    assert remediate.code == 0, remediate.output
    assert remediate.changed == set(SOME)
    assert remediate.output.count("PLAY [Bring") == 2, "a canary, and the rest"
    assert not any(name.startswith("LyncOps") for fe in FE for name in _names(lab, fe))
    assert runner.play("verify", "--limit", "dir01*,med01*").code == 0
    again = runner.play("remediate", variables={**audit.artifacts, "lync_firewall_serial": "100%"})
    assert again.changed == set()
    assert again.output.count("PLAY [Bring") == 1


def test_the_first_batch_that_goes_wrong_ends_it(lab: Lab, runner: Runner) -> None:
    """The canary cannot be reached: with the default nobody else is touched, and with patience all others are."""

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts["fe01.contoso.test"]["ansible_port"] = 9

    runner.change_inventory(change)
    before = {host.name: host.rules() for host in lab.hosts}
    run = runner.play("remediate")
    assert run.code != 0
    assert run.changed == set()
    assert {host.name: host.rules() for host in lab.hosts} == before
    patient = {"lync_firewall_serial": "2,100%", "lync_firewall_max_fail_percentage": 50}
    run = runner.play("remediate", variables=patient)
    assert run.code != 0, "the host that could not be reached is not forgotten"
    assert run.changed == {*FE[1:], *SOME}


def _names(lab: Lab, host: str) -> set[str]:
    return {match[1] for rule in lab.host(host).rules().values() if (match := re.search(r"\|Name=([^|]*)", rule))}
