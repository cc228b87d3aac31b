#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall_info
short_description: Show a Lync Server host's firewall and what its roles need
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Reads a host's firewall with one command and returns its profiles, the state of the firewall service, the managed
    rules and, where O(roles) are given, what the table asks for and what M(lyncops.firewall.lync_firewall) would do.
  - Or reads files with what a host's registry holds, O(dump) or O(dumps), and judges that. Then no connection is
    opened, whatever the host's connection is, and C(become) is ignored.
  - Changes nothing, in any mode.
extends_documentation_fragment:
  - lyncops.firewall.desired_state
  - lyncops.firewall.desired_state.info
attributes:
  check_mode:
    description: Never changes anything.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: N/A
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.verdicts
    description: Reading a verdict, and what to do about it
  - module: lyncops.firewall.lync_firewall
  - module: lyncops.firewall.lync_port_probe
  - plugin: lyncops.firewall.lync_ports
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: What the firewall of this host has
  lyncops.firewall.lync_firewall_info:
  register: firewall

- name: How far a Mediation Server is from the table
  lyncops.firewall.lync_firewall_info:
    roles: [mediation]
  register: firewall

- name: Stop when it drifted
  ansible.builtin.assert:
    that: not firewall.drift.found
    fail_msg: "{{ firewall.drift.commands | join('\n') }}"

- name: Who was kept out of it since yesterday, by its own log
  lyncops.firewall.lync_firewall_info:
    roles: [mediation]
    log: 24h
  register: firewall

# On the host: reg export HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy fe01.reg
- name: The same of a host that cannot be connected to
  lyncops.firewall.lync_firewall_info:
    roles: [front_end]
    dump: files/fe01.reg
  register: firewall
  delegate_to: localhost

- name: What was assumed for what the file does not say
  ansible.builtin.debug:
    var: firewall.assumptions
"""

RETURN = r"""
state:
  description: The state that was asked for, V(absent) where managed rules are to be taken away on purpose.
  returned: success
  type: str
  sample: present
service:
  description: The Windows Firewall service, C(running), C(state) and C(start).
  returned: success
  type: dict
  sample: {running: true, state: running, start: automatic}
profiles:
  description: The three profiles as they are in effect, Group Policy included.
  returned: success
  type: dict
  sample:
    domain:
      enabled: true
      inbound: block
      outbound: allow
      shields_up: false
      local_rules: true
      by_group_policy: false
      notifications: false
      unicast_response: true
      log_dropped: false
      log_allowed: false
      log_size: 4096
      log_file: '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'
networks:
  description:
    - The network interfaces that are connected, and the firewall profile that each is in now. The verdicts of other
      profiles do not count until that changes.
    - Read where they matter, which is where a requirement is not open, or where none is judged. Empty where all are
      open, where the host does not tell, as Windows Server 2008 R2 does not, and with O(dump).
  returned: success
  type: list
  elements: dict
  sample: [{interface: Ethernet, network: example.com, profile: domain}]
assumptions:
  description:
    - What O(dump) or O(dumps) does not say and what was taken for it, a sentence each. Empty where a host was read.
  returned: success
  type: list
  elements: str
  sample:
    - "nothing is set by Group Policy: its key is not in the file"
judged_from:
  description:
    - The files that were judged in place of the host, each with C(file), its name, and C(saved), when it was written
      in UTC. That is what a hive says of itself, and else what the controller's file system does.
  returned: when O(dump) or O(dumps) is given
  type: list
  elements: dict
  sample: [{file: fe01.reg, saved: "2026-01-31T20:15:00Z"}]
