# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit says that a host has drifted exactly when enforcement in check mode says that it would change it."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any
from unittest import mock

from ansible_collections.lyncops.firewall.plugins.action import lync_firewall, lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    foreign,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PLAN = (
    "service_changes", "profiles_enabled", "created", "updated", "deleted", "kept", "stale", "refused", "commands",
)  # fmt: skip
VARS = {"inventory_hostname": "h"}


def enforced(model: WindowsModel, options: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """What `lync_firewall` returns, without the guard's objections: the model has no WinRM rule."""

    def unguarded(*args: Any, **more: Any) -> Any:
        return enforce(*args, **{**more, "rollback": "never", "guard": lambda *_plan: ()})

    with mock.patch.object(lync_firewall, "enforce", unguarded):
        args = {**options, "on_ineffective": "warn"}
        found: dict[str, Any] = action(lync_firewall.ActionModule, model, args, check_mode=check_mode).run(
            task_vars=VARS
        )
    return found


def audited(model: WindowsModel, options: dict[str, Any]) -> dict[str, Any]:
    """What `lync_firewall_info` returns."""
    found: dict[str, Any] = action(lync_firewall_info.ActionModule, model, options).run(task_vars=VARS)
    return found


def converged() -> WindowsModel:
    model = WindowsModel()
    assert enforced(model, {"roles": ["director"]}, check_mode=False)["changed"]
    return model


CONVERGED = converged()

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "exclusive": st.booleans(),
        "firewall_service": st.sampled_from(["started", "unmanaged"]),
        "firewall_enabled": st.sampled_from(["enabled", "unmanaged"]),
        "skip_rows": st.sampled_from([[], ["server-26"]]),
        "profiles": st.sampled_from([["domain"], ["domain", "private", "public"]]),
        "remote_addresses": st.sampled_from([[], ["10.0.0.0/8"]]),
        "ruleset": st.sampled_from(["documented", "extended"]),
        "features": st.sampled_from([[], ["remote_call_control"]]),
        "program": st.sampled_from(["any", "listener"]),
        "port_overrides": st.sampled_from([{}, {"server-45": "5061-5063"}]),
        "extra_rules": st.sampled_from([[], [{"name": "agent", "protocol": "tcp", "localport": "10000"}]]),
    },
)
WHOSE = st.sampled_from([{"roles": ["director"]}, {"roles": ["director", "mediation"]}, {"state": "absent"}])


@st.composite
def hosts(draw: st.DrawFn) -> WindowsModel:
    """A host that was converged once, and what may have become of it."""
    model = copy.deepcopy(draw(st.sampled_from([CONVERGED, WindowsModel()])))
    for key in draw(st.lists(st.sampled_from(sorted(CONVERGED.local)), unique=True, max_size=3)):
        model.local.pop(key, None)
    for key in draw(st.lists(st.sampled_from(sorted(CONVERGED.local)), unique=True, max_size=3)):
        if key in model.local:
            harm = draw(st.sampled_from([("Active", "FALSE"), ("Future", "1"), ("Svc", "RTCSRV"), ("RA4", "10.0.0.1")]))
            model.local[key] = [pair for pair in model.local[key] if pair[0] != harm[0]] + [harm]
    for number in range(draw(st.integers(0, 2))):
        model.local[f"stale {number}"] = foreign(f"LyncOps in-tcp-{number + 1} g1", ("LPort", str(number + 1)))
    model.local["foreign"] = foreign("CS RTCSRV", ("LPort", "5061"))
    model.state = draw(st.sampled_from([4, 1]))
    model.start = draw(st.sampled_from([2, 3]))
    model.firewall_product = draw(st.sampled_from(["", "", "Contoso Endpoint Security"]))
    model.language = draw(st.sampled_from(["en", "pt"]))
    model.profiles["Public"]["EnableFirewall"] = draw(st.integers(0, 1))
    model.policy_profiles = draw(st.sampled_from([{}, {"Domain": {"EnableFirewall": 0}}]))
    return model


