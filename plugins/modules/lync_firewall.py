#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The work is done by the action plugin of the same name; this file is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_firewall
short_description: Keep the Windows Firewall of a Lync Server host as its roles need it
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Makes sure that every port that is documented for the host's O(product) and roles is open in Windows Firewall, with
    rules of its own, and that the rules it no longer needs are gone.
  - One task describes the whole host. The host is read once with one command; if anything differs it is written once
    and read again. What a converged host costs does not depend on the number of rules.
  - Rules of anybody else, Lync's own (V(CS ...)) and SQL's (V(SQL ...)) included, are never touched. A managed rule is
    known by its display name, C(LyncOps <key> g<generation>), in the local store.
extends_documentation_fragment:
  - lyncops.firewall.desired_state
  - lyncops.firewall.desired_state.enforcing
attributes:
  check_mode:
    description: Reads the host and computes the same plan as a real run; nothing is sent that changes it.
    support: full
  diff_mode:
    description: One line a rule, with the rows it serves.
    support: full
  idempotent:
    description: Where nothing drifted, a run changes nothing.
    support: full
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.enforcement
    description: Safe enforcement
  - module: lyncops.firewall.lync_firewall_info
  - plugin: lyncops.firewall.lync_ports
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: A Front End with a collocated Mediation Server
  lyncops.firewall.lync_firewall:
    roles: [front_end, mediation]

- name: What would change on a Director, for the server networks only
  lyncops.firewall.lync_firewall:
    roles: [director]
    remote_addresses: [10.20.0.0/16, 10.30.4.0/24]
  check_mode: true
  diff: true

- name: A Front End whose media ports were moved for QoS, with a rule for the backup agent
  lyncops.firewall.lync_firewall:
    roles: [front_end, central_management]
    skip_rows: [server-08]
    port_overrides:
      server-10: 57501-60000
      server-28: 40803-49150
    extra_rules:
      - name: Backup agent
        protocol: tcp
        localport: "10000"
        remoteip: [10.20.9.5]

- name: Take all managed rules away
  lyncops.firewall.lync_firewall:
    state: absent
"""

RETURN = r"""
before:
  description: The managed part of the host as found.
  returned: when the host was read
  type: dict
  contains: &state
    service:
      description: The Windows Firewall service, C(running), C(state) and C(start).
      type: dict
      sample: {running: true, state: running, start: automatic}
    profiles:
      description: The three profiles as they are in effect, Group Policy included.
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
    rules_left_out:
      description:
        - How many managed rules are not in the list, on a host that has far more of them than this collection makes.
        - What a host says adds at most 64 KB to a result. Long names and lists are cut and marked, and control
          characters are replaced.
      type: int
      sample: 0
    rules:
      description: All managed rules.
      type: list
      elements: dict
      contains: &rule
        name:
          description: Display name.
          type: str
          sample: LyncOps in-tcp-5061 g1
        key:
          description: What the rule is for; the same in every run.
          type: str
          sample: in-tcp-5061
        rows:
          description: Ids of the catalogue rows the rule serves; empty for site rules.
          type: list
          elements: str
          sample: [server-03]
        direction:
          description: V(in) or V(out).
          type: str
          sample: in
        action:
          description: V(allow), V(block) or V(bypass).
          type: str
          sample: allow
        enabled:
          description: Whether the rule takes part.
          type: bool
          sample: true
        protocol:
          description: V(tcp), V(udp), V(any) or a number.
          type: str
          sample: tcp
        local_ports:
          description: Ports on the host.
          type: str
          sample: "5061"
        remote_ports:
          description: Ports on the other side.
          type: str
          sample: any
        remote_addresses:
          description: The rule's scope.
          type: list
          elements: str
          sample: [any]
        profiles:
          description: Profiles it applies in.
          type: list
          elements: str
          sample: [domain, private, public]
        program:
          description: Program it is limited to, or empty.
          type: str
          sample: ""
        description:
          description: The rule's description on the host.
          type: str
          sample: "Managed by lyncops.firewall. Rows: server-03"
        opaque:
          description: Why the rule cannot be interpreted; empty for all rules that can.
          type: list
          elements: str
          sample: []
        entry:
          description: Name of the entry in C(extra_rules) that it was made of.
          returned: for site rules
          type: str
          sample: Ping
        service:
          description: Short name of the service it is limited to.
          returned: where it is limited to one
          type: str
          sample: MSSQLSERVER
        icmp_type_code:
          description: Types and codes of ICMP.
          returned: where it is limited to some
          type: list
          elements: str
          sample: ["8:*"]
        local_addresses:
          description: Addresses of the host.
          returned: where it is limited to some
          type: list
          elements: str
          sample: [10.0.0.5]
        interfacetypes:
          description: Types of network interfaces.
          returned: where it is limited to some
          type: list
          elements: str
          sample: [lan]
        conditions:
          description: Further conditions that netsh cannot say, as the registry has them.
          returned: where it has some
          type: list
          elements: str
          sample: [Platform=2:6:1]
        edge:
          description: Edge traversal.
          returned: where it is on
          type: str
          sample: "yes"
        security:
          description: What IPsec has to do.
          returned: where it has to do anything
          type: str
          sample: authenticate