lacking:
  description:
    - What decides most and is in none of the files, V(Group Policy), V(MpsSvc), and V(all local profiles) where only
      some are, and with O(dumps) V(the computer's name), without which nothing but the file's name says whose it is.
      What is taken for it is among RV(assumptions).
  returned: when O(dump) or O(dumps) is given
  type: list
  elements: str
  sample: [Group Policy]
outdated:
  description: What is said of files that are older than O(dumps_max_age), or of the future, a sentence each.
  returned: when O(dump) or O(dumps) is given
  type: list
  elements: str
  sample: ["fe01.reg is of 2025-01-31T20:15:00Z, more than 7 days ago"]
other_firewall:
  description: Name of the firewall product that has taken over from Windows Firewall, or empty. Then nothing is known.
  returned: success
  type: str
  sample: ""
rules:
  description: All managed rules, as in RV(lyncops.firewall.lync_firewall#module:before.rules).
  returned: success
  type: list
  elements: dict
rules_left_out:
  description: As RV(lyncops.firewall.lync_firewall#module:before.rules_left_out).
  returned: success
  type: int
  sample: 0
rule_counts:
  description: How many rules the host has in all, by store, and how many of them could not be interpreted.
  returned: success
  type: dict
  sample: {local: 412, group_policy: 0, mdm: 0, opaque: 0}
foreign:
  description:
    - The fingerprint of all that is not ours, as in RV(lyncops.firewall.lync_firewall#module:foreign). With O(plan)
      also what differs from what it was when the plan was made, C(since_plan).
  returned: success
  type: dict
  contains:
    rules:
      description: How many rules there are that are not ours.
      type: int
    sha256:
      description: Digest of these rules and of the settings of the profiles.
      type: str
    since_plan:
      description:
        - C(rules) and C(sha256) as they were when the plan was made, and C(differences) in words. Of rules that are
          gone, or were changed, the plan does not keep the names.
      type: dict
      contains:
        rules:
          description: How many rules there were.
          type: int
        sha256:
          description: The digest; empty where the host could not be read then.
          type: str
        differences:
          description: What differs.
          type: list
          elements: str
  sample: {rules: 412, sha256: 8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1}
requirements:
  description:
    - The catalogue rows that apply, C(verdict), C(reason) and C(remedy) of each included, as in
      RV(lyncops.firewall.lync_firewall#module:requirements).
  returned: success
  type: list
  elements: dict
listening:
  description:
    - Ports that the host itself says it listens on, for others than itself, C(tcp) and C(udp), as its socket table has
      them. Null where it does not tell, and with O(dump).
  returned: with O(probe)
  type: dict
  sample: {tcp: "135,443,5061-5063,5985", udp: "1434"}
log:
  description:
    - What the host's own firewall log says of the last time, as of O(log). All times are the host's, with its
      difference to UTC.
  returned: with O(log)
  type: dict
  contains:
    asked:
      description: The option.
      type: str
    since:
      description: How far back the log was read. Of what lies before nothing is known. Null where nothing was read.
      type: str
    until:
      description: When that was, by the controller's clock. Null where nothing was read.
      type: str
    files:
      description: The log files, C(file), whether it was C(read), and when it C(begins).
      type: list
      elements: dict
    complete:
      description: Whether all of RV(log.answers) are, for all of the time that was asked for.
      type: bool
    why:
      description: What is not known and why, a sentence each.
      type: list
      elements: str
    answers:
      description:
        - What the log can be asked, and whether it answers that. Only lines prove that logging was on.
      type: list
      elements: dict
      contains:
        question:
          description:
            - C(dropped), who was dropped; and, where somebody gets in now whom a scope is to keep out,
              C(would_be_scoped_out), who that is. The second needs allowed connections to be logged all the time. With
              C(scope=topology) it is there, and has no answer, where so few peers are known that no row is narrowed. A
              connection is logged when it begins only, so one that began before C(since) is not in the log.
          type: str
        complete:
          description: Whether it is answered for all of the time that was asked for.
          type: bool
        since:
          description: Since when it is answered. Null where it is not.
          type: str
    rows_for_anybody:
      description:
        - Ids of the rows that everybody is to be admitted by, such as those with C(scope=topology) whose peers are not
          known. They are no part of the answer to C(would_be_scoped_out). Empty where that is not asked.
      type: list
      elements: str
    dropped:
      description:
        - The sources with the most connections at the ports of rows. Those that begin a connection again within 30
          seconds, as TCP does, count once.
      type: list
      elements: dict
      contains:
        rows:
          description: Ids of the rows that ask for these ports. Rows that share a port share its connections.
          type: list
          elements: str
        services:
          description: Their services.
          type: list
          elements: str
        transport:
          description: V(tcp) or V(udp).
          type: str
        ports:
          description: The ports that were tried.
          type: str
        source:
          description: Where it came from.
          type: str
        name:
          description: The host of the inventory that has this address. Empty where it is not known.
          type: str
        case:
          description:
            - V(wanted), dropped although the rows want it. V(scoped_out), dropped, and not among those the rows want.
              V(would_be_scoped_out), let through now, and not among those the rows want. V(perhaps_wanted), dropped,
              and a keyword such as LocalSubnet says whether that is wanted.
          type: str
        says:
          description: The same in words.
          type: str
        count:
          description: How many connections.
          type: int
        first:
          description: When the first was.
          type: str
        last:
          description: When the last was.
          type: str
        verdict:
          description: The worst verdict of the rows now.
          type: str
    more:
      description: What is not listed in C(dropped), C(sources) and C(connections).
      type: dict
    others:
      description: Dropped connections to ports that no row asks for.
      type: int
  sample:
    asked: 24h
    since: "2026-01-30T20:15:00+01:00"
    until: "2026-01-31T20:15:00+01:00"
    files:
      - file: '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'
        read: true
        begins: "2026-01-28T03:00:12+01:00"
    complete: true
    why: []
    answers:
      - {question: dropped, complete: true, since: "2026-01-30T20:15:00+01:00"}
      - {question: would_be_scoped_out, complete: true, since: "2026-01-30T20:15:00+01:00"}
    rows_for_anybody: [server-43, server-44, server-45]
    dropped:
      - rows: [server-02]
        services: [Lync Server Front-End service]
        transport: tcp
        ports: "5061"
        source: 10.4.2.9
        name: ""
        case: scoped_out
        says: "scoped out: 10.4.2.9, 312 times"
        count: 312
        first: "2026-01-30T20:16:02+01:00"
        last: "2026-01-31T20:14:40+01:00"
        verdict: open
    more: {sources: 0, connections: 0}
    others: 17
wider:
  description: As RV(lyncops.firewall.lync_firewall#module:wider).
  returned: success
  type: dict
  sample: {rows: 0, perhaps: 0, fails: false}
disabled_lync_rules:
  description: Names of Lync's own rules, C(CS ...), that are on the host and disabled. They are never touched.
  returned: success
  type: list
  elements: str
  sample: [CS RTCSRV]
product:
  description: The product whose rows the host was judged by, one of the choices of O(product); empty without roles.
  returned: success
  type: str
  sample: skype_2019
skipped_rows:
  description:
    - Ids of rows that apply and were left out, with O(skip_rows), or because O(peers) and O(client_networks) say that
      there is nobody whom they would let in. The inbound ones of the latter are in RV(requirements) too, with the
      reason V(nobody), so that it is seen whom rules of others admit there.
  returned: success
  type: list
  elements: str
  sample: []
differences:
  description:
    - Where O(configured_ports) and the document differ. C(kind) is V(moved) (ports that the row does not have),
      V(not_in_topology) (a row's listener is not configured) or V(not_documented) (a listener that no row of the
      ruleset has). Ports within the documented ones are no difference.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: moved
      row: server-10
      service: Lync Server Audio/Video Conferencing service
      documented: 57501-65535
      configured: 40000-44999
drift:
  description:
    - What M(lyncops.firewall.lync_firewall) would do with the same options. C(found) says whether there is anything;
      the other keys are those of that module's results.
  returned: when O(roles) or O(state=absent) are given
  type: dict
  sample:
    found: false
    service_changes: []
    profiles_enabled: []
    settings_changed: []
    groups_switched: []
    created: []
    updated: []
    deleted: []
    kept: [LyncOps in-tcp-5061 g1]
    stale: []
    refused: []
    by_policy: []
    policy_stale: []
    commands: []
"""
