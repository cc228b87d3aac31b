# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All options of the modules that read and change hosts, each said once.

The argument specifications of the modules, what the filters accept, and the documentation of both are made from these
rows; tests hold the role's specification, defaults and mapping against them.
"""

from __future__ import annotations

from .._catalogue.model import HOST_ROLES, Feature, Interface, Peer, Product, Role, Ruleset
from .._catalogue.products import ABOUT
from .._firewall.state.rollback_files import LONGEST_DELAY, SHORTEST_DELAY
from .._firewall.state.rule import Profile
from .option import Option
from .site import BUILTIN_GROUPS, EXTRA_RULES, PROFILE_SETTINGS

ANY_SCOPE = "any"
SCOPES = (ANY_SCOPE, "topology")
PROGRAMS = ("any", "listener")
FAIL, BLOCK_OTHERS = "fail", "block_others"
REPORT, ENFORCE = "report", "enforce"

LARGEST_ANSWER = 16
"""Megabytes that are taken from a host by default."""

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

ROLES = Option(
    "roles",
    (
        "The host's Lync roles, all of them. M(lyncops.firewall.lync_firewall) requires them with O(state=present). "
        "M(lyncops.firewall.lync_firewall_info) returns only the host's state without any. With O(state=absent) they "
        "are not allowed.",
        "V(front_end) together with V(mediation) is a Front End with a collocated Mediation Server, and brings the "
        "rows that the table has for it.",
        "V(central_management) stands beside V(front_end) on the server that holds the Central Management store.",
        "Which roles there are depends on O(product): V(video_interop) (Video Interop Server) and V(office_online) "
        "(Office Online Server) came after Lync Server 2013, and V(office_web_apps) (Office Web Apps Server) is none "
        "of Subscription Edition's.",
        "V(client) is a user's computer with a Lync client, and stands alone; see O(clients).",
    ),
    type="list",
    elements="str",
    choices=tuple(role.value for role in (*HOST_ROLES, Role.CLIENT)),
)

HOST_OPTIONS: tuple[Option, ...] = (
    ROLES,
    Option(
        "state",
        (
            "V(present) brings the host to what O(roles) need.",
            "V(absent) removes all managed rules and leaves alone the service, the profiles, their settings and "
            "Windows' own groups of rules.",
        ),
        choices=("present", "absent"),
        default="present",
    ),
    *RULE_OPTIONS,
    Option(
        "clients",
        (
            "What to do with a host that has the role V(client), as the hosts of the group C(lync_client) have.",
            "V(report) judges its rows and wants no rule there: the setup of the client makes its own exceptions. "
            "With O(host_variables), M(lyncops.firewall.lync_firewall) skips such a host.",
            "V(enforce) manages rules as on a server, limited to O(client_program), which it needs.",
            "Says nothing of a host with a role of a server, which gets no rule of a client whatever its groups are.",
        ),
        choices=(REPORT, ENFORCE),
        default=REPORT,
    ),
    Option(
        "exclusive",
        (
            "Whether managed rules that are no longer wanted are removed. If V(false), they are only reported as "
            "stale, and are no drift; but for the block rules of C(block_others), which only keep people out, and "
            "always go. A rule of O(extra_rules) whose entry is gone stays until V(state: absent) takes it away.",
            "Never concerns rules of anybody else.",
        ),
        type="bool",
        default=True,
    ),
    Option(
        "tolerate_blocked_addresses",
        (
            "Whether a row that is for any address stays V(open) although block rules keep a few addresses out, as "
            "brute-force protection writes them. The verdict then says how many and which (C(except)).",
            "Few means that each blocked range is smaller than an IPv4 /24 or IPv6 /64, and touches none of the "
            "addresses that the host's rows name as peers or client networks, nor of O(known_addresses).",
            "If V(false), such a row is V(closed).",
        ),
        type="bool",
        default=True,
    ),
    Option(
        "known_addresses",
        (
            "Addresses and networks of which it is known that they connect, beside O(peers) and O(client_networks). A "
            "row for any address is V(closed) where a block rule of others keeps one of them out; see "
            "O(tolerate_blocked_addresses).",
        ),
        type="list",
        elements="str",
        default=(),
    ),
    Option(
        "on_wider",
        (
            "What to do where a row admits more than it is scoped to, because a rule of somebody else lets others in. "
            "Lync's own rules C(CS ...) do: they are for any address, and Lync makes them again whenever its services "
            "start. Nothing of anybody else is ever changed.",
            "V(report) says so (C(wider) in RV(requirements)). V(fail) makes such a host fail, and C(ineffective) in "
            "an audit; a row of which it cannot be told does not.",
            "V(block_others) adds managed block rules for everybody else on exactly these ports, since a block rule "
            "beats every allow rule. They are planned, previewed and undone as all managed rules are. None is made for "
            "rows that clients or unknown peers use, for ports of management (WinRM, remote desktop, RPC, file "
            "sharing), nor against anybody whom another managed rule admits on the port.",
            "It counts with O(scope=topology) or O(remote_addresses) only: a row for any address is never wider. But "
            "on an Edge Server a rule that opens a port at an external address of another interface counts with any "
            "scope; V(block_others) does nothing about that.",
        ),
        choices=("report", FAIL, BLOCK_OTHERS),
        default="report",
    ),
    Option(
        "firewall_service",
        (
            "V(started) makes sure that the Windows Firewall service (MpsSvc) runs and starts with Windows. Where "
            "Windows refuses to change the start type of a running service, that is a warning.",
            "V(unmanaged) leaves it alone; while it does not run no rule can be written.",
            "Starting the service on a host where it was stopped begins to filter traffic, WinRM included.",
        ),
        choices=("started", "unmanaged"),
        default="started",
    ),
    Option(
        "firewall_enabled",
        (
            "V(enabled) switches on the firewall of all three profiles, after the rules are in place.",
            "V(unmanaged) leaves the profiles as they are.",
            "V(true) is the former name of V(enabled). It is deprecated and goes with release 2.0.0.",
            "Profiles that Group Policy keeps off are refused with a message.",
        ),
        choices=("enabled", "unmanaged"),
        default="unmanaged",
        renamed=(("true", "enabled"),),
    ),
    PROFILE_SETTINGS,
    BUILTIN_GROUPS,
    Option(
        "largest_answer",
        (
            "Megabytes that are taken from a host, of one message and of all that one command prints, 1 to 512. A "
            "host that sends more is given up, so that a hostile or broken one cannot use up the controller's memory.",
            "A thousand rules are about 300 kB.",
        ),
        type="int",
        default=LARGEST_ANSWER,
        bounds=(1, 512),
    ),
    Option(
        "plan",
        (
            "A plan that M(lyncops.firewall.lync_firewall_plan) has written as JSON, and that somebody has approved. A "
            "relative path starts at the current directory.",
            "The module that changes hosts sends nothing to a host of which the plan is no longer that one, or that is "
            "not in it, and says so. So it is where more would be cut than the plan shows, and where the host is "
            "connected to at another address. A host on which nothing is left to do is no such host.",
            "The module that only reads compares what is not ours with what it was when the plan was made, and returns "
            "what differs in RV(foreign).",
        ),
        type="path",
    ),
    Option(
        "plan_digest",
        (
            "The digest of O(plan) that was approved, or at least its first 12 digits. A file with another digest is "
            "refused: somebody may have made a new plan in its place.",
        ),
    ),
)
"""The desired state of a host. Both modules take it, so that an audit judges by what enforcement would do."""

ENFORCING_OPTIONS: tuple[Option, ...] = (
    Option(
        "on_ineffective",
        (
            "What to do when a requirement stays closed in effect although all managed rules are in place, because a "
            "block rule of somebody else beats them, Group Policy ignores local rules, or all exceptions are switched "
            "off.",
            "Each is named with the rule or setting that causes it and, where there is one, the command that "
            "corrects it. Nothing of anybody else is ever changed.",
            "In check mode the predicted state is judged.",
        ),
        choices=("fail", "warn"),
        default="fail",
    ),
    Option(
        "accept_impact",
        (
            "A plan that makes the firewall of a profile begin to filter cuts whatever is in use and no rule admits; "
            "one with block rules (O(on_wider=block_others)) cuts whoever is connected and not meant to be; one that "
            "switches a group off (O(builtin_groups)) cuts whoever is connected and comes in by that group alone. "
            "Such a plan is refused with a list of it, unless it is covered by O(extra_rules) or accepted here.",
        ),
        type="bool",
        default=False,
    ),
    Option(
        "rollback",
        (
            "Whether a risky plan is commit-confirmed. Risky is what may close something inbound, WinRM included. That "
            "is to start the firewall service, to switch a profile on, to add a block rule, or to remove or narrow an "
            "allow rule whose traffic no other rule of the plan lets through.",
            "With V(auto) the host is told beforehand to restore itself, by a scheduled task (C(LyncOpsRollback), in "
            "the folder C(%SystemRoot%\\LyncOpsRollback)). The task is taken away once a new connection has shown that "
            "the host is still in reach. If that connection fails, the task waits until the host has restored itself, "
            "and fails.",
            "Only managed rules and the profiles that were switched on are restored. The firewall service stays "
            "started.",
            "Another run that holds the same host is waited for, at most O(rollback_after) and two minutes.",
            "With V(never) nothing of it is done, and a host that is cut off stays so.",
        ),
        choices=("auto", "never"),
        default="auto",
    ),
    Option(
        "rollback_after",
        (
            f"Minutes after which the host restores itself, {SHORTEST_DELAY} to {LONGEST_DELAY}. Writing may take 5 "
            "minutes, and a host must not wait for days.",
        ),
        type="int",
        default=10,
        bounds=(SHORTEST_DELAY, LONGEST_DELAY),
    ),
)
"""How the module that changes hosts goes about it."""

INFO_OPTIONS: tuple[Option, ...] = (
    Option(
        "dump",
        (
            "A file on the controller with what a host's registry holds. It is judged in place of the host, and "
            "nothing is connected to. A relative path starts at the playbook's folder.",
            "It is what C(reg query KEY /s) prints, what C(reg export) writes, or the output of the command line that "
            "this module runs, which it logs at verbosity 4. Several may be put together in one file; a key may come "
            "several times, a value of it only once.",
            "Only the key "
            "C(HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy) "
            "must be in it. What is taken for the others where they are absent, such as "
            "C(HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall) for Group Policy, is in RV(assumptions).",
            "At most 64 MiB of UTF-16 with a byte order mark, or of UTF-8.",
            "Or it is a registry hive, SYSTEM or SOFTWARE, as C(reg save) writes them and backups have them; at most "
            "512 MiB. The Python library dissect.regf has to be installed on the controller for hives.",
        ),
        type="path",
    ),
)
"""What the module that only reads takes beside."""

DUMPS = Option(
    "dumps",
    (
        "A folder on the controller with files that stand for hosts, each as of O(dump). No host is connected to. A "
        "relative path starts at the current directory.",
        "Files are matched to hosts by name, whatever the case: C(fe01.reg), C(fe01.txt), C(fe01.SYSTEM) and "
        "C(fe01.SOFTWARE), or a folder C(fe01) with files, are those of the host whose name in the inventory, whose "
        "short name, or whose C(ansible_host) is C(fe01). A text and hives of a host add up.",
        "A host without a file, or with two of a kind, is an error, and so is a link that leads out of the folder, a "
        "text that seems to be cut off, and a file that tells the name of another computer.",
    ),
    type="path",
)
"""What the module that only reads takes for an estate; as a variable it is refused where hosts are changed."""

DUMPS_MAX_AGE = Option(
    "dumps_max_age",
    (
        "How many days a file of O(dumps) may be old. What is said of one that is older, or of the future, is in "
        "RV(outdated), and a report that has such a host is not V(ok): audits of it fail. V(0) allows any age.",
    ),
    type="int",
    default=7,
    bounds=(0, 36500),
)
"""Files that are collected each night, or each week, are younger than that where all hosts still write theirs."""

HOST_VARIABLES = Option(
    "host_variables",
    (
        "Whether options that are not given are taken from the host's variables, as the role C(lync_firewall) names "
        "them: O(profiles) from C(lync_firewall_profiles), and so on.",
        "O(roles) are those of the host's inventory groups then, C(lync_front_end) and so on, unless "
        "C(lync_firewall_roles) names them; O(peers) are worked out from the inventory, and O(configured_ports) are "
        "those of C(lync_ports).",
        "A host that is only in C(lync_client) or C(lync_load_balancer) is skipped. A host without a role, or with a "
        "variable whose name is misspelt, is an error.",
    ),
    type="bool",
    default=False,
)
"""Both modules for hosts take it. The role gives it alone, so that no worker has to compile a template an option."""

AS_TEXT = Option(
    "as_text",
    (
        "Return everything but what Ansible itself looks at as one text, C(text), which is JSON. Ansible handles each "
        "part of a result several times, of one text only the text: that halves what a result costs the controller.",
        "M(lyncops.firewall.lync_firewall_report) reads both.",
    ),
    type="bool",
    default=False,
)
"""What the module that only reads takes for audits of many hosts."""

PROBE = Option(
    "probe",
    (
        "Read the host's own socket table too, for RV(listening), with one more command. It tells a port that nothing "
        "listens on from one that another firewall closes on the way: Windows answers neither.",
        "With O(host_variables) it is the variable C(lync_firewall_probe), with which the playbooks C(audit), "
        "C(verify) and C(report) probe the hosts; see M(lyncops.firewall.lync_port_probe).",
    ),
    type="bool",
    default=False,
)
"""What the module that only reads takes where its verdicts are to be probed."""

LOG = Option(
    "log",
    (
        "How far back the host's own firewall log is read, as V(90m), V(24h) or V(7d), at most 31 days. It tells, row "
        "by row, which sources were dropped in that time and how often, in RV(log). Without it no log is read.",
        "Only what a profile logs can be read: dropped packets where C(LogDroppedPackets) is on, and, where "
        "C(LogSuccessfulConnections) is on too, connections that are let through now and would be scoped out. Where "
        "nothing is logged that is one sentence, and nothing more is asked of the host.",
        "At most 2 MB of lines and two minutes are spent on a host, the newest lines first; RV(log) says how far "
        "back they go.",
        "Times in the log are the host's local ones. They are read by its present difference to UTC and by the "
        "controller's clock, so before a change to or from daylight saving time they are an hour off.",
        "The log is not in files that stand for hosts (O(dump), O(dumps)), and there RV(log) says so.",
    ),
)
"""What the module that only reads takes where a host's own record of what it drops is wanted."""
