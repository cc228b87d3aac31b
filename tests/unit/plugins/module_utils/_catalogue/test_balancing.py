# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How load balancers serve tables 2 and 3: against what was read in the sources, row by row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.balancing import (
    CHECK_SECONDS,
    EXTERNAL_AFFINITIES,
    FALL,
    LEAST_IDLE_SECONDS,
    RISE,
    SERVED,
    When,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.beside_clients import beside_clients
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Disposition, Peer, Role
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.scoping import takes_everybody

ROW = pytest.mark.parametrize("row_id", SERVED)
BEHIND = {
    Role.FRONT_END_LOAD_BALANCER: {Role.FRONT_END, Role.COLLOCATED_MEDIATION},
    Role.DIRECTOR_LOAD_BALANCER: {Role.DIRECTOR},
    Role.MEDIATION_LOAD_BALANCER: {Role.MEDIATION},
}
WHEN = {"if_port_in_topology": When.IN_TOPOLOGY, "if_collocated_mediation": When.COLLOCATED}


@pytest.fixture(name="read", scope="module")
def fixture_read(shared_dir: Path) -> dict[str, dict[str, Any]]:
    """What was read in the sources, by row."""
    path = shared_dir / "seed" / "load_balancer_rows.json"
    if not path.is_file():
        pytest.skip(f"what was read in the sources is not here: {path}")
    return {entry["id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def test_every_row_of_a_load_balancer_is_served_but_the_blank_one() -> None:
    rows = {row.id for row in catalogue.ALL if row.disposition is Disposition.APPLIANCE}
    assert set(SERVED) == rows
    assert len(rows) == 26


@ROW
def test_it_is_as_it_was_read(read: dict[str, dict[str, Any]], row_id: str) -> None:
    entry, served = read[row_id], SERVED[row_id]
    assert entry["vip"] == served.virtual
    assert entry["idle_timeout_s"] == served.idle_seconds
    assert entry["affinity_ttl_s"] == served.affinity_seconds
    assert entry["affinity"] == ("none" if served.affinity_seconds is None else "source")
    assert str(catalogue.by_id(served.member).ports) == str(entry["member_port"])
    check = entry["health_check"]
    assert str(catalogue.by_id(served.check).ports) == str(check["port"])
    assert (check["inter_s"], check["fall"], check["rise"]) == (CHECK_SECONDS, FALL, RISE)
    assert entry.get("vip_port_alternative") == served.mapped
    assert WHEN.get(entry["render"], When.ALWAYS) is served.when


def test_nothing_was_read_of_the_blank_row(read: dict[str, dict[str, Any]]) -> None:
    assert {row_id for row_id, entry in read.items() if entry["render"] == "never"} == set(read) - set(SERVED)


@ROW
def test_the_member_listens_on_the_port_of_the_row(row_id: str) -> None:
    row, served = catalogue.by_id(row_id), SERVED[row_id]
    member, check = catalogue.by_id(served.member), catalogue.by_id(served.check)
    assert member.ports == row.ports
    assert not set(member.roles).isdisjoint(BEHIND[row.roles[0]])
    assert {member.disposition, check.disposition} == {Disposition.LISTEN}
    assert len(check.ports) == 1


@ROW
def test_the_scope_of_the_member_admits_the_device_to_the_port_and_to_the_check(row_id: str) -> None:
    """Where clients connect, load balancers are among those beside them; all other rows have to name them."""
    for of_member in (SERVED[row_id].member, SERVED[row_id].check):
        row = catalogue.by_id(of_member)
        assert Peer.LOAD_BALANCER in (beside_clients(row) if takes_everybody(row) else row.peers), of_member


@ROW
def test_every_value_has_a_source_and_texts_are_plain(row_id: str) -> None:
    served = SERVED[row_id]
    texts = (served.check_source, served.affinity_source, served.idle_source, *served.sources, *served.contradictions)
    assert all(texts)
    assert all(text.isascii() and text.isprintable() for text in texts), "they go into configuration files"
    assert all(text.endswith(".") for text in served.contradictions)


@ROW
def test_no_idle_time_cuts_off_waiting_mobile_clients(row_id: str) -> None:
    assert SERVED[row_id].idle_seconds > LEAST_IDLE_SECONDS


def test_the_affinity_of_external_web_may_be_what_either_page_says() -> None:
    assert EXTERNAL_AFFINITIES["none"][0] is None
    assert EXTERNAL_AFFINITIES["source"][0] == SERVED["hlb-06"].affinity_seconds
    assert "mobility" in EXTERNAL_AFFINITIES["source"][1]
