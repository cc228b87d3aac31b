# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people say of a pool: what it means, and which message they get where it means nothing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.balancing import Virtual
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.pools import ExternalPorts, read_pool
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._policy.pool_facts import (
    VIRTUAL,
    WEB,
    member,
    pool,
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pool("haproxy"), "lync_load_balancing: pool pool1.example.com: 'haproxy' is not possible; it takes hardware"),
        (pool(None), "None is not possible; it takes hardware, dns"),
        (pool("hardware", members=[]), "members: pool pool1.example.com: there is no member"),
        (pool("hardware", members="fe01"), "there is no member"),
        (pool("hardware", "fe01"), "a member is a dict with name, address and roles, not 'fe01'"),
        (pool("hardware", member(address="")), "nothing says which address fe01 has; set lync_firewall_addresses"),
        (pool("hardware", member(address="10.0.0.0/24")), "the address of fe01: pool pool1.example.com: '10.0.0.0/24'"),
        (pool("hardware", member(address="fe01.example.com")), "is no address; one address is needed"),
        (pool("hardware", member("chat01", "persistent_chat")), "chat01 has none of the roles that are balanced"),
        (
            pool("hardware", member("fe01", "front_end", "director")),
            r"lync_pool: pool .*: the roles front_end \(fe01\) and director \(fe01\) do not go together",
        ),
        (pool("hardware", member("fe\n01")), r"'fe\\n01' is no name of a host"),
        (pool("hardware", virtual_addresses=None), "say the pool's virtual addresses, sip at least"),
        (pool("dns", virtual_addresses={}), "say the pool's virtual addresses, web_internal at least"),
        (pool("hardware", virtual_addresses="10.1.0.100"), "a dict of sip, web_internal, web_external"),
        (pool("hardware", virtual_addresses=WEB), "lync_virtual_addresses.sip: pool .*: it is needed with"),
        (pool("dns", virtual_addresses=VIRTUAL), "with lync_load_balancing: dns clients choose a member themselves"),
        (pool("dns", virtual_addresses={"web_external": "10.1.0.1"}), "web_internal: pool .*: it is needed"),
        (pool("hardware", virtual_addresses={"vip": "10.1.0.1"}), "lync_virtual_addresses.vip: .* there is no such"),
        (pool("hardware", virtual_addresses={"sip": "10.1.0.0/28"}), "'10.1.0.0/28' is no address"),
        (pool("hardware", virtual_addresses={"sip": "0.0.0.0"}), "0.0.0.0 is no address of one interface"),
        (pool("hardware", virtual_addresses={"sip": "255.255.255.255"}), "255.255.255.255 is no address of one inter"),
        (pool("hardware", virtual_addresses={"sip": "240.0.0.1"}), "240.0.0.1 is no address of one interface"),
        (pool("hardware", virtual_addresses={"sip": "0.1.0.100"}), "0.1.0.100 is no address of one interface"),
        (
            pool("hardware", virtual_addresses={"sip": "::ffff:10.1.0.100"}),
            "lync_virtual_addresses.sip: .* is an IPv4 address in the words of IPv6; say 10.1.0.100",
        ),
        (pool("hardware", member(address="::ffff:10.0.0.1")), "the address of fe01: .*; say 10.0.0.1"),
        (pool("hardware", virtual_addresses={"sip": "ff02::1"}), "ff02::1 is no address of one interface"),
        (pool("hardware", member(address="fe80::1%eth0")), "'fe80::1%eth0' has a scope"),
        (pool("hardware", member(address="fe80::1%a\nlisten b")), r"'fe80::1%a\\nlisten b' has a scope"),
        (
            pool("hardware", member("fe01"), member("fe02", address="10.0.0.1")),
            "members: pool .*: fe01 and fe02 have the same address, 10.0.0.1",
        ),
        (
            pool("hardware", member(address="10.1.0.101")),
            "lync_virtual_addresses.web_internal: pool .*: 10.1.0.101 is the address of the member fe01",
        ),
        (pool(external_ports="4443"), "lync_external_web_ports: .*it takes bridged, mapped, both"),
        (pool(external_affinity="cookie"), "a cookie needs a device that ends TLS"),
        (pool(external_affinity="client"), "lync_external_web_affinity: .*it takes none, source"),
        (pool(name=""), "pools: a pool is a dict with a name"),
        (pool(name="a\nlisten b"), "pools: a pool is a dict with a name"),
    ],
)
def test_what_is_wrong_is_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        read_pool(given)


def test_addresses_that_are_left_out_are_those_of_what_they_are_beside() -> None:
    found = read_pool(pool("hardware", virtual_addresses={"sip": "10.1.0.100"}))
    assert set(found.virtual.values()) == {"10.1.0.100"}
    assert set(found.virtual) == set(Virtual)
    found = read_pool(pool("dns", virtual_addresses={"web_internal": "10.1.0.101"}))
    assert found.virtual == dict.fromkeys((Virtual.WEB_INTERNAL, Virtual.WEB_EXTERNAL), "10.1.0.101")


def test_external_web_has_the_ports_of_both_readings_only_on_an_address_of_its_own() -> None:
    assert read_pool(pool()).external_ports is ExternalPorts.BOTH
    shared = {"sip": "10.1.0.100", "web_external": "10.1.0.100"}
    assert read_pool(pool(virtual_addresses=shared)).external_ports is ExternalPorts.BRIDGED
    assert read_pool(pool(external_ports="mapped")).external_ports is ExternalPorts.MAPPED


def test_mediation_servers_that_dns_balances_need_no_address() -> None:
    found = read_pool(pool("dns", member("med01", "mediation"), virtual_addresses=None))
    assert not found.virtual


def test_addresses_are_spelled_in_one_way() -> None:
    found = read_pool(pool(virtual_addresses={"sip": "2001:DB8:0:0::1"}))
    assert found.virtual[Virtual.SIP] == "2001:db8::1"
