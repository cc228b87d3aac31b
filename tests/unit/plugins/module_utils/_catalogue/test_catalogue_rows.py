# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue in itself: what was decided, and what must hold for every row."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue, services
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.model import Requirement
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.role_names import host_roles
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import (
    HOST_ROLES,
    Disposition,
    Feature,
    Peer,
    Role,
    Table,
)
from hypothesis import given
from hypothesis import strategies as st

ROW = pytest.mark.parametrize("row", catalogue.ALL, ids=lambda row: row.id)
# An Edge Server has rows of its own pages (test_edge_ports), and stands alone.
HOST_ROLE_SETS = st.frozensets(st.sampled_from([role for role in HOST_ROLES if role is not Role.EDGE]))


def ids(rows: tuple[Requirement, ...]) -> list[str]:
    """Row ids, to compare and to read in a failure."""
    return [row.id for row in rows]


def where(**fields: Any) -> list[str]:
    """Ids of the rows with these values."""
    return [row.id for row in catalogue.ALL if all(getattr(row, name) == value for name, value in fields.items())]


def test_all_rows_are_there() -> None:
    """91 rows in four tables, numbered without a gap."""
    assert Counter(row.table.value for row in catalogue.ALL) == {"server": 52, "hlb": 20, "dnslb": 7, "client": 12}
    expected = [
        f"{table}-{number:02}"
        for table, size in (("server", 52), ("hlb", 20), ("dnslb", 7), ("client", 12))
        for number in range(1, size + 1)
    ]
    assert ids(catalogue.ALL) == expected


def test_what_connects_instead_of_listening() -> None:
    """5081, 5082 and 5066 listen on gateways, 445 on the replicas."""
    rows = [row for row in catalogue.ALL if row.disposition is Disposition.CONNECT]
    assert {row.id: str(row.ports) for row in rows} == {
        "server-25": "5081",
        "server-26": "5082",
        "server-32": "5066",
        "server-37": "445",
    }
    assert [row.id for row in rows if "Outbound" not in (row.caveat or "")] == []


def test_what_must_be_asked_for() -> None:
    """Only 5060, on Front Ends and Directors, depends on a feature; on Edge Servers what few have does."""
    assert [feature.value for feature in Feature] == ["remote_call_control", "xmpp_federation", "ocs_2007_federation"]
    assert [row.id[-2:] for row in catalogue.edge_rows() if row.feature] == ["03", "07", "08", "16"]
    assert where(feature="remote_call_control") == ["server-02", "server-41"]
    assert [row.id for row in catalogue.ALL if row.feature] == ["server-02", "server-41"]
    assert {str(catalogue.by_id(row_id).ports) for row_id in ("server-02", "server-41")} == {"5060"}


def test_the_blank_row_is_blank() -> None:
    """One row of the source has no cell filled."""
    assert where(disposition=Disposition.BLANK) == ["dnslb-06"]
    row = catalogue.by_id("dnslb-06")
    assert (row.roles, row.service, row.transports, row.protocol, row.peers) == ((), "", (), "", ())
    assert not row.ports
    assert row.to_dict()["ports"] == ""


@ROW
def test_disposition_follows_the_table(row: Requirement) -> None:
    """Hosts listen or connect, devices are appliances, users' machines are clients."""
    possible = {
        Table.SERVER: {Disposition.LISTEN, Disposition.CONNECT},
        Table.HLB: {Disposition.APPLIANCE},
        Table.DNSLB: {Disposition.APPLIANCE, Disposition.BLANK},
        Table.CLIENT: {Disposition.CLIENT},
    }
    assert row.disposition in possible[row.table]
    windows_host = set(row.roles) <= {*HOST_ROLES, Role.COLLOCATED_MEDIATION}
    assert windows_host == (row.table is Table.SERVER or row.disposition is Disposition.BLANK)


@ROW
def test_every_row_is_complete(row: Requirement) -> None:
    """Only the blank row may lack anything but a feature, a caveat and, for Office Web Apps, a protocol."""
    filled = row.disposition is not Disposition.BLANK
    for cell in (row.roles, row.service, row.ports, row.transports, row.peers):
        assert bool(cell) == filled
    assert bool(row.protocol) == (filled and row.id != "server-40")
    assert 0 not in row.ports
    for words in (row.roles, row.transports, row.peers):
        assert len(set(words)) == len(words)


