# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control loop against a small Windows in memory, with everything that can go wrong on the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import NotElevated, ReadError
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.rule import ALL_PROFILES, FirewallRule
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.outcome import Failed, Outcome
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    foreign,
    names,
)
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._host.fake_host import (
    FakeHost,
    half_an_answer,
    lost_after,
    lost_and_late,
    lost_before,
)

WANTED = Wanted(build_policy(["director"]).rules)
OURS = [
    "LyncOps in-tcp-443 g1", "LyncOps in-tcp-444 g1", "LyncOps in-tcp-5061 g1", "LyncOps in-tcp-80 g1",
    "LyncOps in-udp-1434 g1",
]  # fmt: skip
FOREIGN = {"{F}": foreign("CS RTCSRV", ("LPort", "5061"))}


def run(host: FakeHost, wanted: Wanted = WANTED, check: bool = False) -> Outcome:
    # Without a rollback: what is under test is the loop itself.
    return enforce(host, wanted, check, sleep=host.sleep, rollback="never")  # type: ignore[arg-type]


def fresh(**state: Any) -> FakeHost:
    return FakeHost(WindowsModel(local=dict(FOREIGN), **state))


def converged() -> FakeHost:
    host = fresh()
    run(host)
    return FakeHost(host.model)


def ours(host: FakeHost) -> list[str]:
    """Names of all rules but the foreign one, which must be as it was."""
    assert host.model.local["{F}"] == FOREIGN["{F}"]
    return names(pairs for key, pairs in host.model.local.items() if key != "{F}")


def rules(snapshot: Snapshot) -> Counter[FirewallRule]:
    return Counter(snapshot.rules)


def test_an_untouched_host_costs_read_write_read() -> None:
    host = fresh()
    outcome = run(host)
    assert ours(host) == OURS
    assert (host.reads, host.writes, host.slept, host.reconnects) == (2, ["netsh"], [], 0)
    assert outcome.wrote
    assert len(outcome.plan.create) == 5
    assert len(outcome.after.rules) == 6
    assert len(outcome.before.rules) == 1


def test_a_converged_host_costs_one_command_and_nothing_is_written() -> None:
    host = converged()
    stored = dict(host.model.local)
    outcome = run(host)
    assert len(host.commands) == host.reads == 1
    assert not outcome.plan.changes
    assert not outcome.wrote
    assert outcome.after == outcome.before
    assert host.model.local == stored


def test_check_mode_writes_nothing_and_says_what_apply_does() -> None:
    host = fresh()
    host.model.profiles["Public"]["EnableFirewall"] = 0
    host.model.state, host.model.start = 1, 3
    wanted = Wanted(WANTED.rules, profiles_on=ALL_PROFILES)
    checked = run(host, wanted, check=True)
    assert len(host.commands) == host.reads == 1
    assert ours(host) == []
    assert not checked.wrote
    applied = run(host, wanted)
    assert checked.plan == applied.plan
    assert checked.before == applied.before
    assert rules(checked.after) == rules(applied.after)
    assert checked.after.profiles == applied.after.profiles
    assert checked.after.service == applied.after.service


def test_drift_is_repaired_and_stale_rules_go() -> None:
    host = converged()
    host.model.netsh('advfirewall firewall set rule name="LyncOps in-tcp-443 g1" new enable=no')
    host.model.netsh('advfirewall firewall delete rule name="LyncOps in-tcp-80 g1"')
    host.model.netsh('advfirewall firewall add rule name="LyncOps in-tcp-5060 g4" dir=in action=allow protocol=tcp')
    outcome = run(host)
    assert ours(host) == OURS
    assert [update.fields for update in outcome.plan.update] == [("enabled",)]
    assert outcome.plan.delete == ("LyncOps in-tcp-5060 g4",)
    assert not run(FakeHost(host.model)).plan.changes


def test_absent_takes_all_managed_rules_away_and_no_other() -> None:
    host = converged()
    run(host, Wanted((), service=False))
    assert ours(host) == []


def test_a_batch_that_is_ignored_is_sent_line_by_line() -> None:
    host = fresh(batch_is_ignored=True)
    outcome = run(host)
    assert ours(host) == OURS
    assert host.writes[0] == "netsh"
    assert len(host.writes) == 1 + 5
    assert outcome.wrote
    assert rules(outcome.after) == Counter(run(FakeHost(host.model)).before.rules)


def test_only_what_is_missing_is_sent_again() -> None:
    probe = fresh()
    run(probe)
    missed = next(line for line in probe.model.lines if "in-tcp-444" in line)
    host = fresh(ignored={missed})

    def heal(model: WindowsModel) -> None:
        if len(host.commands) > 3:
            model.ignored.clear()

    host.before_each = heal
    run(host)
    assert ours(host) == OURS
    assert host.writes == ["netsh", f"netsh {missed} <nul"]


