#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_report
short_description: Write one report of the firewalls of many Lync Server hosts
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Takes the registered results of M(lyncops.firewall.lync_firewall_info), or of M(lyncops.firewall.lync_firewall), of
    all hosts and writes them as one report on the controller. As HTML it is one file that loads nothing. It shows the
    estate at a glance, what to do first, a map of hosts and requirements, and for each host the commands that would
    correct it. As JSON it is for programs, with the schema C(docs/report-schema-3.json), and as CSV for spreadsheets.
  - The other way to make it is O(sources), the JSON reports of an audit that was divided, as by AWX's job slicing. They
    are put together as one, which is no different from the report of one audit of all hosts.
  - Beside them stand two small files. C(NAME-status.json) says for programs how the run ended, C(NAME-mail.txt) says it
    in a few lines of plain text for a mail. The guide on scheduled runs,
    R(scheduled, ansible_collections.lyncops.firewall.docsite.scheduled), has all that is in them.
  - What the last report of the same name knew is remembered, whether or not it is compared with. That is since when a
    host is in its class, and who has left the inventory, or lost a role, while managed rules may still be there. They
    are named until they are retired, see M(lyncops.firewall.lync_firewall_retired).
  - Never connects to a host. Use it with C(run_once).
  - "Every host has one class. V(unreachable) and V(failed): nothing, or not enough, is known of it; a host without a
    result is V(failed). V(drifted): it differs from what its roles need. V(ineffective): it does not, and a requirement
    is closed all the same, for a reason that this collection cannot change, or another firewall product filters.
    V(compliant): neither.
    V(not_managed): the task was skipped for it, or took its rules away."
  - A result of M(lyncops.firewall.lync_firewall) does not say whether it is of check mode. Changes are taken for still
    to be made where the whole run is in check mode, and the verdicts are then those that the run would lead to.
    M(lyncops.firewall.lync_firewall_info) tells what is.
options:
  hosts:
    description:
      - Names of all hosts that should be in the report, as in the inventory.
      - With O(sources), the hosts that are expected in them. One that is in none is V(failed), with a message that says
        so. One that is in them and not expected is kept. There is a warning of both. An empty list expects nothing.
    type: list
    elements: str
    required: true
  variable:
    description:
      - Name of the registered result, looked up in the variables of each host. Not used with O(sources).
    type: str
    default: lync_firewall_audit
  dest:
    description:
      - Folder on the controller. It is made if it is not there. A relative path starts at the playbook's folder.
      - Files are replaced as a whole or not at all, and can be read by all. Two runs that write the report of one name
        take turns, so that its files are of one run; who waits says for whom, for at most five minutes.
    type: path
    required: true
  name:
    description:
      - Name of the files, without extension.
    type: str
    default: lync-firewall
  formats:
    description:
      - What to write. V(prom) is for the textfile collector of Prometheus' node_exporter, a file that ends in C(.prom).
    type: list
    elements: str
    choices: [html, json, csv, prom]
    default: [html, json, csv]
  title:
    description:
      - Heading of the report.
    type: str
    default: Lync Server firewall report
  previous:
    description:
      - An earlier JSON report to compare with. It is read before anything is written, so it may be the file that is
        about to be replaced.
      - If there is no such file, that is a warning. If it is no report, the task fails.
    type: path
  artifacts:
    description:
      - Whether to hand over what was found as M(ansible.builtin.set_stats) does, so that AWX gives it to the next node
        of a workflow. That is C(lync_firewall_drifted_basis), what the list of drifted hosts rests on,
        C(lync_firewall_drifted_hosts) and the same of C(ineffective), C(unreachable), C(failed)
        and C(compliant), at most 200 names in all, those first that somebody must act on; C(lync_firewall_truncated),
        whether names were left out; C(lync_firewall_totals), C(lync_firewall_reasons), C(lync_firewall_summary),
        C(lync_firewall_class), C(lync_firewall_digest), C(lync_firewall_left), at most 200 names, and
        C(lync_firewall_report_folder), where the files are.
    type: bool
    default: false
  sources:
    description:
      - JSON reports of this module to put together as one; files, and folders of which all files are meant whose name
        ends in C(.json). Variables of hosts are then not looked at. An empty list is none.
      - A relative path starts at the playbook's folder. A file is read once, however often it is named. The report that
        is about to be written is not read, unless it is named itself.
      - A file that is named and is no report, or one of a newer version, makes the task fail. In a folder it is left
        out, with a warning.
      - Of two reports that have a host the one that was made last counts, with a warning. There is one too where the
        reports that hosts are taken from were made more than 12 hours apart.
      - What is wrong about a host in a file makes that host V(failed), with a message that names the file.
    type: list
    elements: path
  host_variables:
    description:
      - Whether options that are not given are taken from the variables of the host that the task runs for, as the role
        C(lync_firewall) documents them for its entry points C(audit) and C(report). O(name) from
        C(lync_firewall_report_name), O(dest) from C(lync_firewall_report_dir), and so on. Relative paths in variables
        start at the current directory, and O(hosts) are those of the play.
      - If it is V(true), O(hosts) and O(dest) need not be given.
    type: bool
    default: false
    version_added: 0.9.0
