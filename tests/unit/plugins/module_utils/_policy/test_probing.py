# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports of a host are probed."""

from __future__ import annotations

from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Transport
from ansible_collections.lyncops.firewall.plugins.module_utils._net.port_set import PortSet
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.probing import asked_for, ports_asked, sample
from hypothesis import given
from hypothesis import strategies as st


def test_a_front_end_s_ports_with_their_rows_and_what_speaks_tls() -> None:
    asked = {(one.transport.value, one.port): one for one in ports_asked(build_policy(["front_end"]), 3)}
    sip = asked["tcp", 5061]
    assert (sip.tls, sip.sampled, "server-03" in sip.rows) == (True, False, True)
    assert not asked["tcp", 135].tls
    assert asked["tcp", 444].tls, "HTTPS is TLS"
    assert asked["udp", 1434].rows == ("server-01", "server-38"), "rows that share a port share a probe"
    assert asked["tcp", 57501].sampled
    assert not asked["udp", 57501].tls
    assert ("tcp", 5066) not in asked, "there the gateway listens"
    media = [port for transport, port in asked if transport == "udp" and asked[transport, port].sampled]
    assert media == [49152, 53326, 57500, 57501, 61518, 65535]


def test_ports_that_are_configured_otherwise_are_those_that_are_probed() -> None:
    policy = build_policy(["front_end"], port_overrides={"server-10": "40000-40001", "server-06": "5562"})
    asked = {(one.transport.value, one.port): one for one in ports_asked(policy, 3)}
    assert {("tcp", 40000), ("udp", 40001), ("tcp", 5562)} <= asked.keys()
    assert not asked["tcp", 40000].sampled
    assert ("tcp", 5062) not in asked


def test_ports_that_nothing_serves_by_the_documents_or_by_the_topology_are_known() -> None:
    def unserved(**options: Any) -> set[int]:
        return {one.port for one in ports_asked(build_policy(["front_end"], **options), 3) if one.unserved}

    assert unserved() == {5064, 8058}
    assert unserved(port_overrides={"server-20": "5164"}) == {8058}, "somebody has it"
    assert unserved(port_overrides={"server-08": "5061"}) == {5064}, "another row's service listens there"
    sip = {"service": "Registrar", "owner": "Registrar", "usage": "SipServer", "side": "primary", "protocol": "mtls"}
    configured = [{**sip, "transports": ["tcp"], "ports": "5061"}]
    found = unserved(configured_ports=configured)
    assert {5064, 8058, 5071, 5080} <= found, "Response Group and bandwidth policy are not in the topology"
    assert not {5061, 135, 448} & found, "the topology has it, and topologies never have the others"


def test_what_a_host_asks_for() -> None:
    policy = build_policy(["director"])
    assert str(asked_for(policy, Transport.UDP)) == "1434"
    assert 5061 in asked_for(policy, Transport.TCP)


@given(
    ranges=st.lists(st.tuples(st.integers(1, 65535), st.integers(0, 5000)), min_size=1, max_size=4),
    most=st.integers(2, 9),
)
def test_a_sample_has_the_ends_of_each_range_and_no_more_than_is_asked(
    ranges: list[tuple[int, int]], most: int
) -> None:
    ports = PortSet(tuple((first, min(first + more, 65535)) for first, more in ranges))
    found = sample(ports, most)
    chosen = [port for port, _sampled in found]
    assert chosen == sorted(set(chosen))
    assert all(port in ports for port in chosen)
    assert {end for both in ports.ranges for end in both} <= set(chosen)
    for first, last in ports.ranges:
        inside = [sampled for port, sampled in found if first <= port <= last]
        assert len(inside) == min(most, last - first + 1)
        assert set(inside) == {last - first + 1 > most}
