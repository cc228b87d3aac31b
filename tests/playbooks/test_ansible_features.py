# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible offers tasks and connections, with our modules: each works, or fails clearly before it changes a host.

The last test prints the table; pytest shows it with -rP.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from playbooks.documents import ROOT
from playbooks.runs import LONG, NEWEST_ONLY, long, newest_only

if TYPE_CHECKING:
    from lab.testing import Lab
    from playbooks.runs import Run, Runner

APPLY = "lyncops.firewall.lync_firewall: {host_variables: true}"
READ = "lyncops.firewall.lync_firewall_info: {host_variables: true}"
ROLES = "lyncops.firewall.lync_firewall: {roles: [director], state: present}"
FE01, FE02, DIR01, MED01 = (f"{name}.contoso.test" for name in ("fe01", "fe02", "dir01", "med01"))
TABLE: list[tuple[str, str]] = []


def shown(feature: str, became: str) -> None:
    """One row more."""
    TABLE.append((feature, became))


def play(runner: Runner, task: str, *words: str, keywords: str = "", hosts: str = "windows", **env: str) -> Run:
    """Run one task of ours, with keywords, in a play with words of its own."""
    path = runner.folder / "play.yml"
    lines = [f"- hosts: {hosts}", "  gather_facts: false", *(f"  {word}" for word in words), "  tasks:"]
    lines += [f"    - {task}", "      register: done", *(f"      {line}" for line in keywords.splitlines())]
    lines += ["    - ansible.builtin.debug: {msg: 'behind {{ inventory_hostname }}'}"]
    path.write_text("\n".join(lines) + "\n")
    return runner.play(str(path), **env)


def untouched(lab: Lab) -> bool:
    """Whether nobody was asked anything."""
    return [host.stats()["requests"] for host in lab.hosts] == [{}] * len(lab.hosts)


@pytest.fixture
def counted(lab: Lab) -> Lab:
    """The lab, with its counters at nought."""
    for host in lab.hosts:
        host.reset_stats()
    return lab


@pytest.mark.parametrize(
    "task",
    [
        APPLY,
        newest_only(READ),
        newest_only("lyncops.firewall.lync_firewall_needs:"),
        newest_only("lyncops.firewall.lync_port_probe: {host_variables: true}"),
        newest_only("lyncops.firewall.lync_firewall_report: {host_variables: true}"),
    ],
)
@pytest.mark.parametrize("poll", [1, newest_only(0)])
@pytest.mark.sample("lync_firewall:", "_info")
def test_async(counted: Lab, runner: Runner, task: str, poll: int) -> None:
    run = play(runner, task, keywords=f"async: 60\npoll: {poll}")
    assert set(run.failed) == {FE01, FE02, DIR01, MED01}
    assert re.search(r"async is not supported for this task|does not support async", run.output), run.output
    assert untouched(counted)
    shown(f"async, poll: {poll}; {task.partition(':')[0].rpartition('.')[2]}", "refused, nobody is asked anything")


@pytest.mark.parametrize("kind", ["winrm", newest_only("psrp")])
def test_timeout_in_the_middle_of_the_writing(counted: Lab, runner: Runner, kind: str) -> None:
    """The task ends in time; what it had sent is the host's, and the next run completes it."""
    if kind == "psrp":
        _by_psrp(runner)
    counted.host("fe01").set_quirks(netsh_delay=30.0)
    run = play(runner, APPLY, keywords="timeout: 6", hosts="fe01*")
    assert set(run.failed) == {FE01}
    assert re.search(r"Timed out after 6 second|expected time frame \(6\) and was terminated", run.output), run.output
    counted.host("fe01").set_quirks(netsh_delay=0.0)
    again = play(runner, APPLY, keywords="timeout: 120", hosts="fe01*")
    assert (again.code, again.changed) == (0, {FE01}), again.output
    last = play(runner, APPLY, keywords="timeout: 120", hosts="fe01*")
    assert (last.code, last.changed) == (0, set()), last.output
    shown(f"timeout; {kind}", "ends the task; the next run completes what it left")


