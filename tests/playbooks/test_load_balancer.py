# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's HAProxy, configured by the role, in front of simulated servers whose own firewalls decide who gets in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from lab.testing import Lab, LabHost
from playbooks.balancer import HaProxy, eventually, greeting
from playbooks.runs import LONG, NEWEST_ONLY, Run, Runner, long
from playbooks.warm import Warm

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("haproxy"), reason="haproxy is not installed (Debian: apt-get install haproxy)"
    ),
    pytest.mark.skipif(os.geteuid() != 0, reason="ports below 1024 are for root, and the pools' are 80, 135, 443 ..."),
]

_MEMBERS = {"front_end": ("fe02", "fe04"), "director": ("dir01", "dir02"), "mediation": ("med01", "med02")}
_ROLES = {"front_end": "lync_front_end", "director": "lync_director", "mediation": "lync_mediation"}
_PLAY = """\
- hosts: lync_load_balancer
  gather_facts: false
  tasks:
    - ansible.builtin.import_role:
        name: lyncops.firewall.lync_load_balancer
"""
_LOOKING = {"lync_load_balancer_wait": 20}
"""A run that sees that HAProxy has taken over, as those of people do."""
_CLIENTS = "127.0.0.0/24"  # whose members' firewalls admit them; the load balancer is none of these