after:
  description: The managed part of the host as read after the work; in check mode as it would be.
  returned: when the host was read
  type: dict
  contains: *state
other_firewall:
  description: Name of the firewall product that has taken over from Windows Firewall, or empty. Then nothing is known.
  returned: when the host was read
  type: str
  sample: ""
service_changes:
  description:
    - What was, or would be, done to the firewall service. V(automatic) makes it start with Windows, V(started) starts
      it.
  returned: when the host was read
  type: list
  elements: str
  sample: []
profiles_enabled:
  description: Profiles whose firewall was, or would be, switched on.
  returned: when the host was read
  type: list
  elements: str
  sample: []
settings_changed:
  description: Settings of profiles that were, or would be, changed, one by one.
  returned: when the host was read
  type: list
  elements: dict
  sample: [{profile: domain, setting: log_dropped, before: "false", after: "true"}]
groups_switched:
  description:
    - Groups of Windows' own rules that were, or would be, switched on or off. C(reference) is what the host calls the
      group, C(rules) are the names of the rules that change, C(says) is what these do once they are on, or what
      no longer holds, in words.
  returned: when the host was read
  type: list
  elements: dict
  sample:
    - group: Windows Remote Management
      reference: "@FirewallAPI.dll,-30267"
      enabled: true
      rules: [WINRM-HTTP-In-TCP]
      says: ["Any address may connect to TCP 5985"]
summary:
  description: What was done, or would be, in a line. Where O(host_variables) is set it is shown as well.
  returned: success
  type: str
  sample: "fe01.example.com (front_end): 31 managed rules; 2 created, 0 updated, 1 deleted, 29 kept"
created:
  description: Rules that were, or would be, added.
  returned: when the host was read
  type: list
  elements: dict
  contains: *rule
updated:
  description: Rules that were, or would be, changed in place; C(changes) names the fields.
  returned: when the host was read
  type: list
  elements: dict
  contains: *rule
deleted:
  description: Names of rules that were, or would be, removed, those that are replaced by a newer generation included.
  returned: when the host was read
  type: list
  elements: str
  sample: [LyncOps in-tcp-5060 g1]
kept:
  description: Names of managed rules that are as they should be.
  returned: when the host was read
  type: list
  elements: str
  sample: [LyncOps in-tcp-5061 g1]
stale:
  description: Managed rules that are no longer wanted, and whether they are deleted.
  returned: when the host was read
  type: list
  elements: dict
  sample: [{name: LyncOps in-tcp-5060 g1, deleted: true}]
refused:
  description: What is wanted and could not be done, with the reason; the task fails if there is any.
  returned: when the host was read
  type: list
  elements: dict
  sample: []
by_policy:
  description:
    - Rules of ours that Group Policy brings and that do what is wanted, as the policy's owner put them in. No local
      rule is made beside them. A local one that is the same stays, and keeps the port open where the policy is
      unlinked; one that differs goes, as others that are wanted no more do.
  returned: when the host was read
  type: list
  elements: str
  sample: []
policy_stale:
  description:
    - Rules of ours that Group Policy brings and that are not wanted so, such as those of an earlier scope or role. Only
      the policy's owner can renew them, so O(on_ineffective) says what becomes of the task.
  returned: when the host was read
  type: list
  elements: str
  sample: []
