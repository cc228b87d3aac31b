#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_preflight
short_description: Find the hosts that a playbook works on
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - The first task of the playbooks of this collection. It finds the hosts of the patterns in the variable
    C(lync_firewall_hosts), wherever the inventory or an extra variable sets it, and of O(default) those that have no
    such variable. A play's own C(hosts) cannot see the variables of groups.
  - A host whose own C(lync_firewall_roles) names a role counts as one of that role's group. An extra variable of that
    name is of all hosts, so it makes none of them count.
  - It fails, and names what is wrong, where a pattern names no host and no group, or where nobody is left. A slice of a
    sliced job of AWX may have nobody; that is said.
  - Hosts of the group C(lync) that no pattern names are named.
  - Where hosts are audited, it says how old the topology is that the inventory was made of, see
    P(lyncops.firewall.lync_topology#inventory).
  - Where the run is to make a report, which O(slices) says, it fails too if a variable of the report is wrong, or its
    folder cannot be written to. The status of the last report of that name then says so, see
    M(lyncops.firewall.lync_firewall_report), since an old one that says V(ok) would be out of date.
  - It connects to nothing.
options:
  default:
    description:
      - The pattern for hosts without C(lync_firewall_hosts). By default those in the group of a role, but for SQL
        Servers, which are seldom Lync's to configure.
    type: str
    default: >-
      ~lync_(front_end|director|mediation|persistent_chat|office_web_apps|office_online|video_interop|edge|central_management)$
  named:
    description: Hosts or patterns that are meant in place of all that, as a list or as text with commas.
    type: raw
    default: false
  batches:
    description: Sizes of the batches of a remediation, to be checked.
    type: raw
    default: "1"
  sources:
    description: Reports of others that are given, C(lync_firewall_report_sources).
    type: raw
  slices:
    description:
      - Whether O(sources) must be given, because they are put together, or must not be, because hosts are read. By
        default it is not asked.
    type: bool
  scoped:
    description:
      - Whether the peers that nobody names are told for all hosts, as for a matrix. By default they are for those whose
        C(lync_firewall_scope) is V(topology).
    type: bool
    default: false
  artifacts:
    description:
      - Whether a run that is to make a report, which O(slices) says, and may not begin, hands that over as
        M(ansible.builtin.set_stats) does, as an audit hands over what it found. A task that fails hands over nothing,
        so the task succeeds then, and returns RV(mistake) for the next one to fail with.
    type: bool
    default: false
  basis:
    description:
      - What the list of hosts rests on, as the audit that made it has handed over. Where the version of the collection,
        or a host's groups or the variables that say what it should have, are others now, that is named, and it fails.
    type: raw
  accept_late:
    description: Whether to say so and go on.
    type: bool
    default: false
  plan:
    description:
      - The plan that a remediation is held to, see M(lyncops.firewall.lync_firewall_plan). Then the hosts to work on
        are only those that the plan changes, so that the first batch is never one of hosts that need nothing; and they
        come in the batches of the plan (C(batches), C(max_fail_percentage)). C(lync_firewall_serial) or
        C(lync_firewall_max_fail_percentage) that say otherwise are refused.
      - Hosts that the plan leaves alone though they may need a change are named in C(left_alone), with the reason. So
        are hosts of O(named) that the plan does not have. Others that it does not have are said.
    type: path
  plan_digest:
    description: The digest of O(plan) that was approved, or at least its first 12 digits.
    type: str
  at_once:
    description:
      - Whether the playbook changes all hosts in one play. Then it cannot be held to a plan, which has batches, and
        C(lync_firewall_plan) is refused.
    type: bool
    default: false
  clients:
    description:
      - Whether the hosts of the group C(lync_client) are meant too, as for an audit. By default those are whose
        C(lync_firewall_clients) is V(enforce).
    type: bool
    default: false
  files:
    description:
      - Whether files may stand for hosts, C(lync_firewall_dumps). Where they may not, since the hosts themselves are to
        be asked or probed, it fails if that is set.
    type: bool
    default: true
  by_name:
    description:
      - Whether hosts are worked on only where each is named by its own name, in C(lync_firewall_hosts) or with
        C(--limit), and need no role. A pattern, a group and an empty variable choose nobody then, and it fails.
    type: bool
    default: false
  work:
    description:
      - The tasks that the playbook is there for, by their tags without C(lync_firewall_). Where C(--tags) or
        C(--skip-tags) leaves one out, that is named, and it fails, since Ansible would call the run a success.
    type: list
    elements: str
    default: []
  changes:
    description:
      - Whether O(work) changes hosts and has no tag C(always). Then it is said and is no failure.
    type: bool
    default: false
  host_variables:
    description:
      - Whether options that are not given are taken from variables. O(batches) from C(lync_firewall_serial), O(sources)
        from C(lync_firewall_report_sources), and for the playbooks of this collection O(named) from
        C(lync_firewall_preflight_named), O(slices) from C(lync_firewall_preflight_slices), O(scoped) from
        C(lync_firewall_preflight_scoped), O(clients) from C(lync_firewall_preflight_clients), O(files) from
        C(lync_firewall_preflight_files), O(by_name) from C(lync_firewall_preflight_by_name), O(basis) from
        C(lync_firewall_preflight_basis), O(accept_late) from C(lync_firewall_accept_late), O(plan) from
        C(lync_firewall_preflight_plan), O(plan_digest) from C(lync_firewall_plan_digest), O(at_once) from
        C(lync_firewall_preflight_at_once), O(work) from C(lync_firewall_preflight_work) and O(changes) from
        C(lync_firewall_preflight_changes).
    type: bool
    default: false
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
  - ref: ansible_collections.lyncops.firewall.docsite.first_estate
    description: Your first estate in ten minutes
"""

EXAMPLES = r"""
- name: Find the hosts
  lyncops.firewall.lync_firewall_preflight:
    default: lync_front_end
  register: found
  run_once: true
  delegate_to: localhost

- name: Keep them for the pattern of the next play
  ansible.builtin.set_fact:
    lync_firewall_preflight: "{{ found.targets }}"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
mistake:
  description: Why not to begin.
  returned: with O(artifacts), where the run is to make a report and may not begin
  type: str
  sample: "There is no host to work on: nothing in the inventory (hosts.yml) matches lync_front_end."
targets:
  description:
    - C(hosts) to work on; C(left_alone), hosts that O(plan) leaves alone, and why; with O(plan), how many of the hosts
      are in each of its C(batches), and C(max_fail_percentage); the C(patterns) they come from;
      C(forgotten), hosts of the group C(lync) that no pattern names; C(namesakes), each host that shares its address
      with others, and these, at most five; C(addresses), those of all hosts in groups whose name begins with C(lync_),
      as far as variables have them; C(roles), each role that C(lync_firewall_roles) names, and the hosts whose does, or
      null where one cannot be read; C(reports), whether variables of hosts name reports that are to be put together;
      C(idle), whether none of the hosts has a role; C(unknown_peers), a block of YAML for group_vars with the kinds of
      peers that scoped rules need and nobody says; C(notes), what was said. C(unknown) and C(mistakes) are empty, or
      the task fails.
  returned: success, without RV(mistake)
  type: dict
  sample:
    hosts: [fe01.example.com]
    left_alone: {}
    patterns: [lync_front_end]
    unknown: []
    forgotten: []
    namesakes: {}
    addresses: [10.1.1.11]
    roles: {}
    reports: false
    idle: false
    unknown_peers: ""
    mistakes: []
    notes: []
"""