class Site:
    """Six servers in three pools, and a load balancer in front of them."""

    def __init__(self, lab: Lab, runner: Runner, balancer: HaProxy) -> None:
        self.lab, self.runner, self.balancer = lab, runner, balancer
        network = lab.hosts[0].address.rpartition(".")[0].rpartition(".")[0]
        self.source = f"{network}.9.9"
        self.stranger = f"{network}.9.50"
        self.addresses = {
            role: {
                "sip": f"{network}.{9 + number}.1",
                "web_internal": f"{network}.{9 + number}.2",
                "web_external": f"{network}.{9 + number}.3",
            }
            for number, role in enumerate(_MEMBERS, 1)
        }
        self.as_it_was = False  # hardware load balancing, everybody in service
        self._listeners: dict[str, list[dict[str, Any]]] = {}
        self.play = runner.folder / "balance.yml"
        self.play.write_text(_PLAY)
        runner.change_inventory(self._inventory)

    def _inventory(self, everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        for role, members in _MEMBERS.items():
            for name in members:
                hosts[f"{name}.contoso.test"]["lync_pool"] = f"{role} pool"
        everything["vars"] = {
            "lync_firewall_scope": "topology",
            "lync_firewall_ruleset": "extended",
            "lync_firewall_client_networks": [_CLIENTS],
            "lync_firewall_extra_peers": {
                kind: []
                for kind in (
                    "admin", "branch_appliance", "edge", "file_store", "gateway", "pbx", "reverse_proxy", "sql",
                    "sql_client", "trusted_application",
                )
            },
        }  # fmt: skip
        everything["children"]["lync_load_balancer"] = {
            "hosts": {"lb01": {}},
            "vars": {
                "ansible_connection": "local",
                "ansible_python_interpreter": sys.executable,
                "lync_firewall_addresses": [self.source.replace(".9.9", ".9.8")],
                "lync_load_balancer_source": self.source,
                "lync_load_balancer_package": "",
                "lync_load_balancer_service": "",
                "lync_load_balancer_config": str(self.balancer.config),
                "lync_load_balancer_reload": self.balancer.reload,
                "lync_load_balancer_global": self.balancer.lines,
                "lync_load_balancer_proof": str(self.balancer.folder / "lync.sock"),
                "lync_load_balancer_check_seconds": 1,  # the lab answers 46 members' checks all the time
                "lync_load_balancer_peers": {"lync": f"{self.source}:10023"},
                "lync_load_balancer_wait": 0,
            },
        }

    def host(self, name: str) -> LabHost:
        return self.lab.host(name)

    def say(self, **variables: Any) -> None:
        """Let all servers have these variables; a dict by role is each pool's own."""
        self.as_it_was = False
        said = {
            role: {name: value.get(role) if isinstance(value, dict) and role in value else value
                   for name, value in variables.items()}
            for role in _MEMBERS
        }  # fmt: skip

        def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
            for role, members in _MEMBERS.items():
                for name in members:
                    hosts[f"{name}.contoso.test"].update(said[role])

        self.runner.change_inventory(change)

    def balance(self, *arguments: str, **variables: Any) -> Run:
        self.as_it_was = False
        return self.runner.play(str(self.play), *arguments, variables=variables)

    def listeners(self, mode: str = "hardware") -> list[dict[str, Any]]:
        """What the playbook says that there is to listen on in a mode, which it is asked for once."""
        if mode not in self._listeners:
            run = self.runner.play("load_balancer")
            assert run.code == 0, run.output
            written = self.runner.folder / "lync_load_balancer" / "lync-listeners.json"
            self._listeners[mode] = json.loads(written.read_text())
        return self._listeners[mode]

    def listener(self, row: str) -> dict[str, Any]:
        """The first one of a row, with hardware load balancing."""
        return next(listener for listener in self.listeners() if listener["row"] == row)

    def answer(self, listener: dict[str, Any]) -> str:
        """Who answers a stranger behind a listener: the port and the host's short name."""
        said = greeting(listener["address"], listener["port"], self.stranger)
        host, _blank, port = said.partition(" ")
        return f"{host.partition('.')[0]} {port}" if said else ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("balancer")
    names = [name for members in _MEMBERS.values() for name in members]
    with Lab(names, count=10, bystanders=(), director_web=True) as lab, HaProxy(folder) as balancer:
        made = Site(lab, Runner(lab, folder, warm), balancer)
        made.say(lync_load_balancing="hardware", lync_virtual_addresses=made.addresses)
        run = made.runner.play("site")
        assert run.code == 0, run.output
        yield made


def _pools(site: Site, mode: str) -> dict[str, Any]:
    """What the members say of their pools."""
    addresses = {role: dict(known) for role, known in site.addresses.items()}
    if mode == "dns":
        for known in addresses.values():
            del known["sip"]
    return {"lync_load_balancing": mode, "lync_virtual_addresses": addresses}


@pytest.fixture
def balanced(site: Site) -> Site:
    """The site with hardware load balancing, everybody in service."""
    if not site.as_it_was:
        site.say(**_pools(site, "hardware"), lync_drained=False)
        run = site.balance()
        assert run.code == 0, run.output
        site.as_it_was = True
    eventually(lambda: {server.status for server in site.balancer.servers()} == {"UP"}, "all members are up")
    return site


@pytest.mark.parametrize("mode", [long("dns"), "hardware"])
def test_every_listener_reaches_a_member(site: Site, mode: str) -> None:
    site.say(**_pools(site, mode), lync_drained=False)
    run = site.balance()
    assert run.code == 0, run.output
    listeners = site.listeners(mode)
    rows = {listener["row"] for listener in listeners}
    assert rows == (
        {f"hlb-{number:02}" for number in range(1, 21)}
        if mode == "hardware"
        else {"dnslb-01", "dnslb-02", "dnslb-03", "dnslb-04", "dnslb-05", "dnslb-07"}
    )
    for listener in listeners:
        role = next(role for role in _MEMBERS if listener["pool"].startswith(role))
        expected = {f"{member['name'].partition('.')[0]} {member['port']}/tcp" for member in listener["members"]}
        assert {answer.partition(" ")[0] for answer in expected} == set(_MEMBERS[role])
        eventually(lambda listener=listener, expected=expected: site.answer(listener) in expected, listener["name"])
    print(f"{mode}: {len(listeners)} listeners of {len(rows)} rows reached a member")  # pytest -rP shows it
    _compare(site.balancer.config.read_text(), listeners)
    if mode == "hardware":
        assert not site.balance().changed, "a second run finds what it would write"
        site.as_it_was = True


def _compare(text: str, listeners: list[dict[str, Any]]) -> None:
    """What the file says of each listener is what the data say, read by other means than it was written."""
    sections = dict(re.findall(r"^listen (\S+)\n((?: +.*\n)+)", text, re.MULTILINE))
    assert list(sections) == [listener["name"] for listener in listeners]
    for listener in listeners:
        section = sections[listener["name"]]
        assert f"bind {listener['address']}:{listener['port']}\n" in section
        seconds = listener["idle_seconds"]
        assert re.findall(r"timeout (?:client|server) (\d+)s", section) == [str(seconds)] * 2
        assert re.findall(r"server (\S+) (\S+):(\d+) check port (\d+)\n", section) == [
            (member["name"], member["address"], str(member["port"]), str(member["check_port"]))
            for member in listener["members"]
        ]
        assert ("stick on src table" in section) == (listener["affinity"] == "source")
        if listener["table"]:
            (kept,) = re.findall(rf"^backend {listener['table']}\n +stick-table .* expire (\d+)s", text, re.MULTILINE)
            assert int(kept) == listener["affinity_seconds"]


@NEWEST_ONLY
def test_the_members_let_in_the_load_balancer_and_not_whom_it_serves(balanced: Site) -> None:
    """Of SIP and of web only the device's own address gets through, by the scope of the members' rules."""
    fe02 = balanced.host("fe02")
    for port in (443, 4443, 5061, 5072):
        assert fe02.tcp_open(port, balanced.source)
        assert not fe02.tcp_open(port, balanced.stranger, timeout=0.2)


@NEWEST_ONLY
def test_a_member_whose_own_firewall_closes_its_port_is_left_out_until_site_opens_it_again(balanced: Site) -> None:
    fe02, name = balanced.host("fe02"), "fe02.contoso.test"
    (ours,) = [text for text in fe02.rules().values() if "|LPort=5061|" in text and "|Name=LyncOps" in text]
    rule = ours.partition("|Name=")[2].partition("|")[0]
    web = balanced.listener("hlb-07")
    fe02.set_quirks(closed_looks="dropped")  # as Windows does
    fe02.run(f'netsh advfirewall firewall delete rule name="{rule}"')
    assert not fe02.tcp_open(5061, balanced.source, timeout=0.2)
    assert fe02.tcp_open(4443, balanced.source), "web itself is open as ever"
    by_5061 = {"hlb-01", "hlb-02", "hlb-04", "hlb-05", "hlb-06", "hlb-07"}

    def down() -> set[str]:
        return {
            server.listener.split("_")[-2]
            for server in balanced.balancer.servers()
            if server.name == name and server.status == "DOWN"
        }

    eventually(lambda: down() == by_5061, f"{down()} are down")
    assert {balanced.answer(web) for _attempt in range(8)} == {"fe04 4443/tcp"}
    run = balanced.runner.play("site", "--limit", name)
    assert run.changed == {name}, run.output
    eventually(lambda: not down(), f"{down()} are down")
    eventually(lambda: balanced.answer(web) == "fe02 4443/tcp", "fe02 gets connections again")


@NEWEST_ONLY
@pytest.mark.long
def test_a_drained_member_gets_nothing_new_not_even_from_those_who_know_it(balanced: Site) -> None:
    web = balanced.listener("hlb-06")
    before = balanced.answer(web)
    chosen = before.partition(" ")[0]
    assert {balanced.answer(web) for _attempt in range(8)} == {before}, "a source keeps its member"
    http = balanced.listener("hlb-04")
    assert balanced.answer(http) == f"{chosen} 80/tcp", "on both ports of web"

    balanced.as_it_was = False

    def drain(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts[f"{chosen}.contoso.test"]["lync_drained"] = True

    balanced.runner.change_inventory(drain)
    looked = balanced.balance("--check", "--diff", **_LOOKING)
    assert looked.changed == {"lb01"}, looked.output
    assert "RETRYING" not in looked.output, "there is nothing to wait for"
    assert "haproxy.cfg.read" not in looked.output
    assert f"+    server {chosen}.contoso.test" in looked.output
    assert balanced.answer(web) == before, "nobody reloaded anything"
    assert balanced.balance().changed == {"lb01"}
    name = f"{chosen}.contoso.test"
    eventually(lambda: balanced.balancer.statuses(name) == {"MAINT"}, str(balanced.balancer.statuses(name)))
    other = ({"fe02", "fe04"} - {chosen}).pop()
    assert {balanced.answer(web) for _attempt in range(8)} == {f"{other} 443/tcp"}


@LONG
@NEWEST_ONLY
def test_affinity_outlives_a_reload(balanced: Site) -> None:
    web = balanced.listener("hlb-06")
    network = balanced.stranger.rpartition(".")[0]
    clients = [f"{network}.{number}" for number in range(60, 80)]
    chosen = {client: greeting(web["address"], 443, client) for client in clients}
    assert len(set(chosen.values())) == 2, "both members have some"
    run = balanced.balance(lync_load_balancer_extra=["# another file, so that it is read again"])
    assert run.changed == {"lb01"}, run.output
    assert {client: greeting(web["address"], 443, client) for client in clients} == chosen
    balanced.as_it_was = True  # but for a remark


@NEWEST_ONLY
def test_what_haproxy_does_not_accept_is_not_put_in_place(balanced: Site) -> None:
    config = balanced.balancer.config
    before = config.read_text()
    run = balanced.balance(lync_load_balancer_extra=["listen nonsense", "    bind nowhere at all"])
    assert run.failed == {"lb01": 1}, run.output
    assert "'bind'" in run.output
    assert config.read_text() == before
    assert balanced.answer(balanced.listeners()[-1]), "and HAProxy goes on"
    backups = set(config.parent.glob("haproxy.cfg.*"))
    assert balanced.balance(lync_load_balancer_extra=["# nothing but a remark"]).changed == {"lb01"}
    (backup,) = set(config.parent.glob("haproxy.cfg.*")) - backups
    assert backup.read_text() == before
    balanced.as_it_was = True


@LONG
@NEWEST_ONLY
def test_a_reload_that_failed_is_made_up_for_by_the_next_run(balanced: Site) -> None:
    changed = ["# a file that HAProxy does not get to see at first"]
    run = balanced.balance(lync_load_balancer_extra=changed, lync_load_balancer_reload=["false"])
    assert run.failed == {"lb01": 1}, run.output
    process = balanced.balancer.worker()
    assert balanced.balance(lync_load_balancer_extra=changed).changed == {"lb01"}
    eventually(lambda: balanced.balancer.worker() != process, "another worker has read it")
    assert not balanced.balance(lync_load_balancer_extra=changed).changed
    balanced.as_it_was = True


def _by_hand(site: Site, text: str) -> None:
    """Somebody writes the file and has HAProxy read it."""
    before = site.balancer.worker()
    site.balancer.config.write_text(text)
    subprocess.run(site.balancer.reload, check=True)
    eventually(lambda: site.balancer.worker() not in ("", before), "another worker has read it")


def _drain(site: Site, name: str, drained: bool) -> None:
    """Say so of a server, in the inventory."""
    site.as_it_was = False

    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts[name]["lync_drained"] = drained

    site.runner.change_inventory(change)


@LONG
@NEWEST_ONLY
def test_what_somebody_else_had_haproxy_read_does_not_stay(balanced: Site) -> None:
    """The text that is written into the role's own file keeps the role's token, and the file may be back by now."""
    assert balanced.balance(**_LOOKING).code == 0, "the file of another test may differ by a remark"
    ours, name = balanced.balancer.config.read_text(), "fe02.contoso.test"
    edited = re.sub(rf"(server {re.escape(name)} .*)\n", r"\1 disabled\n", ours)
    assert edited != ours

    _by_hand(balanced, edited)
    assert balanced.balancer.statuses(name) == {"MAINT"}
    run = balanced.balance(**_LOOKING)
    assert (run.code, run.changed) == (0, {"lb01"}), run.output
    assert balanced.balancer.config.read_text() == ours
    assert "MAINT" not in balanced.balancer.statuses(name)

    _by_hand(balanced, edited)
    balanced.balancer.config.write_text(ours)  # put back, and not read
    run = balanced.balance("--check", **_LOOKING)
    assert (run.code, run.changed) == (0, {"lb01"}), "check mode says so too"
    assert balanced.balancer.statuses(name) == {"MAINT"}
    run = balanced.balance(**_LOOKING)
    assert (run.code, run.changed) == (0, {"lb01"}), run.output
    assert "MAINT" not in balanced.balancer.statuses(name)
    run = balanced.balance(**_LOOKING)
    assert (run.code, run.changed) == (0, set()), run.output
    balanced.as_it_was = True


@LONG
@NEWEST_ONLY
def test_a_drained_member_that_somebody_put_in_service_is_drained_again(balanced: Site) -> None:
    """By the file as it was before, and by a command."""
    before, name = balanced.balancer.config.read_text(), "fe02.contoso.test"
    _drain(balanced, name, True)
    run = balanced.balance(**_LOOKING)
    assert run.code == 0, run.output
    assert balanced.balancer.statuses(name) == {"MAINT"}

    _by_hand(balanced, before)
    assert "MAINT" not in balanced.balancer.statuses(name)
    run = balanced.balance(**_LOOKING)
    assert (run.code, run.changed) == (0, {"lb01"}), run.output
    assert balanced.balancer.statuses(name) == {"MAINT"}

    listener = balanced.listener("hlb-06")["name"]
    balanced.balancer.ask(f"set server {listener}/{name} state ready")
    assert (
        next(
            server.status
            for server in balanced.balancer.servers()
            if (server.listener, server.name) == (listener, name)
        )
        != "MAINT"
    )
    run = balanced.balance(**_LOOKING)
    assert (run.code, run.changed) == (0, {"lb01"}), run.output
    assert balanced.balancer.statuses(name) == {"MAINT"}


@LONG
@NEWEST_ONLY
def test_listeners_that_reach_nobody_are_named_and_a_failure_where_one_wants_that(balanced: Site) -> None:
    for name in _MEMBERS["director"]:
        _drain(balanced, f"{name}.contoso.test", True)
    run = balanced.balance(**_LOOKING)
    assert run.code == 0, run.output
    told = " ".join(run.output.split())
    assert "director pool: all members are drained (lync_drained: dir01.contoso.test, dir02.contoso.test)" in told
    nobody = (
        r"No member is up behind .*director-pool_hlb-17_443.*\(dir01.contoso.test drained, dir02.contoso.test drained\)"
    )
    assert re.search(nobody, told)
    assert "front_end-pool_hlb-06_443" not in re.search(nobody, told)[0]
    run = balanced.balance(**_LOOKING, lync_load_balancer_on_no_member="fail")
    assert run.failed == {"lb01": 1}, run.output
    assert re.search(nobody, " ".join(run.output.split()))


@LONG
@NEWEST_ONLY
def test_check_mode_looks_at_a_host_without_a_file(balanced: Site) -> None:
    new = balanced.balancer.folder / "new" / "haproxy.cfg"
    new.parent.mkdir()
    run = balanced.balance("--check", lync_load_balancer_config=str(new))
    assert run.code == 0, run.output
    assert run.changed == {"lb01"}
    assert not list(new.parent.iterdir())
    balanced.as_it_was = True


@NEWEST_ONLY
@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"lync_drained": "nope"}, "lync_drained: 'nope' is neither true nor false"),
        ({"lync_load_balancing": "haproxy"}, "'haproxy' is not possible; it takes hardware, dns"),
    ],
)
def test_what_is_wrong_of_a_pool_is_told_by_the_role_in_one_sentence(
    site: Site, said: dict[str, Any], message: str
) -> None:
    site.say(**said)
    run = site.balance()
    assert run.failed == {"lb01": 1}, run.output
    told = " ".join(run.output.replace("''", "'").split())
    assert message in told
    for words in ("filter plugin", "argument_spec", "validate_args_context", "Validation of arguments"):
        assert words not in told
    site.say(**_pools(site, "hardware"), lync_drained=False)