commands:
  description: The command lines of the plan, as a person would type them on the host.
  returned: when the host was read
  type: list
  elements: str
  sample: ['netsh advfirewall firewall add rule name="LyncOps in-tcp-5061 g1" dir=in action=allow enable=yes profile=any
      protocol=tcp localport=5061 remoteip=any']
requirements:
  description:
    - The catalogue rows that apply to the host, each with the keys of the rules that serve it and the verdict on the
      state in RV(after).
    - C(verdict) is V(open), V(conditional) (only for a program or service), V(unknown) or V(closed), the worst of all
      transports and profiles; C(reason), C(by) and C(part) say why, by which rule or setting, and for which part of the
      traffic; C(by_profile) has the same for each profile where they differ.
    - C(remote_addresses) is whom the row lets in, C(scope_note) why that is any although O(scope=topology), and
      C(programs) the programs that its rules are limited to.
    - C(except) is there where a few blocked addresses are left out of an open row (O(tolerate_blocked_addresses)), with
      the number of C(addresses) and of C(rules) that block them, the C(first) three, and C(private) ones among them.
    - C(by) names three rules at most, and C(more_rules) counts the others.
    - C(admits) is who gets in on the row's ports by what is in effect, whoever is meant to. It has the first six
      addresses, and how many more there are. It is null where that cannot be told, and where the host opens the
      connection.
    - C(wider) is there where others get in than the row is scoped to, with their C(addresses), C(by) which rules or
      settings, how many C(more_rules), on which C(ports) if not on all, and in which C(profiles). On an Edge Server it
      is there as well where others, or a firewall that is off, open the ports at an external address that is not the
      row's; one of the C(addresses) says at which. C(perhaps) is V(true) where that is not certain, such as where it is
      not known whether a rule's program is the one that listens. Who may get in beside those who certainly do is the
      last of the C(addresses), which begins with C(perhaps).
      C(blockable) is V(true) where O(on_wider=block_others) can keep them out, so not on rows that clients use, and not
      where that is set. A profile whose firewall is off has its own reason, and is not wider at the row's own
      address.
    - C(unprotected) is V(true) where everything is let through because the profile's firewall is off.
    - C(remedy) is what a person can do about a rule or a setting that this collection does not touch, such as a foreign
      block rule. It is one command line where netsh can name the rule, otherwise where to look, and empty where there
      is nothing of that kind.
  returned: when the host was read
  type: list
  elements: dict
  sample:
    - id: server-03
      service: Lync Server Front-End service
      direction: in
      transports: [tcp]
      ports: "5061"
      documented_ports: "5061"
      overridden: false
      remote_addresses: [any]
      scope_note: ""
      programs: []
      feature: null
      caveat: null
      rules: [in-tcp-5061]
      verdict: open
      reason: rule
      by: [LyncOps in-tcp-5061 g1]
      more_rules: 0
      part: ""
      unprotected: false
      admits: [any]
      remedy: ""
      by_profile: {}
wider:
  description:
    - How many C(rows) admit more than they are scoped to, of how many more that cannot be told for certain
      (C(perhaps)), and whether a host with such a row C(fails) (O(on_wider)).
  returned: when the host was read
  type: dict
  sample: {rows: 0, perhaps: 0, fails: false}
rollback:
  description:
    - Empty where no rollback was needed, or none was wanted.
    - V(confirmed) where one was armed and taken away again, V(fired) where the host restored itself. V(armed) where the
      host was lost and did not come back, so that it is not known which of both.
  returned: when the host was read
  type: str
  sample: confirmed
arms_rollback:
  description:
    - Whether a rollback is armed (O(rollback)) before anything is sent (C(armed)), and C(why) it is or is not. In check
      mode, whether it would be. The reasons are what may be closed; of more than three it says how many.
    - C(why) is empty where nothing is to be done. C(minutes), where it is armed, are those of O(rollback_after).
  returned: when the host was read
  type: dict
  sample:
    armed: false
    why: ["it only adds or widens: nothing that is open now is closed"]
disabled_lync_rules:
  description: Names of Lync's own rules, C(CS ...), that are on the host and disabled. They are never touched.
  returned: when the host was read
  type: list
  elements: str
  sample: [CS RTCSRV]
product:
  description: The product whose rows the host was judged by, one of the choices of O(product); empty without roles.
  returned: when the host was read
  type: str
  sample: skype_2019
skipped_rows:
  description:
    - Ids of rows that apply and were left out, with O(skip_rows), or because O(peers) and O(client_networks) say that
      there is nobody whom they would let in. The inbound ones of the latter are in RV(requirements) too, with the
      reason V(nobody), so that it is seen whom rules of others admit there.
  returned: when the host was read
  type: list
  elements: str
  sample: []
networks:
  description:
    - The network interfaces that are connected, and the firewall profile that each is in now, as
      RV(lyncops.firewall.lync_firewall_info#module:networks).
  returned: when a requirement stays closed, whatever O(on_ineffective) says
  type: list
  elements: dict
  sample: [{interface: Ethernet, network: example.com, profile: domain}]
impact:
  description:
    - What is in use on the host and would be, or was, cut because its firewall begins to filter, or because block rules
      keep out who uses it (O(on_wider=block_others)).
  returned: when the host was read
  type: list
  elements: str
  sample: ["tcp 1433 sqlservr.exe, 2 connected (10.0.0.9, 10.0.0.10)"]
cuts:
  description:
    - The same for a plan, with all who are connected. C(closed) are ports that are closed as the firewall begins to
      filter, C(kept_out) are ports with those whom block rules keep out, and C(left_out) is how many connections there
      was no room for.
  returned: when the host was read
  type: dict
  sample:
    closed: [{protocol: tcp, port: 1433, program: sqlservr.exe, peers: [10.0.0.9, 10.0.0.10]}]
    kept_out: []
    left_out: 0
connected_to:
  description: Where the host was connected to, for a plan.
  returned: when the host was read
  type: str
  sample: fe01.example.com port 5986
left_alone:
  description:
    - Whether nothing was sent because what is to be done, or would be cut, is not what is in O(plan), or the host is
      connected to at another address. A message says so, and nothing else is returned. It is no failure of the task, so
      that a batch goes on; the playbook C(remediate) fails on such hosts at its end.
  returned: when O(plan) is given, and it is so
  type: bool
  sample: true
plan_digest:
  description:
    - A digest, SHA-256, of all that is to be done, or was, of what is refused, and of the rules that are deleted or
      changed as they were. The same plan has the same digest on every host and at any time. See O(plan).
  returned: when the host was read
  type: str
  sample: 3f0c9a47c1b25c7f0a9c9a0b1e8d6a50b7f3a86a0f3cf1f1a0c9f4f8d0a5e9b2
undo:
  description: The commands that undo RV(commands), in their order, and what they cannot bring back.
  returned: when the host was read
  type: dict
  contains:
    commands:
      description: The command lines.
      type: list
      elements: str
    losses:
      description: What stays as it was made, in sentences.
      type: list
      elements: str
  sample:
    commands: ['netsh advfirewall firewall delete rule name="LyncOps in-tcp-5061 g1"']
    losses: []
foreign:
  description:
    - The fingerprint of all that is not ours, before and after. That is every rule but the managed ones, of all stores
      and as the registry has it, and the settings of the profiles.
  returned: when the host was read
  type: dict
  contains:
    rules:
      description: How many such rules there were.
      type: int
    sha256:
      description: Digest of these rules and of the settings, before.
      type: str
    rules_after:
      description: How many there are.
      type: int
    sha256_after:
      description: Digest after; in check mode of the state that is predicted.
      type: str
    differences:
      description:
        - What was changed meanwhile, by somebody else, in words; a profile that the plan switches on is not among it.
      type: list
      elements: str
    marks:
      description: The first digits of the digest of each rule, 16 or of many rules 8, for a plan. In check mode only.
      type: str
    names:
      description:
        - Mark to the name of the rule, so that one that is gone later can be named. In check mode only, and of as many
          as go into 10,000 bytes.
      type: dict
    settings:
      description: The settings, for a plan. In check mode only.
      type: dict
  sample:
    rules: 412
    sha256: 8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1
    rules_after: 412
    sha256_after: 8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1
    differences: []
"""