@LONG
@NEWEST_ONLY
def test_timeout_behind_an_armed_rollback(counted: Lab, runner: Runner) -> None:
    """A plan that may cut the connection has its way back on the host before it is carried out, and nobody calls it
    off: Ansible ends the task, so the host restores itself. The next run waits for that."""
    host = counted.host("fe01")
    assert play(runner, APPLY, hosts="fe01*").code == 0
    before = sorted(host.rules().values())
    task = "lyncops.firewall.lync_firewall: {state: absent}"
    host.set_quirks(netsh_hang_line=2, minute=1.5)
    run = play(runner, task, keywords="timeout: 9", hosts="fe01*")
    assert set(run.failed) == {FE01}, run.output
    assert "LyncOpsRollback" in str(host.tasks()), run.output
    host.set_quirks(netsh_hang_line=None)
    ends = time.monotonic() + 30
    while "LyncOpsRollback" in str(host.tasks()) and time.monotonic() < ends:
        time.sleep(0.5)
    assert sorted(host.rules().values()) == before, "as it was before the task"
    again = play(runner, task, hosts="fe01*")
    assert (again.code, again.changed) == (0, {FE01}), again.output
    shown("timeout, of a plan that needs a rollback", "ends the task; the host restores itself")


def test_delegate_to(counted: Lab, runner: Runner) -> None:
    """The task is that of the host that it is delegated to: by its connection, with the roles that the task says."""
    run = play(runner, ROLES, keywords=f"delegate_to: {DIR01}", hosts="fe01*")
    assert run.code == 0, run.output
    assert counted.host("fe01").stats()["requests"] == {}
    assert any("LyncOps" in rule for rule in counted.host("dir01").rules().values())
    assert f"{DIR01}" in run.output
    shown("delegate_to another Windows host", "works: that host is changed, and named in what is said")


def test_delegate_to_the_controller(counted: Lab, runner: Runner) -> None:
    run = play(runner, APPLY, keywords="delegate_to: localhost", hosts="fe01*")
    assert set(run.failed) == {FE01}
    assert f"are those of {FE01}" in " ".join(run.output.split())
    named = play(runner, ROLES, keywords="delegate_to: localhost", hosts="fe01*")
    assert "needs 'ansible_connection: winrm' (or psrp) for this host, not 'local'" in " ".join(named.output.split())
    assert untouched(counted)
    shown("delegate_to: localhost", "one clear sentence, nobody is asked anything")


@pytest.mark.parametrize("task", [APPLY, newest_only(READ)])
def test_nobody_is_judged_by_the_roles_of_another(counted: Lab, runner: Runner, task: str) -> None:
    """Ansible gives a delegated task the variables of its own host, and those say what to open."""
    run = play(runner, task, keywords=f"delegate_to: {DIR01}", hosts="fe01*")
    assert set(run.failed) == {FE01}
    told = " ".join(run.output.split())
    assert f"{DIR01}: delegate_to: roles and variables are those of {FE01}, since host_variables is true" in told
    assert untouched(counted)
    own = play(runner, task, keywords="delegate_to: '{{ inventory_hostname }}'", hosts="fe01*")
    assert own.code == 0, own.output
    shown("delegate_to, with host_variables", "refused, nobody is asked anything; to the host itself it works")


@pytest.mark.parametrize("connection", ["ssh", "local", newest_only("ansible.builtin.ssh")])
def test_other_connections(counted: Lab, runner: Runner, connection: str) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["vars"]["ansible_connection"] = connection

    runner.change_inventory(change)
    name = connection.rpartition(".")[2]
    for task in (APPLY, READ):
        run = play(runner, task)
        assert set(run.failed) == {FE01, FE02, DIR01, MED01}, run.output
        assert f"needs 'ansible_connection: winrm' (or psrp) for this host, not '{name}'" in " ".join(
            run.output.split()
        )
    assert untouched(counted)
    shown(f"ansible_connection: {connection}", "one clear sentence, nobody is asked anything")


@pytest.mark.parametrize(
    ("feature", "words", "keywords"),
    [
        ("serial: 1", ["serial: 1"], ""),
        long("serial: [1, 50%]", ["serial: [1, '50%']"], ""),
        ("strategy: free", ["strategy: free"], ""),
        long("strategy: host_pinned", ["strategy: host_pinned"], ""),
        ("throttle: 1", [], "throttle: 1"),
        long("order: shuffle, port, vars", ["order: shuffle", "vars: {lync_firewall_scope: any}"], ""),
        newest_only("loop", [], "loop: [1, 2]"),
        newest_only("until, retries", [], "until: done is success\nretries: 2\ndelay: 1"),
        newest_only("no_log", [], "no_log: true"),
        long("diff, check_mode: false", [], "diff: true\ncheck_mode: false"),
    ],
)
@pytest.mark.sample("serial: 1", "strategy: free", "loop")
def test_the_order_of_work(lab: Lab, runner: Runner, feature: str, words: list[str], keywords: str) -> None:
    for changed in ({FE01, FE02, DIR01, MED01}, set[str]()):
        run = play(runner, APPLY, *words, keywords=keywords)
        assert (run.code, run.changed) == (0, changed), run.output
    shown(feature, "works: four hosts changed, then none")


