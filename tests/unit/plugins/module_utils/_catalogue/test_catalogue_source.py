# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue against the source itself, cell by cell. The mappings here are a second reading of the document."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue import catalogue
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.model import Requirement

Rows = list[tuple[Requirement, dict[str, str]]]

TABLES = {
    "Required server ports (by server role)": "server",
    "Hardware load balancer ports if using only hardware load balancing": "hlb",
    "Hardware load balancer ports if using DNS load balancing": "dnslb",
    "Required client ports": "client",
}
PHONES = "Aastra 6721ip common area phone"
ROLES = {
    "All Servers": {"front_end", "director", "mediation", "persistent_chat", "central_management"},
    "Front End Servers": {"front_end"},
    "Front End Servers that also run a Collocated Mediation Server": {"collocated_mediation"},
    "Front End Servers where the Central Management store resides": {"central_management"},
    "All internal servers": {"front_end", "mediation"},
    "Office Web Apps Servers": {"office_web_apps"},
    "Directors": {"director"},
    "Mediation Servers": {"mediation"},
    "Persistent Chat Front End Server": {"persistent_chat"},
    "Front End Server load balancer": {"front_end_load_balancer"},
    "Front End Server load balancer (if the pool also runs Mediation Server)": {"front_end_load_balancer"},
    "Mediation Server load balancer": {"mediation_load_balancer"},
    "Director load balancer": {"director_load_balancer"},
    "Clients": {"client"},
    PHONES: {"phone"},
    "": set(),
}
TRANSPORTS = {
    "TCP": "tcp",
    "UDP": "udp",
    "TCP/UDP": "tcp udp",
    "TCP (TLS)": "tcp",
    "TCP (MTLS)": "tcp",
    "TCP (TLS) and TCP (MTLS)": "tcp",
    "TCP (PSOM/TLS)": "tcp",
    "TCP (STUN/MSTURN)": "tcp",
    "UDP (STUN/MSTURN)": "udp",
    "HTTPS | TCP": "tcp",
    "HTTP": "tcp",
    "HTTPS": "tcp",
    "HTTPS (from reverse proxy)": "tcp",
    "TCP and HTTP": "tcp",
    "DCOM and remote procedure call (RPC)": "tcp",
    "DHCP": "udp",
    "TCP - Client and device retrieval of root certificate from Front End Server "
    "– clients and devices authenticated by NTLM": "tcp",
}
LONGEST_COMMON_RUN = 8


@pytest.fixture(name="source", scope="module")
def fixture_source(shared_dir: Path) -> list[dict[str, Any]]:
    """The rows as they were taken from the English page."""
    path = shared_dir / "seed" / "rows.json"
    if not path.is_file():
        pytest.skip(f"the source's rows are not here: {path}")
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


@pytest.fixture(name="pairs", scope="module")
def fixture_pairs(source: list[dict[str, Any]]) -> Rows:
    """Each row of the catalogue with the English cells it stands for, by column."""
    assert [row.id for row in catalogue.ALL] == [row["id"] for row in source]
    cells = [dict(zip(entry["columns"], entry["en"], strict=True)) for entry in source]
    return list(zip(catalogue.ALL, cells, strict=True))


def test_rows_stand_in_the_tables_of_the_source(source: list[dict[str, Any]]) -> None:
    """Same rows, same order, same tables."""
    assert [(row.id, row.table) for row in catalogue.ALL] == [(row["id"], TABLES[row["table"]]) for row in source]


def test_ports(pairs: Rows) -> None:
    """Every port cell, read here by hand: "67/68" is two ports, the asterisk is a footnote."""
    for row, cells in pairs:
        expected: set[int] = set()
        for item in cells["Port"].removesuffix(" *").split("/"):
            first, _dash, last = item.partition("-")
            expected.update(range(int(first), int(last or first) + 1) if item else ())
        assert set(row.ports) == expected, row.id


def test_protocol_is_as_printed(pairs: Rows) -> None:
    """The protocol cell is copied, with all its oddities."""
    assert [(row.id, row.protocol) for row, _cells in pairs] == [(row.id, cells["Protocol"]) for row, cells in pairs]


def test_transports(pairs: Rows) -> None:
    """What a printed protocol means on the wire; the only empty cell with a port is Office Web Apps, which is TCP."""
    for row, cells in pairs:
        expected = TRANSPORTS[cells["Protocol"]] if cells["Protocol"] else ("tcp" if cells["Port"] else "")
        assert " ".join(row.transports) == expected, row.id


def test_roles(pairs: Rows) -> None:
    """Every role cell, in the three names the tables have for the column."""
    for row, cells in pairs:
        cell = next(cells[column] for column in ("Server role", "Load Balancer", "Component") if column in cells)
        assert {role.value for role in row.roles} == ROLES[cell.split(" | ")[0]], row.id


def test_services_are_the_english_names(pairs: Rows) -> None:
    """Table 1 names the services; only Office Web Apps has an empty cell."""
    named = [(row, cells["Service name"]) for row, cells in pairs if "Service name" in cells]
    assert len(named) == 52
    for row, cell in named:
        assert row.service == (cell or "Office Web Apps Server"), row.id


def test_rows_without_a_note_say_so(pairs: Rows) -> None:
    """A note of ours must not pass for the document's where it gives none, and only there."""
    for row, cells in pairs:
        if row.table == "server":
            assert row.note.startswith("The document gives no note.") == (not cells["Notes"]), row.id


def test_every_doubled_row_names_its_twins(pairs: Rows) -> None:
    """Rows of table 1 with the same role and ports are one listener, and each says which others it is."""
    groups: dict[tuple[str, str], list[Requirement]] = defaultdict(list)
    for row, cells in pairs:
        if row.table == "server":
            groups[cells["Server role"], cells["Port"]].append(row)
    doubled = [group for group in groups.values() if len(group) > 1]
    assert [[row.id for row in group] for group in doubled] == [
        ["server-01", "server-38"],
        ["server-12", "server-19"],
        ["server-46", "server-49"],
    ]
    for group in doubled:
        for row in group:
            said = row.caveat or ""
            assert "Doubled" in said
            assert [twin.id for twin in group if twin.id not in said] == []


def test_footnote_rows_carry_the_footnote(pairs: Rows) -> None:
    """The asterisk in the port cell stands for how the range can be narrowed."""
    starred = [row for row, cells in pairs if cells["Port"].endswith("*")]
    assert [row.id for row in starred] == ["client-08", "client-09", "client-10", "client-11"]
    assert all("ClientMediaPortRange" in (row.caveat or "") for row in starred)


def test_the_phones_are_listed(pairs: Rows) -> None:
    """The row of the phones names every model of the cell."""
    ((row, cells),) = [(row, cells) for row, cells in pairs if row.id == "client-12"]
    models = re.findall(r"6721ip|6725ip|4110|4120|CX\d+", cells["Component"])
    assert len(models) == 8
    assert [model for model in models if model not in row.note] == []


def test_notes_are_our_own_words(pairs: Rows) -> None:
    """No note or caveat shares a longer run of words with any note of the document."""
    printed = {run for _row, cells in pairs for run in _runs(cells.get("Notes", ""))}
    assert len(printed) > 200
    for row, _cells in pairs:
        assert not _runs(row.note) & printed, row.id
        assert not _runs(row.caveat or "") & printed, row.id


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.casefold())
    length = LONGEST_COMMON_RUN + 1
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
