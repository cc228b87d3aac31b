# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All peers that scoped rules need and nobody says: once they are said, no row stays open for want of one."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Product
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.peers import Estate, Known, peers_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.unknown_peers import (
    Scoped,
    as_block,
    as_comment,
    needed_kinds,
    unknown_peers,
)

HELD = ABOUT[Product.LYNC_2013].roles


@pytest.mark.parametrize("clients", [None, ["10.9.0.0/16"], []])
@pytest.mark.parametrize("ruleset", ["documented", "extended"])
@pytest.mark.parametrize("role", [role.value for role in HELD if role.value != "central_management"])
def test_one_round_is_enough(role: str, ruleset: str, clients: list[str] | None) -> None:
    own = {role: Known(("10.0.0.1",))}
    unknown = unknown_peers([Scoped((role,), ruleset)], own)
    answers = {kind: [f"10.1.0.{number}"] for number, kind in enumerate(unknown, 1)}
    peers = peers_of(Estate(own, {}), extra=answers)
    addresses = {"internal": "10.0.0.9", "external_access": "192.0.2.1", "external_webconf": "192.0.2.2"}
    policy = build_policy(
        [role],
        ruleset=ruleset,
        scope="topology",
        peers=peers,
        client_networks=clients,
        edge_addresses={**addresses, "external_av": "192.0.2.3"},
    )
    assert [demand.requirement.id for demand in policy.demands if demand.scope.note] == []


def test_rows_that_are_left_out_and_features_count() -> None:
    assert "pbx" in needed_kinds(Scoped(("front_end",), features=("remote_call_control",)))
    assert "pbx" not in needed_kinds(Scoped(("front_end",)))
    skipped = Scoped(("front_end",), features=("remote_call_control",), skip_rows=("server-02",))
    assert "pbx" not in needed_kinds(skipped)
    for wrong in (Scoped(("nobody",)), Scoped(("front_end",), "documentd"), Scoped(("front_end",), features=("x",))):
        assert needed_kinds(wrong) == {}


def test_what_is_said_for_a_host_is_not_asked_for_it_and_is_for_others() -> None:
    said = Scoped(("mediation",), said=frozenset({"gateway"}))
    assert "gateway" not in unknown_peers([said], ())
    assert "gateway" in unknown_peers([said, Scoped(("mediation",))], ())


def test_the_block_is_yaml_that_says_nothing_yet_and_keeps_what_is_said() -> None:
    unknown = unknown_peers([Scoped(("front_end",), "extended")], ())
    found = yaml.safe_load(as_block(unknown, {"all": "10.0.0.7", "x": ["a'b"]}))["lync_firewall_extra_peers"]
    assert found == {"all": ["10.0.0.7"], "x": ["a'b"], **dict.fromkeys(unknown)}
    assert all(len(line) <= 160 for line in as_block(unknown).splitlines())


def test_hosts_that_say_all_themselves_are_named_in_comments_the_first_of_them() -> None:
    assert as_comment("lync_firewall_peers", {}) == ""
    missing = {f"fe{number:02}": ["gateway", "edge"] for number in range(12)}
    told = as_comment("lync_firewall_peers", missing).splitlines()
    assert all(line.startswith("# ") for line in told)
    assert told[1] == "#   fe00: gateway, edge"
    assert (told[-2:], len(told)) == (["#   fe09: gateway, edge", "#   and 2 more hosts"], 12)
    assert "more hosts" not in as_comment("lync_firewall_peers", dict(list(missing.items())[:10]))