def test_what_netsh_never_does_is_the_error_rule_by_rule() -> None:
    probe = fresh()
    run(probe)
    missed = {line for line in probe.model.lines if "in-tcp-444" in line or "in-udp-1434" in line}
    host = fresh(ignored=missed)
    with pytest.raises(Failed) as caught:
        run(host)
    message = str(caught.value)
    assert "'LyncOps in-tcp-444 g1' was not added" in message
    assert "'LyncOps in-udp-1434 g1' was not added" in message
    assert "5061" not in message
    outcome = caught.value.outcome
    assert outcome is not None
    assert outcome.wrote
    assert len(outcome.after.rules) == 1 + 3
    assert host.model.lines.count(next(iter(missed))) == 2, "sent twice: in the batch and by itself"


def test_lost_before_anything_was_written_is_a_lost_connection() -> None:
    host = fresh()
    host.trouble = [lost_before]
    with pytest.raises(ConnectionLost):
        run(host)
    assert host.writes == []
    assert host.reconnects == 0


@pytest.mark.parametrize("trouble", [lost_before, lost_after, lost_and_late])
@pytest.mark.parametrize("refused", [0, 2])
def test_lost_while_writing_ends_right_and_makes_no_twins(trouble: Any, refused: int) -> None:
    host = fresh()
    host.trouble = [None, trouble]
    host.refused_reconnects = refused
    outcome = run(host)
    assert ours(host) == OURS, "a rule is missing or there twice"
    assert host.writes.count("netsh") == 1, "a batch that may have arrived was sent again"
    assert host.reconnects == refused + 1
    assert outcome.wrote
    assert not run(FakeHost(host.model)).plan.changes


def test_a_host_that_never_settles_is_not_written_again() -> None:
    host = fresh()
    host.trouble = [None, lost_after]
    count = iter(range(1000))

    def busy(model: WindowsModel) -> None:
        if host.reconnects:
            model.local[f"other {next(count)}"] = foreign("other")

    host.before_each = busy
    with pytest.raises(Failed, match="keep changing"):
        run(host)
    assert host.writes == ["netsh"]


@pytest.mark.parametrize("number", [4, 5, 6, 8])
def test_lost_while_sending_line_by_line_and_the_line_arrived(number: int) -> None:
    host = fresh(batch_is_ignored=True)
    host.trouble = [*[None] * number, lost_after]
    run(host)
    assert ours(host) == OURS


def test_lost_while_sending_line_by_line_and_the_line_did_not_arrive() -> None:
    host = fresh(batch_is_ignored=True)
    host.trouble = [*[None] * 5, lost_before]
    with pytest.raises(Failed) as caught:
        run(host)
    assert str(caught.value).count("was not added") == 1, "only the one line that was lost"
    assert ours(host) == [name for name in OURS if name not in str(caught.value)], "twins, or more is missing"
    assert run(FakeHost(host.model)).plan.changes
    assert ours(host) == OURS, "the next run does not finish the work"


@pytest.mark.parametrize("trouble", [lost_before, lost_after])
def test_lost_while_verifying(trouble: Any) -> None:
    host = fresh()
    host.trouble = [None, None, trouble]
    outcome = run(host)
    assert ours(host) == OURS
    assert host.writes == ["netsh"]
    assert len(outcome.after.rules) == 6


@pytest.mark.parametrize("trouble", [lost_before, lost_after])
def test_lost_for_good_after_the_first_write_says_what_is_known(trouble: Any) -> None:
    host = fresh()
    host.trouble = [None, trouble]
    host.refused_reconnects = 1000
    with pytest.raises(Failed, match="after the first write") as caught:
        run(host)
    outcome = caught.value.outcome
    assert outcome is not None
    assert outcome.wrote
    assert outcome.after == outcome.before, "nothing newer was read"
    assert host.writes == ["netsh"]
    assert 0 < host.reconnects <= 5


def test_an_answer_that_cannot_be_read_after_writing_is_a_failure_that_keeps_what_is_known() -> None:
    host = fresh()
    host.trouble = [None, None, half_an_answer]
    with pytest.raises(Failed, match="cut off") as caught:
        run(host)
    assert caught.value.outcome is not None
    assert caught.value.outcome.wrote


def test_an_answer_that_cannot_be_read_at_first_stops_everything() -> None:
    host = fresh()
    host.trouble = [half_an_answer]
    with pytest.raises((ReadError, NotElevated)):
        run(host)
    assert host.writes == []


def test_a_filtered_token_stops_everything() -> None:
    host = fresh(level=8192)
    with pytest.raises(NotElevated):
        run(host)
    assert host.writes == []
