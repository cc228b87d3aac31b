# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that say what a host should be, each said once; see `rules_table`."""

from __future__ import annotations

from .._catalogue.words import HOST_ROLES, Role
from .option import Option
from .rules_table import RULE_OPTIONS
from .site import BUILTIN_GROUPS, PROFILE_SETTINGS
from .words import BLOCK_OTHERS, ENFORCE, FAIL, LARGEST_ANSWER, REPORT

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
            "Profiles that Group Policy keeps off are refused with a message.",
        ),
        choices=("enabled", "unmanaged"),
        default="unmanaged",
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
