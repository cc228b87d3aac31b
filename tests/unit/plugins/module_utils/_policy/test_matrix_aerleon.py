# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aerleon reads the matrix, makes access lists for four platforms, and admits the packets that the matrix does."""

from __future__ import annotations

import ipaddress
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix import matrix_of
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_aerleon import (
    ANSWERS,
    DEFINITIONS,
    POLICY,
    TERMS,
    as_aerleon,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.matrix_texts import as_json

_WHY = "aerleon is of requirements-dev.txt"
naming = pytest.importorskip("aerleon.lib.naming", reason=_WHY)
aerleon_yaml = pytest.importorskip("aerleon.lib.yaml", reason=_WHY)
aclcheck = pytest.importorskip("aerleon.lib.aclcheck", reason=_WHY)

PACKETS, SEED = 1000, 14
CLIENTS = ["10.9.0.0/16", "2001:db8:9::/48"]
PEERS: dict[str, list[str]] = {
    "front_end": ["10.1.0.8/30", "10.1.1.1", "2001:db8::8", "2001:db8::9"],
    "pool": ["10.1.0.8/31", "2001:db8::8", "2001:db8::9"],
    "mediation": ["10.1.0.10", "10.1.0.11", "10.1.0.20"],
    "replica": ["10.1.0.8/30", "10.1.0.20", "10.1.1.1", "2001:db8::8", "2001:db8::9", "nowhere"],
    "gateway": ["10.2.0.0/28"],
    "edge": ["10.4.0.1", "10.4.0.2"],
    "load_balancer": ["10.3.0.5"],
    "dhcp_server": ["10.5.0.1-10.5.0.6"],
    "file_store": ["files.example.com"],
    **{kind: [] for kind in ("director", "branch_appliance", "reverse_proxy", "trusted_application", "admin")},
}
HOSTS: list[dict[str, Any]] = [
    {
        "name": name,
        "addresses": addresses,
        "roles": roles,
        "pool": name[0],
        "peers": PEERS,
        "client_networks": CLIENTS,
        "options": options,
    }
    for name, addresses, roles, options in (
        ("a1", ["10.1.0.8", "2001:db8::8"], ["front_end", "central_management"], {}),
        ("a2", ["10.1.0.9", "2001:db8::9"], ["front_end"], {"port_overrides": {"server-10": "40000-40100"}}),
        ("b1", ["10.1.0.10"], ["front_end", "mediation"], {"ruleset": "extended"}),
        ("b2", ["10.1.0.11"], ["front_end", "mediation"], {"ruleset": "extended"}),
        ("c1", ["10.1.0.20"], ["mediation"], {}),
        ("nowhere", [], ["front_end"], {}),
    )
]
MATRIX = matrix_of(HOSTS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as the playbook lays them out."""
    root = tmp_path_factory.mktemp("matrix")
    for name, content in as_aerleon(MATRIX).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_a_host_without_an_address_is_named_wherever_its_group_stands_in_for_it() -> None:
    files = as_aerleon(MATRIX)
    partly = [group for group in MATRIX.groups if group.addresses and group.unaddressed]
    assert any("nowhere" in group.unaddressed for group in partly)
    missing = "not in it, since nothing says the address: "
    assert files[DEFINITIONS].count(f"# {missing}") == len(partly)
    groups = {group.name: group for group in MATRIX.groups}
    ends = [[[groups[name] for name in side] for side in (line.source, line.destination)] for line in MATRIX.lines]
    known = [both for both in ends if all(any(group.addresses or group.anybody for group in end) for end in both)]
    incomplete = [both for both in known if any(group.unaddressed for end in both for group in end)]
    assert files[TERMS].count(f"  # {missing}") == len(incomplete) > 0
    for name in (DEFINITIONS, TERMS, ANSWERS):
        assert yaml.safe_load(files[name])
    before = files[TERMS].split(missing)[1].splitlines()
    assert "nowhere" in before[0]
    assert before[1].startswith("  - name: "), "the comment stands before its term"


class Written:
    """The matrix as its JSON says it, for packets: nothing of what wrote Aerleon's files is used."""

    def __init__(self) -> None:
        document = json.loads(as_json(MATRIX))
        self._groups = {
            group["name"]: None
            if group["addresses"] == ["any"]
            else [ipaddress.ip_network(text) for text in group["addresses"]]
            for group in document["groups"]
        }
        self.lines = [
            (
                self._networks(line["source"]),
                self._networks(line["destination"]),
                line["transport"],
                [tuple(map(int, (part + "-" + part).split("-")[:2])) for part in line["ports"].split(",")],
            )
            for line in document["lines"]
        ]

    def _networks(self, names: list[str]) -> list[Any] | None:
        found = [self._groups[name] for name in names]
        return None if None in found else [network for networks in found for network in networks or ()]

    def admits(self, source: Any, destination: Any, transport: str, port: int) -> bool:
        return any(
            (sources is None or any(source in network for network in sources))
            and any(destination in network for network in destinations or ())
            and transport == over
            and any(first <= port <= last for first, last in ports)
            for sources, destinations, over, ports in self.lines
        )


def packets(written: Written) -> list[tuple[Any, Any, str, int]]:
    """Random ones, the same in each run; half of them aimed at lines, or next to them."""
    chosen = random.Random(SEED)
    usable = [line for line in written.lines if line[0] != [] and line[1] != []]
    edges = [network for line in usable for side in line[:2] for network in side or ()]

    def address(networks: list[Any] | None, family: int) -> Any:
        mine = [network for network in networks or edges if network.version == family] or edges
        network = chosen.choice(mine)
        return network[chosen.randrange(network.num_addresses)] + chosen.choice((0, 0, 0, 0, 0, 1, -1))

    found = []
    for number in range(PACKETS):
        sources, destinations, transport, ports = chosen.choice(usable)
        family = chosen.choice((4, 4, 6))
        first, last = chosen.choice(ports)
        port = chosen.choice((first, last, chosen.randint(first, last), first - 1, last + 1))
        if number % 2:
            sources, destinations = edges, edges
            transport, port = chosen.choice(("tcp", "udp")), chosen.choice((port, chosen.randint(1, 65535)))
        pair = address(sources, family), address(destinations, family)
        found.append((*pair, transport, min(max(port, 1), 65535)))
    return found


def parsed(folder: Path) -> Any:
    """The policy, as Aerleon reads it."""
    definitions = naming.Naming(str(folder / DEFINITIONS).rpartition("/")[0])
    policies = (folder / TERMS).parents[1]
    return aerleon_yaml.ParseFile(str((folder / POLICY).relative_to(policies)), str(policies), definitions)


def test_aclcheck_admits_what_the_matrix_does(folder: Path) -> None:
    """Of packets that open a connection: a term with an option may match others only, and is none of `ActionMatch`."""
    policy = parsed(folder)
    written = Written()
    admitted = 0
    for source, destination, transport, port in packets(written):
        check = aclcheck.AclCheck(policy, str(source), str(destination), "50000", str(port), transport)
        (first, *_more) = check.ActionMatch()
        wanted = written.admits(source, destination, transport, port)
        assert ("accept" in first.action) is wanted, (source, destination, transport, port, first.term)
        admitted += wanted
    print(f"{PACKETS} packets, {admitted} of them admitted: Aerleon and the matrix agree on all")
    assert 200 < admitted < PACKETS - 200, "both answers occur"


STATELESS = "lync-matrix"
"""Name of the filter for devices that keep no state."""


def test_without_state_answers_pass_and_new_connections_from_the_port_of_a_server_do_not(folder: Path) -> None:
    """Each packet is turned round: once as the answer, and once as what opens a connection from the same port."""
    policy = parsed(folder)
    written = Written()
    answered = refused = 0
    for source, destination, transport, port in packets(written):
        check = aclcheck.AclCheck(policy, str(destination), str(source), str(port), "50000", transport)
        opposite = written.admits(destination, source, transport, 50000)
        (new, *_more) = [match for match in check.ActionMatch() if match.filter == STATELESS]
        assert ("accept" in new.action) is opposite, (source, destination, transport, port, new.term)
        # With ACK set, what may match a segment of a connection does.
        (answer, *_more) = [match for match in check.Matches() if match.filter == STATELESS]
        asked = transport == "tcp" and written.admits(source, destination, transport, port)
        assert ("accept" in answer.action) is (asked or opposite), (source, destination, transport, port, answer.term)
        answered += asked
        refused += asked and not opposite
    print(f"{answered} answers over TCP pass; of {refused} of them a new connection is denied")
    assert refused > 20, "both occur"


def test_only_devices_without_state_get_the_terms_of_answers(folder: Path) -> None:
    policy = parsed(folder)
    options = {
        target.platform: {option for term in terms for option in term.option}
        for header, terms in policy.filters
        for target in header.target
    }
    answers = {"tcp-established"}
    assert options == {"cisco": answers, "juniper": answers, "nftables": set(), "paloalto": set()}
    terms = as_aerleon(MATRIX)[ANSWERS]
    assert terms.count("protocol:") == terms.count('option: "tcp-established"') == terms.count('protocol: "tcp"') > 5
    assert terms.count('protocol: "tcp"') == as_aerleon(MATRIX)[TERMS].count('protocol: "tcp"')
    assert "  # " not in terms, "what is no term has no answer"
    assert "drop all answers over UDP" in as_aerleon(MATRIX)[POLICY]


def test_an_apostrophe_is_left_out_and_is_no_question() -> None:
    """Some platforms quote comments with it."""
    asked = [{**host, "peers": {**PEERS, "admin": ["10.7.0.1"]}} for host in HOSTS]
    files = as_aerleon(matrix_of(asked))
    assert "# Administrators hosts\n" in files[DEFINITIONS]
    assert "?" not in "".join(files.values())


def test_access_lists_for_four_platforms_are_made(folder: Path) -> None:
    """By the command of the guide."""
    aerleon = folder / "aerleon"
    output = aerleon / "generated"
    output.mkdir()
    command = [sys.executable, "-m", "aerleon", "--output_directory", "generated"]
    ran = subprocess.run(command, cwd=aerleon, capture_output=True, text=True, check=False, timeout=120)
    assert "error" not in ran.stderr.lower(), ran.stderr
    texts = {path.suffix: path.read_text() for path in output.iterdir()}
    assert sorted(texts) == [".acl", ".jcl", ".nft", ".xml"], "Cisco, Juniper, nftables and Palo Alto"
    assert "permit tcp 10.2.0.0 0.0.0.15 host 10.1.0.20 eq 5067" in texts[".acl"]
    assert "permit tcp host 10.1.0.20 eq 5067 10.2.0.0 0.0.0.15 established" in texts[".acl"]
    assert "destination-port 5067-5068;" in texts[".jcl"]
    assert texts[".jcl"].count("tcp-established;") > 5
    assert "ip saddr 10.2.0.0/28 ip daddr 10.1.0.10/31 tcp dport 5067-5068" in texts[".nft"]
    assert "<member>LYNC_GATEWAYS</member>" in texts[".xml"]
    assert all("2001:db8:9::/48" in text for text in texts.values()), "both families"


def test_a_line_without_an_address_is_a_comment() -> None:
    terms = as_aerleon(MATRIX)[TERMS]
    source = "Front End Servers that are Central Management server too"
    assert f"  # No address is known of an end of: {source} to File stores\n" in terms
    assert "FILE_STORES" not in as_aerleon(MATRIX)[DEFINITIONS]


def test_names_are_short_plain_and_different_whatever_groups_are_called() -> None:
    hostile = [
        {**HOSTS[number], "name": name, "pool": name, "options": {"port_overrides": {"server-10": 1 + number}}}
        for number, name in enumerate(("a\n- b: 'c", 'a - b: "c', "x" * 200, "x" * 201))
    ]
    files = as_aerleon(matrix_of(hostile))
    tokens = [line.split(":")[0].strip() for line in files[DEFINITIONS].splitlines() if line.startswith("  LYNC")]
    terms = [line for line in files[TERMS].splitlines() if line.startswith("  - name: ")]
    terms += [line for line in files[ANSWERS].splitlines() if line.startswith("  - name: ")]
    for names in (tokens, terms):
        assert len(set(names)) == len(names)
        assert max(map(len, names)) < 64
    assert all(set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") for token in tokens)
    for name in (TERMS, ANSWERS):
        assert as_aerleon(matrix_of([]))[name].endswith("terms: []\n")


def keys_of(text: str, section: str) -> list[str]:
    """The names below a section, double ones too, which a parser of YAML would swallow."""
    below = text.partition(f"{section}:\n")[2].partition("services:\n")[0]
    return [line.split(":")[0].strip() for line in below.splitlines() if line.startswith("  LYNC")]


def test_a_range_and_a_list_of_its_ends_are_two_services() -> None:
    hosts = [
        {**HOSTS[number], "options": {"port_overrides": {"server-10": ports}}}
        for number, ports in ((0, "50000-50010"), (1, "50000,50010"))
    ]
    text = as_aerleon(matrix_of(hosts))[DEFINITIONS]
    names = keys_of(text, "services")
    assert len(names) == len(set(names))
    assert [name for name in names if "SERVER_10" in name] == [
        "LYNC_SERVER_10_50000_50010", "LYNC_SERVER_10_50000_TO_50010",
    ]  # fmt: skip
    services = yaml.safe_load(text)["services"]
    ports = {name: [item["port"] for item in services[name]] for name in names if "SERVER_10" in name}
    assert set(map(str, ports["LYNC_SERVER_10_50000_TO_50010"])) == {"50000-50010"}
    assert set(map(str, ports["LYNC_SERVER_10_50000_50010"])) == {"50000", "50010"}


def test_a_term_stays_as_it_is_when_ports_of_a_row_change() -> None:
    moved = {"port_overrides": {"server-47": 6067, "server-48": 6068}}
    hosts = [
        {**host, "options": {**host["options"], **moved}} if "mediation" in host["roles"] else host for host in HOSTS
    ]
    before, after = as_aerleon(MATRIX), as_aerleon(matrix_of(hosts))
    assert (before[TERMS], before[ANSWERS]) == (after[TERMS], after[ANSWERS])
    assert "  LYNC_SERVER_47: # Lync Server Mediation service\n    - port: 5067\n" in before[DEFINITIONS]
    assert before[DEFINITIONS].replace("\n    - port: 5067\n", "\n    - port: 6067\n") != after[DEFINITIONS]
    assert "  LYNC_SERVER_47: # Lync Server Mediation service\n    - port: 6067\n" in after[DEFINITIONS]
