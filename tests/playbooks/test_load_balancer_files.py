# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""load_balancer.yml connects to nobody and writes three files that say the same, or says what to say first."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from playbooks.runs import NEWEST_ONLY, Runner

_SAID = {"lync_load_balancing": "hardware", "lync_virtual_addresses": {"sip": "10.1.0.100", "web_external": "fd00::2"}}


def _say(runner: Runner, **variables: Any) -> None:
    """Let the two Front End Servers be a pool of which this is said."""

    def change(everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["vars"]["ansible_password"] = "{{ of_nobody }}"
        for name in ("fe01", "fe02"):
            hosts[f"{name}.contoso.test"].update({"lync_pool": "pool1", **variables})

    runner.change_inventory(change)


def _folder(runner: Runner) -> Path:
    return runner.folder / "lync_load_balancer"


def _the_matrix_has_both_legs(runner: Runner, ends: set[tuple[str, str]]) -> None:
    """From whoever connects to each virtual address, and from the device, whose addresses are known, to the members."""
    assert runner.play("matrix", variables={"lync_firewall_extra_peers": {"load_balancer": ["10.3.0.5"]}}).code == 0
    with (runner.folder / "lync_firewall_matrix" / "lync-traffic-matrix.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    to_virtual = [row for row in table if row["destination_addresses"] in {address for address, _port in ends}]
    ranges = [(row, part.partition("-")) for row in to_virtual for part in row["ports"].split(",")]
    found = {
        (row["destination_addresses"], str(port))
        for row, (first, _dash, last) in ranges
        for port in range(int(first), int(last or first) + 1)
    }
    assert ("10.1.0.100", "5061") in found
    assert found <= ends
    device = [row for row in table if row["source_addresses"] == "10.3.0.5" and "hlb-01" in row["rows"].split()]
    assert [(row["destination"], row["transport"]) for row in device] == [("Front End Servers", "tcp")]


def test_nothing_is_connected_to_and_the_files_say_the_same(runner: Runner) -> None:
    _say(runner, **_SAID)
    given = {"ansible_connection": "winrm", "ansible_become": True, "ansible_become_user": "nobody-here"}
    looked = runner.play("load_balancer", "--check", "--diff", variables=given)
    assert looked.code == 0, looked.output
    assert looked.changed
    assert "bind 10.1.0.100:5061" in looked.output
    assert not _folder(runner).exists()
    run = runner.play("load_balancer", "--limit", "fe01*", variables=given)
    assert run.code == 0, run.output
    assert f"{_folder(runner)}: 3 of 3 files written" in run.output
    listeners = json.loads((_folder(runner) / "lync-listeners.json").read_text())
    with (_folder(runner) / "lync-listeners.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    ends = [(listener["address"], str(listener["port"]), listener["row"]) for listener in listeners]
    assert [(row["address"], row["port"], row["row"]) for row in table] == ends
    assert ("fd00::2", "443", "hlb-07") in ends
    assert {len(listener["members"]) for listener in listeners} == {1, 2}, "collocated Mediation Server, and all others"
    text = (_folder(runner) / "haproxy.cfg").read_text()
    assert text.count("\nlisten ") == len(listeners) == 17
    assert "bind [fd00::2]:443\n" in text
    for told in ("single requests", "MS-WSMAN", "NEVER THROUGH A LOAD BALANCER", "DRAINED", "DO NOT AGREE"):
        assert told in text
    assert not runner.play("load_balancer", variables=given).changed
    _the_matrix_has_both_legs(runner, {(address, port) for address, port, _row in ends})


@NEWEST_ONLY
@pytest.mark.parametrize("word", ["hardware", "dns"])
def test_what_the_guide_shows_works_as_it_is_pasted(runner: Runner, word: str) -> None:
    """In a file of group_vars beside an inventory that was made by hand and knows no pool."""
    guide = Path(__file__).parents[2] / "docs" / "docsite" / "rst" / "load_balancers.rst"
    blocks = re.findall(r"\.\. code-block:: yaml\n\n((?:   .*\n|\n)+)", guide.read_text())
    (shown,) = [textwrap.dedent(block) for block in blocks if f"lync_load_balancing: {word}" in block]
    folder = runner.folder / "group_vars"
    folder.mkdir(exist_ok=True)
    (folder / "lync_front_end.yml").write_text(shown)
    run = runner.play("load_balancer")
    assert run.code == 0, run.output
    listeners = json.loads((_folder(runner) / "lync-listeners.json").read_text())
    assert {listener["pool"] for listener in listeners} == {"pool01.example.com"}
    assert {listener["load_balancing"] for listener in listeners} == {word}


@NEWEST_ONLY
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"lync_load_balancer_source": "fd00::5"}, "lync_load_balancer_source: from fd00::5 nobody can connect to"),
        ({"lync_load_balancer_check_seconds": 0.0004}, "lync_load_balancer_check_seconds: 0.0004 seconds between two"),
    ],
)
def test_a_load_balancer_that_could_not_do_it_gets_no_file(
    runner: Runner, variables: dict[str, Any], message: str
) -> None:
    _say(runner, **_SAID)
    run = runner.play("load_balancer", variables=variables)
    assert run.code == 2, run.output
    assert message in " ".join(run.output.split())
    assert not _folder(runner).exists()


@NEWEST_ONLY
def test_a_pool_that_nobody_is_left_of_is_warned_of(runner: Runner) -> None:
    _say(runner, **_SAID, lync_drained=True)
    run = runner.play("load_balancer")
    assert run.code == 0, run.output
    told = "pool pool1: all members are drained (lync_drained: fe01.contoso.test, fe02.contoso.test), so its clients"
    assert " ".join(run.output.split()).count(told) == 1
    assert "# WARNING: pool pool1: all members are drained" in (_folder(runner) / "haproxy.cfg").read_text()


@NEWEST_ONLY
@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed (Debian: apt-get install haproxy)")
def test_haproxy_accepts_the_file_without_a_warning(runner: Runner) -> None:
    _say(runner, **_SAID)
    variables = {"lync_load_balancer_source": "10.1.0.5", "lync_load_balancer_cut_sessions": True}
    peers = {"lb01": "10.1.0.5:10023", "lb02": "[fd00::6]:10023"}
    assert runner.play("load_balancer", variables={**variables, "lync_load_balancer_peers": peers}).code == 0
    asked = subprocess.run(
        ["haproxy", "-c", "-f", str(_folder(runner) / "haproxy.cfg")], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    assert "WARNING" not in asked.stderr
    assert "Configuration file is valid" in asked.stdout + asked.stderr


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "lync_load_balancing: no pool says how it is balanced; set it for the servers of each pool"),
        ({"lync_load_balancing": "haproxy"}, "pool pool1: 'haproxy' is not possible; it takes hardware, dns"),
        (
            {"lync_load_balancing": "dns", "lync_virtual_addresses": {"sip": "10.1.0.100"}},
            "lync_virtual_addresses.sip: pool pool1: with lync_load_balancing: dns clients choose a member themselves",
        ),
        ({"lync_load_balancing": "dns"}, "lync_virtual_addresses: pool pool1: say the pool's virtual addresses"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(runner: Runner, said: dict[str, Any], message: str) -> None:
    _say(runner, **said)
    run = runner.play("load_balancer")
    assert run.code == 2
    told = " ".join(run.output.replace("''", "'").split())
    assert re.search(rf"\bmsg\W+(lync_\w+: )?{re.escape(message)}", told), "the sentence is all that is said"
    for words in ("Finalization", "filter plugin", "templating", "caused by"):
        assert words not in told
    assert not _folder(runner).exists()