extends_documentation_fragment:
  - lyncops.firewall.on_controller
attributes:
  check_mode:
    description: Writes the files in check mode too, since they are what a run in check mode is for.
    support: full
  diff_mode:
    description: Shows nothing; a report has its own way to tell what changed.
    support: none
  idempotent:
    description: A report says when it was made, so its files are new each time.
    support: none
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.fleets
    description: Fleets, reports and AWX
  - module: lyncops.firewall.lync_firewall_info
  - module: lyncops.firewall.lync_firewall
"""

EXAMPLES = r"""
- name: Look at every host, in reach or not
  lyncops.firewall.lync_firewall_info:
    roles: "{{ lync_firewall_roles }}"
  register: lync_firewall_audit
  ignore_errors: true
  ignore_unreachable: true

- name: Write the report, compared with the last one
  lyncops.firewall.lync_firewall_report:
    hosts: "{{ ansible_play_hosts_all }}"
    dest: /srv/reports
    previous: /srv/reports/lync-firewall.json
  register: report
  run_once: true
  delegate_to: localhost
  check_mode: false

- name: Put the reports of four slices together
  lyncops.firewall.lync_firewall_report:
    hosts: "{{ groups.lync }}"
    sources: [/srv/reports/slices]
    dest: /srv/reports
  run_once: true
  delegate_to: localhost

- name: Say how it stands
  ansible.builtin.debug:
    var: report.summary
  run_once: true
"""

RETURN = r"""
files:
  description: Format to the path of the file.
  returned: success
  type: dict
  sample: {html: /srv/reports/lync-firewall.html, json: /srv/reports/lync-firewall.json}
status:
  description: The file that says how the run ended. The text for a mail is beside it.
  returned: success
  type: str
  sample: /srv/reports/lync-firewall-status.json
class:
  description:
    - How the run ended, V(ok), V(wider), V(changed), V(disproved), V(outdated), V(drift), V(ineffective), V(refused),
      V(outage) or V(failed); the worst of what is the matter with any host. It is V(failed) with RV(probe_failed) too.
    - V(wider) are rows that are newly open to more than is wanted, since the report of O(previous), or else since the
      one that is replaced.
  returned: success
  type: str
  sample: drift
digest:
  description: SHA-256 of the report as JSON, as it is on the disk.
  returned: success
  type: str
  sample: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
left:
  description:
    - Hosts that left the inventory, or lost a role, while managed rules may still be there, and were not retired.
  returned: success
  type: list
  elements: str
  sample: [fe00.example.com]
totals:
  description:
    - How many hosts there are of each class, and in all (C(hosts)).
    - Beside them, how many requirements of all hosts admit more than they are scoped to (C(wider_rows)), and how many
      more perhaps do (C(perhaps_wider_rows)).
  returned: success
  type: dict
  sample: {compliant: 31, ineffective: 2, drifted: 4, failed: 1, unreachable: 1, not_managed: 1, hosts: 40,
           wider_rows: 0, perhaps_wider_rows: 0}
hosts:
  description: Class to the names of its hosts, sorted.
  returned: success
  type: dict
  sample: {compliant: [], ineffective: [], drifted: [fe03.example.com], failed: [], unreachable: [], not_managed: []}