@settings(deadline=None)
@given(hosts(), WHOSE, OPTIONS)
def test_audit_says_drifted_exactly_when_check_mode_says_changed(
    model: WindowsModel, whose: dict[str, Any], options: dict[str, Any]
) -> None:
    options = {**whose, **options}
    drift = audited(model, options)["drift"]
    site = enforced(model, options, check_mode=True)
    assert {key: drift[key] for key in PLAN} == {key: site[key] for key in PLAN}
    assert drift["found"] is site["changed"]


@settings(deadline=None)
@given(hosts(), WHOSE, OPTIONS)
def test_after_a_run_no_drift_is_left_but_what_it_refused(
    model: WindowsModel, whose: dict[str, Any], options: dict[str, Any]
) -> None:
    options = {**whose, **options}
    expected = enforced(model, options, check_mode=True)
    site = enforced(model, options, check_mode=False)
    assert [site[key] for key in PLAN] == [expected[key] for key in PLAN]
    drift = audited(model, options)["drift"]
    assert drift["found"] is False
    assert drift["refused"] == site["refused"]


@settings(deadline=None)
@given(hosts(), WHOSE, OPTIONS, st.booleans())
def test_both_say_who_filters_and_judge_by_it(
    model: WindowsModel, whose: dict[str, Any], options: dict[str, Any], check_mode: bool
) -> None:
    """Where nothing is to be changed, or all was, both see the same host and must judge it alike."""
    options = {**whose, **options}
    site = enforced(model, options, check_mode)
    audit = audited(model, options)
    assert site["other_firewall"] == audit["other_firewall"] == model.firewall_product
    if not check_mode or not site["changed"]:
        assert site["requirements"] == audit["requirements"]
    if model.firewall_product and model.state == 4:
        assert {row["reason"] for row in (*site["requirements"], *audit["requirements"])} <= {"other_firewall"}


def test_an_enforcement_asks_who_filters_in_the_one_read_it_makes() -> None:
    model = copy.deepcopy(CONVERGED)
    model.firewall_product = "Contoso Endpoint Security"
    asked: list[str] = []
    run = model.run

    def listening(command: str, stdin: bytes = b"") -> str:
        asked.append(command)
        return run(command, stdin)

    with mock.patch.object(model, "run", listening):
        site = enforced(model, {"roles": ["director"]}, check_mode=False)
    assert (site["changed"], site["other_firewall"]) == (False, "Contoso Endpoint Security")
    assert {(row["verdict"], row["reason"]) for row in site["requirements"]} == {("unknown", "other_firewall")}
    assert [command.count("show global") for command in asked] == [1]


def test_the_hosts_are_not_all_alike() -> None:
    """Both answers are reached, and so are stale rules that are kept, refusals, and a plan without any rule."""
    stale = copy.deepcopy(CONVERGED)
    stale.local["stale"] = foreign("LyncOps in-tcp-1 g1", ("LPort", "1"))
    kept = audited(stale, {"roles": ["director"], "exclusive": False})["drift"]
    assert (kept["found"], Counter(item["deleted"] for item in kept["stale"])) == (False, {False: 1})
    assert audited(stale, {"roles": ["director"]})["drift"]["found"] is True
    off = copy.deepcopy(CONVERGED)
    off.profiles["Public"]["EnableFirewall"] = 0
    off.start = 3
    drift = audited(off, {"roles": ["director"], "firewall_enabled": "enabled"})["drift"]
    assert (drift["found"], drift["service_changes"], drift["profiles_enabled"]) == (True, ["automatic"], ["public"])
    assert (drift["created"], drift["updated"], drift["deleted"]) == ([], [], [])
    stopped = WindowsModel(state=1)
    drift = audited(stopped, {"roles": ["director"], "firewall_service": "unmanaged"})["drift"]
    assert (drift["found"], len(drift["refused"])) == (False, 1)
    assert drift["created"]


def test_no_roles_are_never_taken_for_no_rules() -> None:
    """An empty list, as from a group that is misspelt, would delete every managed rule if it meant "nothing"."""
    model = copy.deepcopy(CONVERGED)
    for options in ({"roles": []}, {}):
        found = enforced(model, options, check_mode=False)
        assert found["failed"]
        assert "roles" in found["msg"]
        assert "drift" not in audited(model, options)
    assert model.local == CONVERGED.local
