#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_matrix
short_description: Write the traffic matrix of many Lync Server hosts
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Takes the registered results of M(lyncops.firewall.lync_firewall_needs) of all hosts and writes who connects to
    whom, on which ports and why, on the controller. As CSV, as Markdown, as JSON, and below C(aerleon) as definitions
    and policy for Aerleon, which makes access lists for many platforms of them.
  - All that goes from the same source to the same destination over one transport is one line. What nobody says is in
    no line; Markdown and JSON have it as open questions.
  - Where variables say how pools are balanced (C(lync_load_balancing)), what their load balancers carry has lines too.
  - The media ports of clients are those that C(lync_firewall_client_media) and C(lync_firewall_port_overrides) of the
    hosts of C(lync_client) say; where there are none, that C(lync_firewall_client_media) of the servers says; else the
    document's. The reason of the row names variable and hosts.
  - With the report of an audit each line says who is admitted by what was in effect then, and by which rules that is
    more than is meant.
  - Never connects to a host. Use it with C(run_once).
options:
  hosts:
    description: Names of the hosts.
    type: list
    elements: str
    required: true
  variable:
    description: Name of the registered result, looked up in the variables of each host.
    type: str
    default: lync_firewall_matrix_host
  dest:
    description:
      - Folder on the controller. It is made if it is not there. A relative path starts at the playbook's folder.
      - Files are replaced as a whole or not at all.
    type: path
    required: true
  report:
    description:
      - JSON report of M(lyncops.firewall.lync_firewall_report). A relative path starts at the playbook's folder. Empty
        for a matrix that says nothing of what is in effect.
    type: str
    default: ''
  host_variables:
    description:
      - Whether options that are not given are taken from the variables of the host that the task runs for. O(dest)
        from C(lync_firewall_matrix_dir) and O(report) from C(lync_firewall_matrix_report). Where that is not set, it is
        the last report of C(lync_firewall_report_name) in C(lync_firewall_report_dir), if there is one. Relative paths
        in variables start at the current directory, and O(hosts) are those of the play.
      - If it is V(true), O(hosts) and O(dest) need not be given.
    type: bool
    default: false
extends_documentation_fragment:
  - lyncops.firewall.on_controller
  - lyncops.firewall.on_controller.of_playbooks
attributes:
  check_mode:
    description: Says what would be written.
    support: full
  diff_mode:
    description: Shows the files that differ.
    support: full
  idempotent:
    description: Files that have the same content are left alone.
    support: full
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.traffic_matrix
    description: The traffic matrix, and access lists from it
  - module: lyncops.firewall.lync_firewall_needs
  - module: lyncops.firewall.lync_firewall_report
"""

EXAMPLES = r"""
- name: Work out whom each host has to let in
  lyncops.firewall.lync_firewall_needs:
  register: lync_firewall_matrix_host

- name: Write the matrix, with who was admitted when the last audit was made
  lyncops.firewall.lync_firewall_matrix:
    hosts: "{{ ansible_play_hosts }}"
    dest: /srv/network/lync
    report: /srv/reports/lync-firewall.json
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
files:
  description: Paths of the files.
  returned: success
  type: list
  elements: str
  sample: [/srv/network/lync/lync-traffic-matrix.csv, /srv/network/lync/aerleon/policies/pol/lync.yaml]
lines:
  description: How many lines the matrix has.
  returned: success
  type: int
  sample: 42
open_questions:
  description: What nobody says, so that it is in no line. The files list what depends on it.
  returned: success
  type: list
  elements: str
  sample: ["who are Administrators' hosts"]
in_effect:
  description: Of which time it is said who is admitted, how many lines are wider than meant, and what is not known.
  returned: success, with O(report)
  type: str
  sample: "Who is admitted in effect is as of 2026-03-01T04:00:00Z, by lync-firewall.json: 9 lines wider than meant."
"""
