#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_needs
short_description: Work out what a Lync Server host needs, without a connection
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Reads the variables of a host as O(lyncops.firewall.lync_firewall#module:host_variables) has them, and connects to
    nothing, whatever connection and C(become) a play or extra variables ask for.
  - Returns what the filters P(lyncops.firewall.lync_matrix_csv#filter) and
    P(lyncops.firewall.lync_matrix_markdown#filter) take of the host or, with O(gpo), files for the owner of a Group
    Policy.
  - A host that is only in C(lync_client) or C(lync_load_balancer) is skipped. A host without a role, or with a variable
    that is wrong or misspelt, is an error.
options:
  gpo:
    description: The Group Policy that the rules are for, such as V(example.com\\Lync Servers).
    type: str
extends_documentation_fragment:
  - lyncops.firewall.on_controller
  - lyncops.firewall.on_controller.of_playbooks
attributes:
  check_mode:
    description: Changes nothing.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: N/A
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.traffic_matrix
    description: The traffic matrix, and access lists from it
  - module: lyncops.firewall.lync_firewall_files
"""

EXAMPLES = r"""
- name: Whom this host has to let in
  lyncops.firewall.lync_firewall_needs:
  register: needs

- name: Show the peers
  ansible.builtin.debug:
    var: needs.host.peers
"""

RETURN = r"""
host:
  description:
    - The host's C(name), C(addresses), C(roles), C(pool), C(client_networks), its C(peers) (kind to addresses, or to
      names of hosts without one), and in C(options) those that describe its rows.
  returned: success, without O(gpo)
  type: dict
  sample:
    name: med01.example.com
    addresses: [10.1.3.11]
    roles: [mediation]
    pool: ''
    peers: {front_end: [10.1.1.11]}
    client_networks: null
    options: {skip_rows: [server-46]}
files:
  description:
    - What the owner of the policy gets, as M(lyncops.firewall.lync_firewall_files) takes it. Hosts that need the same
      have the same names and contents, but for the list of hosts, which that module unites.
  returned: success, with O(gpo) that is not empty
  type: list
  elements: dict
  sample:
    - {folder: Lync-Servers-mediation-1a2b3c4d, name: mediation-1a2b3c4d-add.netsh, content: "..."}
notes:
  description: What is to be said once of the hosts that it is so of, such as an option that has no effect here.
  returned: success, with O(gpo) that is not empty
  type: list
  elements: str
  sample: []
no_policy:
  description: What to do, where O(gpo) is empty. It is no failure, since it would be one on each host.
  returned: success, with O(gpo) that is empty
  type: str
  sample: "lync_firewall_gpo: name the Group Policy that the rules are for"
"""