worst:
  description: The host that is worst off, empty where all is as it should be.
  returned: success
  type: str
  sample: fe03.example.com
changed_since_plan:
  description:
    - Hosts on which something that is not ours changed since a plan was made, see
      O(lyncops.firewall.lync_firewall_info#module:plan). Such a host is what a run fails for where nothing else is.
      Null where nothing was compared.
  returned: success
  type: list
  elements: str
  sample: []
not_compared:
  description:
    - Hosts that were not compared with a plan though others were. It does not have them, or they could not be read,
      now or then.
  returned: success
  type: list
  elements: str
  sample: []
probes:
  description:
    - How often probe and verdict of a port said what together, in the words of
      RV(lyncops.firewall.lync_port_probe#module:says). The results of the hosts' probe are in C(lync_firewall_probed),
      which the entry point C(probe) of the role registers.
  returned: where hosts were probed
  type: dict
  sample: {agree: 80, shut_out: 2, not_told: 6}
disproved:
  description:
    - Hosts on which a port listens and is shut out on the way, or is open against its verdict or though nobody asked
      for it. Such a host is what a run fails for where nothing else is.
  returned: where hosts were probed
  type: list
  elements: str
  sample: [fe01.example.com]
to_show:
  description:
    - By class, the first host of which C(lyncops.firewall.site --check) shows what is the matter. It shows nothing of
      hosts that were judged from files, and of users' computers that are only looked at.
  returned: success
  type: dict
  sample: {drifted: med01.example.com}
too_wide:
  description:
    - Where O(lyncops.firewall.lync_firewall_info#module:on_wider=fail), the first hosts that fail for it, each with the
      first rows that others get in at and the rules that let them in.
  returned: where a host fails for that
  type: list
  elements: str
  sample: ["edge01.example.com: edge-listen-11 (tcp 8057) by 'vendor8057'"]
too_wide_hosts:
  description: All of these hosts.
  returned: where a host fails for that
  type: list
  elements: str
  sample: [edge01.example.com]
outdated:
  description:
    - Hosts that were judged from files that are too old, or of the future, see
      O(lyncops.firewall.lync_firewall_info#module:dumps_max_age). Such a host is what a run fails for where nothing
      else is.
  returned: where hosts were judged from such files
  type: list
  elements: str
  sample: [fe01.example.com]
lacking:
  description:
    - What decides most and is in none of the files of some hosts, see
      RV(lyncops.firewall.lync_firewall_info#module:lacking), to their names.
  returned: where hosts were judged from such files
  type: dict
  sample: {"Group Policy": [fe01.example.com]}
probe_failed:
  description: Why hosts, or ports of them, could not be probed, though that was asked for. A run fails for it.
  returned: where the probe failed
  type: str
  sample: "the hosts could not be probed: at_once: 0 will not do; it takes 1 to 5000"
failure:
  description:
    - What to say of a run that fails because of what was found. Empty where all is as it should be, and with
      O(host_variables) where C(lync_firewall_fail_on_drift) is false.
  returned: success
  type: str
  sample: "Not all is as it should be: 2 hosts: 1 compliant, 1 drifted. Drifted: fe03.example.com."
reasons:
  description: How often each reason stands behind a verdict other than V(open), counted over requirements and hosts.
  returned: success
  type: dict
  sample: {no_rule: 12, block_rule: 3}
summary:
  description: The report in one line.
  returned: success
  type: str
  sample: "40 hosts: 31 compliant, 2 ineffective, 4 drifted, 1 failed, 2 unreachable. Not open: 12 (no rule)"
changes:
  description:
    - How many hosts were C(added), C(removed), or are C(better) or C(worse) off than in O(previous). Of hosts that stay
      in their class the verdicts decide. One that became V(not_managed) is C(unmanaged). One on which
      fewer addresses to admit are all that is to be done is C(narrower), not worse. One that is as it was, but that
      a row is newly open to more than is wanted, is C(wider).
  returned: when O(previous) was there
  type: dict
  sample: {added: 1, removed: 0, unmanaged: 0, better: 2, worse: 1, narrower: 0, wider: 0}
"""