@ROW
def test_texts_are_sentences(row: Requirement) -> None:
    """Notes and caveats reach rule descriptions: plain ASCII, tidy, no character that a command line could misread."""
    for text in (row.note, row.caveat):
        if text is not None:
            assert re.fullmatch(r"[A-Z0-9][ -~]*\.", text)
            assert not re.search(r"[\"|%^&<>]|  ", text)


@ROW
def test_any_peer_stands_alone(row: Requirement) -> None:
    """Beside "any", another name would say nothing and invite a scope that cuts clients off."""
    assert Peer.ANY not in row.peers or row.peers == (Peer.ANY,)


@ROW
def test_source_leads_back_to_the_row(row: Requirement) -> None:
    """Table and row as a person counts them on the page."""
    number = {"server": 1, "hlb": 2, "dnslb": 3, "client": 4}[row.table]
    title = "Lync Server 2013: Ports and protocols for internal servers"
    assert row.source == f"{title}, table {number}, row {int(row.id.rpartition('-')[2])}"


@ROW
def test_rows_named_in_a_text_speak_of_the_same_listener(row: Requirement) -> None:
    """A cross reference to another row must not go stale."""
    for row_id in re.findall(r"[a-z]+-\d\d", f"{row.note} {row.caveat}"):
        other = catalogue.by_id(row_id)
        assert (other.ports, other.transports) == (row.ports, row.transports)


@ROW
def test_load_balancers_carry_a_service_of_the_servers_behind(row: Requirement) -> None:
    """A device's port is the port of a service of table 1; Directors on 4443 are the one gap, and it is told."""
    if row.disposition is not Disposition.APPLIANCE:
        return
    behind = {
        Role.FRONT_END_LOAD_BALANCER: {Role.FRONT_END, Role.MEDIATION},
        Role.DIRECTOR_LOAD_BALANCER: {Role.DIRECTOR},
        Role.MEDIATION_LOAD_BALANCER: {Role.MEDIATION},
    }[row.roles[0]]
    listeners = [
        server
        for server in catalogue.for_roles(frozenset(behind))
        if server.disposition is Disposition.LISTEN and server.ports == row.ports
    ]
    if row.roles == (Role.DIRECTOR_LOAD_BALANCER,) and str(row.ports) == "4443":
        assert not listeners
        assert "Table 1 has no row" in (row.caveat or "")
    else:
        assert row.service in {listener.service for listener in listeners}


@ROW
def test_rows_become_plain_data(row: Requirement) -> None:
    """Exactly the types of JSON, also below; an enum would pass for a string and break newer ansible-core."""
    data = row.to_dict()
    assert set(data) == {field.name for field in dataclasses.fields(Requirement)}
    assert json.loads(json.dumps(data)) == data
    for value in data.values():
        assert type(value) in (str, list, type(None))
        assert {type(item) for item in value or ()} <= {str}