def test_run_once(counted: Lab, runner: Runner) -> None:
    run = play(runner, APPLY, keywords="run_once: true")
    assert run.code == 0, run.output
    asked = [host.name for host in counted.hosts if host.stats()["requests"]]
    assert asked == [FE01]
    shown("run_once", "works: the first host alone is changed")


def test_ignore_unreachable(counted: Lab, runner: Runner) -> None:
    def change(_everything: dict[str, Any], hosts: dict[str, Any]) -> None:
        hosts[FE02]["ansible_port"] = 9

    runner.change_inventory(change)
    run = play(runner, APPLY, keywords="ignore_unreachable: true")
    assert run.changed == {FE01, DIR01, MED01}
    assert f"behind {FE02}" in run.output, "it goes on"
    without = play(runner, APPLY)
    assert FE02 in without.unreachable
    assert f"behind {FE02}" not in without.output
    shown("ignore_unreachable", "works: the host goes on to the next task, the others are changed")


@NEWEST_ONLY
@pytest.mark.parametrize("keyword", ["ignore_errors: true", "failed_when: false"])
def test_errors_that_are_not_to_count(counted: Lab, runner: Runner, keyword: str) -> None:
    task = "lyncops.firewall.lync_firewall: {roles: [no_such_role]}"
    run = play(runner, task, keywords=keyword, hosts="fe01*")
    assert run.code == 0, run.output
    assert f"behind {FE01}" in run.output
    assert untouched(counted)
    shown(keyword, "works: the play goes on")


def _by_psrp(runner: Runner, **more: Any) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        everything["children"]["windows"]["vars"].update(
            {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm", **more}
        )

    runner.change_inventory(change)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"operation_timeout_sec": 5, "read_timeout_sec": 10}, ""),
        ({"operation_timeout_sec": 30, "read_timeout_sec": 10}, "ansible_winrm_read_timeout_sec"),
        newest_only({"connection_timeout": 20}, ""),
        ({"scheme": "http", "path": "/wsman"}, ""),
        ({"path": "/elsewhere"}, "Code 404"),
        newest_only({"scheme": "https"}, "ansible_winrm_scheme"),
        newest_only({"scheme": "gopher"}, "gopher"),
        ({"message_encryption": "never"}, ""),
        ({"message_encryption": "always"}, "does not support it"),
        ({"message_encryption": "always", "transport": "ntlm"}, ""),
        newest_only({"transport": "nonsense"}, "nonsense"),
        ({"server_cert_validation": "ignore"}, ""),
        newest_only({"server_cert_validation": "nonsense"}, "nonsense"),
        newest_only({"send_cbt": False, "transport": "ntlm"}, ""),
    ],
)
def test_variables_of_the_winrm_connection(counted: Lab, runner: Runner, variables: dict[str, Any], told: str) -> None:
    def change(everything: dict[str, Any], _hosts: dict[str, Any]) -> None:
        named = {f"ansible_winrm_{name}": value for name, value in variables.items()}
        everything["children"]["windows"]["vars"].update(named)

    runner.change_inventory(change)
    before = counted.host("fe01").rules()
    run = play(runner, APPLY, hosts="fe01*")
    named = ", ".join(f"{name}: {value}" for name, value in variables.items())
    if not told:
        assert (run.code, run.changed) == (0, {FE01}), run.output
        shown(f"ansible_winrm_{named}", "works")
        return
    assert {**run.unreachable, **run.failed}.keys() == {FE01}, run.output
    assert told in run.output
    assert counted.host("fe01").rules() == before
    shown(f"ansible_winrm_{named}", f"fails before a change, and says: {told}")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"operation_timeout": 5, "read_timeout": 10}, ""),
        newest_only({"connection_timeout": 20, "reconnection_retries": 1}, ""),
        ({"path": "elsewhere"}, "404"),
        newest_only({"message_encryption": "never"}, "rejected"),
        newest_only({"message_encryption": "always"}, ""),
        newest_only({"auth": "nonsense"}, "nonsense"),
        newest_only({"configuration_name": "Whatever"}, ""),
        newest_only({"max_envelope_size": 51200}, ""),
    ],
)
def test_variables_of_the_psrp_connection(counted: Lab, runner: Runner, variables: dict[str, Any], told: str) -> None:
    _by_psrp(runner, **{f"ansible_psrp_{name}": value for name, value in variables.items()})
    for host in counted.hosts:
        host.set_quirks(refuse_unencrypted=True)
    before = counted.host("fe01").rules()
    run = play(runner, APPLY, hosts="fe01*")
    named = ", ".join(f"{name}: {value}" for name, value in variables.items())
    if not told:
        assert (run.code, run.changed) == (0, {FE01}), run.output
        shown(f"ansible_psrp_{named}", "works")
        return
    assert {**run.unreachable, **run.failed}.keys() == {FE01}, run.output
    assert told in run.output
    assert counted.host("fe01").rules() == before
    shown(f"ansible_psrp_{named}", f"fails before a change, and says: {told}")


