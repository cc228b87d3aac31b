#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_plan
short_description: Write what a run would do on many Lync Server hosts as a plan that can be approved
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Takes the registered results of M(lyncops.firewall.lync_firewall) in check mode, of all hosts, and writes them as
    one plan on the controller. As HTML and as Markdown it is for the people who approve it. It says in which batches
    hosts are changed, who will be able to reach what, the commands and those that undo them, what is not touched, and
    what would be refused; and it has a line to sign.
  - As JSON it is what a run is held to. With its path in O(lyncops.firewall.lync_firewall#module:plan) a host of which
    the plan is no longer that one is left alone and named.
  - The digest of a plan is of all that is to be done on all hosts, in which batches, and of all that is said of them.
    Two plans with the same digest do the same. O(lyncops.firewall.lync_firewall#module:plan_digest) takes it.
  - Never connects to a host. Use it with C(run_once).
options:
  hosts:
    description: Names of all hosts of the plan, in the order in which a run takes them.
    type: list
    elements: str
    required: true
  variable:
    description: Name of the registered result, looked up in the variables of each host.
    type: str
    default: lync_firewall_planned
  dest:
    description:
      - Folder on the controller. It is made if it is not there. A relative path starts at the playbook's folder.
      - Files are replaced as a whole or not at all, and can be read by all.
    type: path
    required: true
  name:
    description: Name of the files, without extension.
    type: str
    default: lync-firewall-plan
  title:
    description: Heading of the plan.
    type: str
    default: Lync Server firewall change plan
  batches:
    description:
      - Sizes of the batches of the run, as C(serial) of a play takes them. A list, text with commas, or a number.
      - By default C(1,25%,100%), as in the playbook C(lyncops.firewall.remediate).
    type: raw
  max_fail_percentage:
    description:
      - Percent of the hosts of a batch that may fail before the next one begins, from 0 to 100, as
        C(max_fail_percentage) of a play. By default 0, as in the playbook C(lyncops.firewall.remediate).
    type: raw
  artifacts:
    description:
      - Whether to hand over the plan as M(ansible.builtin.set_stats) does, so that AWX gives it to the next node of a
        workflow. That is C(lync_firewall_plan), the path of the JSON file, which holds the run of the next node to it;
        C(lync_firewall_plan_digest); and C(lync_firewall_plan_summary).
    type: bool
    default: false
  host_variables:
    description:
      - Whether options that are not given are taken from the variables of the host that the task runs for. O(dest)
        from C(lync_firewall_plan_dir), O(name) from C(lync_firewall_plan_name), O(title) from
        C(lync_firewall_plan_title), and O(batches) from C(lync_firewall_serial), and O(max_fail_percentage) from
        C(lync_firewall_max_fail_percentage). Relative paths in variables start at the current directory, and O(hosts)
        are those of the play.
      - If it is V(true), O(hosts) and O(dest) need not be given.
    type: bool
    default: false
extends_documentation_fragment:
  - lyncops.firewall.on_controller
attributes:
  check_mode:
    description: Writes the files in check mode too, since they are what a run in check mode is for.
    support: full
  diff_mode:
    description: Shows nothing; the files are new each time.
    support: none
  idempotent:
    description: A plan says when it was made, so its files are new each time.
    support: none
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.enforcement
    description: Safe enforcement
  - module: lyncops.firewall.lync_firewall
  - module: lyncops.firewall.lync_firewall_report
"""

EXAMPLES = r"""
- name: Work out what would be done
  lyncops.firewall.lync_firewall:
    roles: "{{ lync_firewall_roles }}"
  check_mode: true
  register: lync_firewall_planned
  ignore_errors: true
  ignore_unreachable: true

- name: Write the plan
  lyncops.firewall.lync_firewall_plan:
    hosts: "{{ ansible_play_hosts_all }}"
    dest: /srv/changes/CHG0042
  run_once: true
  delegate_to: localhost
  check_mode: false
"""

RETURN = r"""
files:
  description: Kind to the path of the file.
  returned: success
  type: dict
  sample:
    html: /srv/changes/CHG0042/lync-firewall-plan.html
    md: /srv/changes/CHG0042/lync-firewall-plan.md
    json: /srv/changes/CHG0042/lync-firewall-plan.json
digest:
  description: The digest of the plan, SHA-256.
  returned: success
  type: str
  sample: 3f0c9a47c1b25c7f0a9c9a0b1e8d6a50b7f3a86a0f3cf1f1a0c9f4f8d0a5e9b2
totals:
  description: How many hosts there are of each state, and in all (C(hosts)).
  returned: success
  type: dict
  sample: {change: 4, nothing: 31, refused: 1, failed: 0, unreachable: 1, skipped: 2, hosts: 39}
hosts:
  description: State to the names of its hosts.
  returned: success
  type: dict
  sample: {change: [fe03.example.com], nothing: [], refused: [], failed: [], unreachable: [], skipped: []}
summary:
  description: The plan in one line.
  returned: success
  type: str
  sample: "2 hosts: 1 will be changed; 1 needs no change"
"""
