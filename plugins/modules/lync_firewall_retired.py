#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_retired
short_description: Note that hosts were retired, for the reports of a folder
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - A host that leaves the inventory keeps its managed rules. The reports name it until it is retired, which the
    playbook C(lyncops.firewall.retire) does. This is its first and its last task.
  - First, without O(done), it sees that the hosts are in the inventory and that none of them is a Lync server still. It
    fails otherwise. Users' computers that are not enforced, load balancers, and SQL Servers that C(lync_firewall_hosts)
    does not name are none, whatever they were before. Last, with O(done), it notes them in the file C(retired.json)
    beside the reports, and the next one does not name them any more.
  - It connects to nothing, and takes no rule away. That is the work of M(lyncops.firewall.lync_firewall) with
    V(absent).
options:
  hosts:
    description: Names of the hosts, as the reports have them.
    type: list
    elements: str
    required: true
  dest:
    description: Folder of the reports, on the controller. It is made if it is not there.
    type: path
    required: true
  forget:
    description:
      - Whether the hosts are noted at once, whether the inventory has them or not. For machines that are gone, with
        their rules.
    type: bool
    default: false
  done:
    description:
      - Whether their rules are gone, so that they can be noted. With O(host_variables) it notes only those for which
        the registered variable C(lync_firewall_result) says so, and fails for the others.
    type: bool
    default: false
  host_variables:
    description:
      - Whether options that are not given are taken from variables. O(hosts) from C(lync_firewall_retired), a list or
        text with commas, O(forget) from C(lync_firewall_forget), and O(dest) from C(lync_firewall_report_dir), as the
        reports do.
    type: bool
    default: false
extends_documentation_fragment:
  - lyncops.firewall.on_controller
  - lyncops.firewall.on_controller.of_playbooks
attributes:
  check_mode:
    description: Says what would be noted.
    support: full
  diff_mode:
    description: Shows nothing.
    support: none
  idempotent:
    description: Hosts are noted with the time, each time anew.
    support: none
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.scheduled
    description: "Scheduled runs: exit codes, status and mail"
  - module: lyncops.firewall.lync_firewall_report
"""

EXAMPLES = r"""
- name: Forget a machine that is gone
  lyncops.firewall.lync_firewall_retired:
    hosts: [old.example.com]
    dest: /srv/reports
    forget: true
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
hosts:
  description: Names of the hosts, each once.
  returned: success
  type: list
  elements: str
  sample: [old.example.com]
"""