@LONG
def test_a_fact_cache_that_stays(lab: Lab, runner: Runner) -> None:
    """Runs are as without it, and what one run found of the hosts is not there in the next."""
    cache = runner.folder / "facts"
    kept = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache)}
    assert runner.play("audit", **kept).code == 2
    assert set(runner.classes().values()) == {"drifted"}
    site = runner.play("site", **kept)
    assert (site.code, len(site.changed)) == (0, 4), site.output
    audit = runner.play("audit", **kept)
    assert (audit.code, set(runner.classes().values())) == (0, {"compliant"}), audit.output
    text = " ".join(path.read_text() for path in cache.glob("*")) if cache.is_dir() else ""
    assert "lync_firewall" not in text, "a target list of yesterday would be today's"
    shown("fact cache jsonfile", "works: nothing of ours is kept in it")


@NEWEST_ONLY
def test_gathered_facts_are_not_needed_and_do_no_harm(lab: Lab, runner: Runner) -> None:
    """Facts that a cache has of the hosts, with names that look like ours."""
    cache = runner.folder / "facts"
    cache.mkdir()
    for host in lab.hosts:
        facts = {"ansible_hostname": "other", "ansible_system": "Win32NT", "ansible_os_family": "Windows"}
        (cache / host.name).write_text(json.dumps(facts))
    kept = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache)}
    run = runner.play("site", **kept)
    assert (run.code, len(run.changed)) == (0, 4), run.output
    shown("fact cache jsonfile with facts of the hosts", "works")


@pytest.mark.parametrize(
    ("playbook", "flags", "told"),
    [
        ("verify", ["--skip-tags", "lync_firewall"], "--skip-tags lync_firewall leaves out a part of the work"),
        newest_only("audit", ["--skip-tags", "lync_firewall_audit"], "leaves out a part of the work"),
        long("audit", ["--skip-tags", "lync_firewall_report"], "leaves out a part of the work"),
        newest_only("plan", ["--skip-tags", "lync_firewall"], "leaves out a part of the work"),
        long("probe", ["--skip-tags", "lync_firewall_probe"], "leaves out a part of the work"),
        newest_only("verify", ["--skip-tags", "always"], "was left out"),
        ("audit", ["--skip-tags", "always"], "was left out"),
        long("verify", ["--skip-tags", "tagged"], "was left out"),
        ("audit", ["--start-at-task", "Report on all hosts, whatever became of them"], "was left out"),
        newest_only("verify", ["--start-at-task", "Report on all hosts, whatever became of them"], "was left out"),
        long("verify", ["--start-at-task", "Fail if not all is as it should be"], "was left out"),
        newest_only("plan", ["--start-at-task", "Write the plan"], "was left out"),
        ("site", ["--start-at-task", "Bring the firewall to what the host's roles need"], "was left out"),
        newest_only("remediate", ["--skip-tags", "always"], "was left out"),
        newest_only("matrix", ["--start-at-task", "Write the matrix"], "was left out"),
        newest_only("qualify", ["--start-at-task", "Ask the host, and take everything back"], "was left out"),
    ],
)
def test_a_run_that_looks_at_nothing_is_no_success(
    counted: Lab, runner: Runner, playbook: str, flags: list[str], told: str
) -> None:
    """All hosts are drifted, and a run that has not seen it must not end as one that found all well."""
    run = runner.play(playbook, *flags)
    assert run.code != 0, run.output
    assert told in " ".join(run.output.split())
    assert untouched(counted)
    shown(f"{playbook} {' '.join(flags)}", "fails, nobody is asked anything")


