# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options that describe what a host should have; both modules take them."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments are class attributes by ansible-doc's convention."""

    DOCUMENTATION = r"""
options:
  ruleset:
    description:
      - Which rows apply.
      - V(documented) is Microsoft's page of 91 rows. V(extended) adds what Microsoft documents elsewhere and the page
        forgets, such as Windows Fabric inside a pool, with ids such as V(add-01).
      - The role V(sql) has rows in the extended ruleset only.
    type: str
    choices: [documented, extended]
    default: documented
  features:
    description:
      - Opt-in features that are deployed on this host.
      - V(remote_call_control) adds the rows that the table calls optional (port 5060, rows V(server-02) and
        V(server-41)).
    type: list
    elements: str
    choices: [remote_call_control]
    default: []
  skip_rows:
    description:
      - Ids of catalogue rows to leave out on purpose, such as V(server-08).
      - Rows that would apply and were left out are shown in the results.
      - Use P(lyncops.firewall.lync_ports#lookup) to see all rows.
    type: list
    elements: str
    default: []
  profiles:
    description:
      - Firewall profiles the managed rules apply in.
      - All three is what Lync's own rules do. Dual-homed Mediation Servers, and servers that wake up in the public
        profile, are common.
    type: list
    elements: str
    choices: [domain, private, public]
    default: [domain, private, public]
  remote_addresses:
    description:
      - Scope of all managed rules, as addresses, CIDR networks, ranges (V(10.0.0.1-10.0.0.9)) or the keywords
        V(localsubnet), V(dns), V(dhcp), V(wins), V(defaultgateway).
      - An empty list means any address.
      - Long lists are collapsed to the fewest networks and, where needed, spread over several rules.
    type: list
    elements: str
    default: []
  scope:
    description:
      - V(any) gives all managed rules one scope, O(remote_addresses).
      - V(topology) gives each rule the addresses of those that its rows name as peers, from O(peers). Rows that
        clients connect to stay open to any, or to O(client_networks) and all peers.
      - A row of which one peer is not known stays open to any, so that scoping never takes a pool out of rotation; the
        results say which and why (C(scope_note)).
    type: str
    choices: [any, topology]
    default: any
  peers:
    description:
      - With O(scope=topology), a list of addresses for each kind of peer. The role works it out from the inventory.
      - The kinds are V(front_end), V(director), V(mediation), V(persistent_chat), V(office_web_apps),
        V(central_management), V(sql), V(pool) (the Front Ends of the host's own pool), V(replica) (all Lync servers),
        V(gateway), V(pbx), V(branch_appliance), V(load_balancer), V(reverse_proxy), V(edge), V(file_store),
        V(trusted_application) (Exchange UM, for one),
        V(sql_client), V(admin), V(dhcp_server), and V(all) for addresses that every scoped rule admits.
      - An empty list says that there is nobody of that kind. A kind that is missing is not known, and rows that name
        it stay open to any.
    type: dict
    default: {}
  client_networks:
    description:
      - With O(scope=topology), the networks that clients connect from. Empty means any.
      - They count once it is known who the Front End Servers, Directors, Mediation Servers, branch appliances, Edge
        Servers, gateways, trusted applications, load balancers and reverse proxies are, because all of those connect to
        the same ports.
    type: list
    elements: str
    default: []
  port_overrides:
    description:
      - Row id to the ports that are really configured, for a media range moved for QoS or a Mediation listener, such
        as V(57501-60000) for row V(server-10).
      - A value is a port, a range, or a comma list or YAML list of both.
      - The row must apply to the host.
    type: dict
    default: {}
  configured_ports:
    description:
      - The listeners that the host's topology configures, as the inventory plugin
        P(lyncops.firewall.lync_topology#inventory) gives them in C(lync_ports), dicts with the keys C(service),
        C(owner), C(usage), C(side), C(protocol), C(transports) and C(ports).
      - They replace the documented ports of the rows that they belong to. O(port_overrides) wins over them.
    type: list
    elements: dict
    default: []
  program:
    description:
      - V(listener) limits the rules of the large media ranges (rows V(server-10), V(server-28) and V(server-39)) to the
        programs of the services that take their ports from them, as the host's registry names them. That costs one
        more read. A rule whose services are not installed stays open to any program, with a warning.
      - V(any) limits no rule.
    type: str
    choices: [any, listener]
    default: any
  extra_rules:
    description:
      - Site rules to manage beside the table's, with keys as in M(community.windows.win_firewall_rule).
      - All of them allow. A rule that names neither a port nor a program is refused.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - What the rule is for. It is part of the managed rule's name and description.
          - Printable ASCII, at most 80 characters.
        type: str
        required: true
      direction:
        description: Which way the connection is opened, seen from the host.
        type: str
        choices: [in, out]
        default: in
      protocol:
        description: Must be V(tcp) or V(udp) where ports are named.
        type: str
        choices: [any, tcp, udp]
        default: any
      localport:
        description: Ports on the host, such as V(1433) or V(8080,9000-9010).
        type: str
      remoteport:
        description: Ports on the other side.
        type: str
      remoteip:
        description: Scope of this rule, as in O(remote_addresses), which it replaces.
        type: list
        elements: str
      program:
        description: Full path of the program the rule is limited to.
        type: str
      profiles:
        description: Profiles of this rule, in place of O(profiles).
        type: list
        elements: str
        choices: [domain, private, public]
notes:
  - Works over the P(ansible.builtin.winrm#connection) connection only and starts no PowerShell on the host. It needs
    C(reg), C(netsh), C(sc) and C(whoami), which every Windows since Server 2008 R2 has, and an account that is an
    administrator there with a full token.
  - The Python package C(pywinrm) must be installed on the controller.
  - Rules of Group Policy are read and never changed.
"""