@ROW
def test_rows_are_values(row: Requirement) -> None:
    """Nobody changes the catalogue by accident, and rows can be kept in sets."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.note = "changed"  # type: ignore[misc]
    assert len({row, dataclasses.replace(row)}) == 1


def test_ports_are_spelled_for_people() -> None:
    """One port, a range, two ports that touch."""
    spelled = {row_id: catalogue.by_id(row_id).to_dict()["ports"] for row_id in ("server-03", "server-10", "client-01")}
    assert spelled == {"server-03": "5061", "server-10": "57501-65535", "client-01": "67-68"}


def test_one_service_one_spelling() -> None:
    """No two names differ only in case, punctuation, or the words that every name has; none is unused."""
    every = {row.service for row in catalogue.EVERY}
    used = {row.service for row in catalogue.EVERY if row.service and row.table != "add"}
    folded = Counter(re.sub(r"lync server|service|[^a-z0-9]", "", name.casefold()) for name in used)
    assert [name for name, count in folded.items() if count > 1] == []
    named = {value for name, value in vars(services).items() if name.isupper()}
    assert used <= named <= every


@pytest.mark.parametrize(
    ("row_id", "words"),
    [
        ("server-01", "Office Web Apps"),
        ("server-01", "hardening page contradicts"),
        ("server-02", "Opt-in"),
        ("server-05", "135 alone is not enough"),
        ("server-08", "Probably nothing listens"),
        ("server-10", "57501-65534"),
        ("server-13", "Directors on 4443 and 8080"),
        ("server-14", "Directors on 4443 and 8080"),
        ("server-20", "Probably nothing listens"),
        ("server-23", "only with trunks"),
        ("server-24", "only with trunks"),
        ("server-25", "Survivable Branch Appliance"),
        ("server-26", "Survivable Branch Appliance"),
        ("server-28", "49152-65534"),
        ("server-32", "the listener is the gateway"),
        ("server-34", "inter-server"),
        ("server-37", "xds-replica"),
        ("server-39", "49152-57499"),
        ("server-39", "all internal servers"),
        ("server-40", "empty"),
        ("server-47", "only with trunks"),
        ("server-48", "only with trunks"),
        ("server-51", "Two protocols"),
        ("hlb-03", "135 alone is not enough"),
        ("hlb-16", "also runs Mediation"),
    ],
)
def test_rows_that_mislead_say_so(row_id: str, words: str) -> None:
    """What other documents say against a row, where an operator decides whether to trust it."""
    assert words in (catalogue.by_id(row_id).caveat or "")


@pytest.mark.parametrize(
    ("names", "listens"),
    [
        (["director"], "1434 5060 444 80 443 5061 1434"),
        (["mediation"], "1434 1434 49152-57500 5070 5067 5068 5070"),
        (["persistent_chat"], "1434 1434 5041 881 443"),
        (["office_web_apps"], "443"),
        (["central_management"], "1434 1434"),
        ([], ""),
    ],
)
def test_listeners_of_a_role(names: list[str], listens: str) -> None:
    """The whole list of a role, as somebody reads it off the page."""
    rows = catalogue.for_roles(host_roles(names))
    ports = [str(row.ports) for row in rows if row.disposition is Disposition.LISTEN]
    assert sorted(ports) == sorted(listens.split())


def test_a_collocated_mediation_server_has_rows_of_its_own() -> None:
    """They come with both roles on one host, and with neither alone."""
    own = [f"server-{number}" for number in range(22, 27)]
    assert where(roles=(Role.COLLOCATED_MEDIATION,)) == own
    both = ids(catalogue.for_roles(host_roles(["front_end", "mediation"])))
    assert set(own) < set(both)
    assert ids(catalogue.for_roles(frozenset({Role.FRONT_END, Role.MEDIATION}))) == both
    for alone in ("front_end", "mediation"):
        assert not set(own) & set(ids(catalogue.for_roles(host_roles([alone]))))


@given(HOST_ROLE_SETS, HOST_ROLE_SETS)
def test_more_roles_never_need_less(left: frozenset[Role], right: frozenset[Role]) -> None:
    """A host with the roles of two hosts needs all that they need; order is the source's."""
    together = ids(catalogue.for_roles(left | right))
    assert set(ids(catalogue.for_roles(left))) | set(ids(catalogue.for_roles(right))) <= set(together)
    assert together == sorted(together)


@given(HOST_ROLE_SETS)
def test_windows_hosts_get_no_rows_of_others(roles: frozenset[Role]) -> None:
    """Rows of devices and clients never reach a Windows host."""
    assert {row.table for row in catalogue.for_roles(roles)} <= {Table.SERVER}


@ROW
def test_rows_are_found_by_id(row: Requirement) -> None:
    """The id leads to the row."""
    assert catalogue.by_id(row.id) is row


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("server-3", "(nearest: server-03)"),
        ("Server 41", "(nearest: server-41)"),
        ("hbl-07", "hlb-07"),
        ("x", "'x' is"),
    ],
)
def test_a_wrong_id_names_the_nearest(text: str, nearest: str) -> None:
    """A slip of the pen costs one look."""
    with pytest.raises(catalogue.RowError, match=re.escape(nearest)) as caught:
        catalogue.by_id(text)
    assert "server-01 to server-52, hlb-01 to hlb-20, dnslb-01 to dnslb-07, client-01 to client-12" in str(caught.value)


@given(
    st.text().filter(lambda text: text not in {row.id for row in catalogue.EXTENDED})
    | st.none()
    | st.integers()
    | st.lists(st.text())
)
def test_nothing_else_is_an_id(value: Any) -> None:
    """Whatever is passed in, the error is ours."""
    with pytest.raises(catalogue.RowError):
        catalogue.by_id(value)