@pytest.mark.parametrize(
    ("playbook", "flags"),
    [
        ("site", ["--skip-tags", "lync_firewall"]),
        newest_only("site", ["--tags", "nosuch"]),
        newest_only("remediate", ["--skip-tags", "lync_firewall_rules"]),
        newest_only("matrix", ["--tags", "nosuch"]),
    ],
)
def test_a_run_that_does_nothing_says_so(counted: Lab, runner: Runner, playbook: str, flags: list[str]) -> None:
    """Somebody's playbook that imports ours may have tags of its own."""
    run = runner.play(playbook, *flags)
    assert (run.code, run.changed) == (0, set()), run.output
    assert f"{' '.join(flags)} leaves out what this playbook is for" in " ".join(run.output.split())
    assert untouched(counted)
    shown(f"{playbook} {' '.join(flags)}", "does nothing, and says so")


@NEWEST_ONLY
def test_tags_that_leave_nothing_out(lab: Lab, runner: Runner) -> None:
    """And --tags leaves nothing out of an audit."""
    assert runner.play("site", "--tags", "lync_firewall_rules").changed == {FE01, FE02, DIR01, MED01}
    assert runner.play("audit", "--tags", "nosuch").code == 0
    assert set(runner.classes().values()) == {"compliant"}
    shown("--tags", "site: lync_firewall or lync_firewall_rules; audits run whole whatever is named")


@NEWEST_ONLY
def test_limit_and_environment(counted: Lab, runner: Runner) -> None:
    run = play(runner, APPLY, keywords="environment: {PATH: nowhere}", hosts="fe*")
    assert (run.code, run.changed) == (0, {FE01, FE02}), run.output
    limited = runner.play("site", "--limit", "med01*", "--check", "--diff")
    assert (limited.code, limited.changed) == (0, {MED01}), limited.output
    assert runner.play("site", "--limit", "nobody").code != 0
    for limit in ("fe01.contoso.test,fe09", "all,!fe09.contoso.test"):
        misspelt = runner.play("site", "--limit", limit)
        assert (misspelt.code, misspelt.changed) == (2, set()), misspelt.output
        assert "--limit names what is not in the inventory" in misspelt.output
    assert not any("|Name=LyncOps " in rule for rule in counted.host("med01").rules().values())
    shown("environment", "no effect on hosts")
    shown("--limit, --check", "work")


@NEWEST_ONLY
def test_become(counted: Lab, runner: Runner) -> None:
    run = play(runner, APPLY, keywords="become: true")
    assert set(run.failed) == {FE01, FE02, DIR01, MED01}
    assert "become: it would be ignored" in " ".join(run.output.split())
    assert runner.play("verify", "-b").code != 0
    assert untouched(counted)
    shown("become", "refused, nobody is asked anything")


ROWS = {
    "``--check``, ``check_mode``": (test_limit_and_environment, test_the_order_of_work),
    "``--limit``": (test_limit_and_environment,),
    "``--tags``": (test_a_run_that_does_nothing_says_so, test_tags_that_leave_nothing_out),
    "``--skip-tags``": (test_a_run_that_looks_at_nothing_is_no_success, test_a_run_that_does_nothing_says_so),
    "``--start-at-task``": (test_a_run_that_looks_at_nothing_is_no_success,),
    "``serial``, ``strategy``, ``throttle``, ``order``": (test_the_order_of_work,),
    "``loop``, ``until``, ``run_once``": (test_the_order_of_work, test_run_once),
    "``ignore_errors``, ``failed_when``, ``ignore_unreachable``": (
        test_errors_that_are_not_to_count,
        test_ignore_unreachable,
    ),
    "``no_log``": (test_the_order_of_work,),
    "``environment``": (test_limit_and_environment,),
    "``timeout``": (test_timeout_in_the_middle_of_the_writing, test_timeout_behind_an_armed_rollback),
    "``async``, ``-B``": (test_async,),
    "``become``, ``-b``": (test_become,),
    "``delegate_to``": (test_delegate_to, test_nobody_is_judged_by_the_roles_of_another),
    "``delegate_to: localhost``": (test_delegate_to_the_controller,),
    "connections": (test_other_connections, test_variables_of_the_winrm_connection),
    "fact caches": (test_a_fact_cache_that_stays, test_gathered_facts_are_not_needed_and_do_no_harm),
}
"""The rows of the guide Which features of Ansible work, and what holds each."""


def test_each_row_of_the_guide_is_tried() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "ansible_features.rst").read_text("utf-8")
    assert re.findall(r"^   \* - (.*)$", guide, re.MULTILINE)[1:] == list(ROWS)
    assert all(ROWS.values())


def test_the_table() -> None:
    """Feature and what becomes of it, as the tests above have seen it."""
    assert TABLE
    width = max(len(feature) for feature, _became in TABLE) + 2
    print()
    for feature, became in TABLE:
        print(f"{feature:{width}}{became}")