@NEWEST_ONLY
@pytest.mark.long
def test_a_host_that_the_members_do_not_know_is_refused(balanced: Site) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["strangers"] = {"hosts": {"lb09": {"ansible_connection": "local"}}}

    balanced.runner.change_inventory(change)
    play = balanced.runner.folder / "strange.yml"
    play.write_text(_PLAY.replace("hosts: lync_load_balancer", "hosts: strangers"))
    run = balanced.runner.play(str(play))
    assert run.failed == {"lb09": 1}
    assert "lb09 is not in the group lync_load_balancer" in run.output


@LONG
@NEWEST_ONLY
def test_a_reload_that_failed_is_no_success_though_every_listener_answers(balanced: Site) -> None:
    """The process that could not be replaced has the listeners; here it was not even asked to read the file."""
    only = {"lync_load_balancer_pools": ["mediation pool"], "lync_load_balancer_wait": 1}
    assert balanced.balance(**only).code == 0
    changed = {**only, "lync_load_balancer_check_seconds": 3}
    run = balanced.balance(**changed, lync_load_balancer_reload=["true"])
    assert run.code == 2, run.output
    assert "HAProxy has not taken over" in run.output
    run = balanced.balance(**changed)
    assert (run.code, run.changed) == (0, {"lb01"}), "the file is the same: it is read now"


