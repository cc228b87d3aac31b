# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say which rules a host needs, each said once.

The argument specifications of the modules, what the filters accept, and the documentation of both are made from these
rows, and from those of `host_table`, `enforcing_table` and `reading_table`; tests hold the role's specification,
defaults and mapping against them.
"""

from __future__ import annotations

from .._catalogue.products import ABOUT
from .._catalogue.words import Feature, Interface, Peer, Product, Ruleset
from .._firewall.state.rule import Profile
from .option import Option
from .site import EXTRA_RULES
from .words import PROGRAMS, SCOPES

_PROFILES = tuple(profile.value for profile in Profile)

_INTERFACES = {
    Interface.INTERNAL: "The interface that Front End Servers, Directors and clients inside connect to.",
    Interface.EXTERNAL_ACCESS: "That of the Access Edge service: clients outside, federation.",
    Interface.EXTERNAL_WEBCONF: "That of the Web Conferencing Edge service.",
    Interface.EXTERNAL_AV: "That of the A/V Edge service.",
}

RULE_OPTIONS: tuple[Option, ...] = (
    Option(
        "product",
        (
            "The product that runs on the host: "
            + ", ".join(f"V({product.value}) is {about.name}" for product, about in ABOUT.items())
            + ". It decides which rows and roles there are, and what they are called.",
            "Subscription Edition is 2019 by code, and no topology tells the two apart.",
            "With C(host_variables) and nothing said it is that of the host's topology, from its C(lync_product). A "
            "product that contradicts the topology's C(lync_version) is an error.",
        ),
        choices=tuple(product.value for product in Product),
        default=Product.LYNC_2013.value,
    ),
    Option(
        "ruleset",
        (
            "Which rows apply.",
            "V(documented) is Microsoft's page: 91 rows for Lync Server 2013 and Skype for Business Server 2015, 89 "
            "for 2019 and Subscription Edition. V(extended) adds what Microsoft documents elsewhere and the page "
            "forgets, such as Windows Fabric inside a pool, with ids such as V(add-01), and rows of the page that "
            "other pages say are gone from O(product).",
            "The role V(sql) has rows in the extended ruleset only.",
        ),
        choices=tuple(ruleset.value for ruleset in Ruleset),
        default="documented",
    ),
    Option(
        "features",
        (
            "Opt-in features that are deployed on this host.",
            "V(remote_call_control) adds the rows that the table calls optional (port 5060, rows V(server-02) and "
            "V(server-41)).",
            "On an Edge Server, V(xmpp_federation) adds the XMPP proxy (5269 outside, 23456 inside; until 2015), and "
            "V(ocs_2007_federation) the media range 50000-59999 inbound, for partners on Office Communications Server "
            "2007 (Lync Server 2013).",
        ),
        type="list",
        elements="str",
        choices=tuple(feature.value for feature in Feature),
        default=(),
    ),
    Option(
        "skip_rows",
        (
            "Ids of catalogue rows to leave out on purpose, such as V(server-08).",
            "Rows that would apply and were left out are shown in the results.",
            "Use P(lyncops.firewall.lync_ports#lookup) to see all rows.",
        ),
        type="list",
        elements="str",
        default=(),
    ),
    Option(
        "profiles",
        (
            "Firewall profiles the managed rules apply in.",
            "All three is what Lync's own rules do. Dual-homed Mediation Servers, and servers that wake up in the "
            "public profile, are common.",
        ),
        type="list",
        elements="str",
        choices=_PROFILES,
        default=_PROFILES,
    ),
    Option(
        "remote_addresses",
        (
            "Scope of all managed rules, as addresses, CIDR networks, ranges (V(10.0.0.1-10.0.0.9)) or the keywords "
            "V(localsubnet), V(dns), V(dhcp), V(wins), V(defaultgateway).",
            "An empty list means any address.",
            "Long lists are collapsed to the fewest networks and, where needed, spread over several rules.",
        ),
        type="list",
        elements="str",
        default=(),
    ),
    Option(
        "scope",
        (
            "V(any) gives all managed rules one scope, O(remote_addresses).",
            "V(topology) gives each rule the addresses of those that its rows name as peers, from O(peers). Rows that "
            "clients connect to stay open to any, or to O(client_networks) and all peers.",
            "A row of which one peer is not known stays open to any, so that scoping never takes a pool out of "
            "rotation; the results say which and why (C(scope_note)).",
        ),
        choices=SCOPES,
        default="any",
    ),
    Option(
        "peers",
        (
            "With O(scope=topology), a list of addresses for each kind of peer. The role works it out from the "
            "inventory.",
            f"The kinds are {', '.join(f'V({peer.value})' for peer in Peer if peer not in (Peer.ANY, Peer.CLIENT))}, "
            "and V(all) for addresses that every scoped rule admits. V(pool) are the Front Ends of the host's own "
            "pool, V(replica) all Lync servers; V(trusted_application) is Exchange UM, for one.",
            "An empty list says that there is nobody of that kind. A kind that is missing is not known, and rows that "
            "name it stay open to any. A row that there is nobody for gets no rule, and is in C(skipped_rows); whom "
            "rules of others admit there is wider than wanted.",
        ),
        type="dict",
        default=(),
    ),
    Option(
        "client_networks",
        (
            "With O(scope=topology), the networks that clients connect from. Without it they may be anywhere; an empty "
            "list says that there are no clients.",
            "They count once it is known who the Front End Servers, Directors, Mediation Servers, branch appliances, "
            "Edge Servers, gateways, trusted applications, load balancers and reverse proxies are, because all of "
            "those connect to the same ports.",
            "As the variable C(lync_firewall_client_networks) it is for the traffic matrix too, and with another scope "
            "rules do not follow it.",
        ),
        type="list",
        elements="str",
    ),
    Option(
        "port_overrides",
        (
            "Row id to the ports that are really configured, for a media range moved for QoS or a Mediation listener, "
            "such as V(57501-60000) for row V(server-10).",
            "A value is a port, a range, or a comma list or YAML list of both.",
            "The row must apply to the host.",
        ),
        type="dict",
        default=(),
    ),
    Option(
        "configured_ports",
        (
            "The listeners that the host's topology configures, as the inventory plugin "
            "P(lyncops.firewall.lync_topology#inventory) gives them in C(lync_ports), dicts with the keys C(service), "
            "C(owner), C(usage), C(side), C(protocol), C(transports) and C(ports).",
            "They replace the documented ports of the rows that they belong to. O(port_overrides) wins over them.",
        ),
        type="list",
        elements="dict",
        default=(),
    ),
    Option(
        "edge_addresses",
        (
            "The addresses of an Edge Server (role V(edge)), by interface, each an address or a list. Every rule of an "
            "Edge Server is bound to the address of its interface, so that the ports of the internal one never open to "
            "the outside; without them the module refuses.",
            "They are those that the host itself has. Of an interface behind address translation that is the private "
            "one, never the public one.",
            "Interfaces that share an address repeat it. With one external address for all, each service has a port of "
            "its own: see O(configured_ports) and O(port_overrides).",
        ),
        type="dict",
        suboptions=(
            *(
                Option(interface.value, (_INTERFACES[interface],), type="list", elements="str")
                for interface in Interface
            ),
            Option(
                "management",
                (
                    "No interface of Lync's: addresses that the host has for its administration, if it has any. No row "
                    "opens anything there, and nothing is told of what rules of others open there.",
                ),
                type="list",
                elements="str",
            ),
        ),
    ),
    Option(
        "program",
        (
            "V(listener) limits the rules of the large media ranges (rows V(server-10), V(server-28) and V(server-39)) "
            "to the programs of the services that take their ports from them, as the host's registry names them. That "
            "costs one more read. A rule whose services are not installed stays open to any program, with a warning.",
            "V(any) limits no rule.",
            "Where rules are written for somebody else, as by the filters, there is no host to ask and no rule is "
            "limited.",
        ),
        choices=PROGRAMS,
        default="any",
    ),
    EXTRA_RULES,
    Option(
        "client_program",
        (
            "Full path of the client's program on a host with the role V(client), such as V(C:\\\\Program "
            "Files\\\\Microsoft Office\\\\Office15\\\\lync.exe). Its rules are limited to it, and its "
            "verdicts are about it.",
            "Without it a rule that is limited to a program, as the setup of the client makes it, is V(conditional).",
        ),
    ),
    Option(
        "client_media",
        (
            "Settings of C(Set-CsConferencingConfiguration) that move the media ports of clients, as the cmdlet takes "
            "them: C(ClientMediaPortRangeEnabled), and with it C(ClientMediaPort) and C(ClientMediaPortRange), the "
            "first port and how many there are, or a pair of its own for a kind of media: C(ClientAudioPort), "
            "C(ClientVideoPort), C(ClientAppSharingPort), C(ClientFileTransferPort), each with C(...Range).",
            "Without them, and where C(ClientMediaPortRangeEnabled) is false, rows V(client-08) to V(client-11) have "
            "ports 1024 to 65535. Audio and video need at least 20 ports each. They may have the same range, with 40 "
            "ports at least; others must not overlap.",
        ),
        type="dict",
        default=(),
    ),
)
"""Which rules a host needs. The modules and the filters take them."""

_OF_ROWS = ("product", "ruleset", "features", "skip_rows", "port_overrides", "configured_ports", "edge_addresses")

ROW_OPTIONS = tuple(option for option in RULE_OPTIONS if option.name in _OF_ROWS)
"""Which rows a host has, and on which ports."""