@LONG
@NEWEST_ONLY
def test_an_address_that_cannot_be_bound_is_told_although_haproxy_goes_on(balanced: Site) -> None:
    only = {"lync_load_balancer_pools": ["mediation pool"], "lync_load_balancer_wait": 1}
    run = balanced.balance(**only, lync_load_balancer_proof="")
    assert run.code == 0, run.output
    assert "mediation-pool_hlb-15_5070" in run.output, "where there is nobody to ask, it looked"
    run = balanced.balance(**only)
    assert run.code == 0, run.output
    took_over = r"See that HAProxy has taken over\] \*+\n(FAILED - RETRYING.*\n)*ok: \[lb01\]"
    assert re.search(took_over, re.sub(r"lyncops\.firewall\.lync_load_balancer : ", "", run.output)), "it asked"
    assert "mediation-pool_hlb-15_5070" not in run.output, "which says it of all listeners at once"
    elsewhere = {**balanced.addresses, "mediation": {"sip": "192.0.2.77"}}  # on no interface of this host
    balanced.say(lync_virtual_addresses=elsewhere)
    run = balanced.balance(**only)
    assert run.code == 2, run.output
    assert "HAProxy does not listen on 192.0.2.77 port 5070 (mediation-pool_hlb-15_5070)" in run.output
    mediation = balanced.addresses["mediation"]["sip"]
    assert greeting(mediation, 5070, balanced.stranger).endswith("5070/tcp"), "what it had goes on"
