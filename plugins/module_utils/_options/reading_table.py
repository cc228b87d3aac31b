# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the module that only reads, each said once; see `rules_table`."""

from __future__ import annotations

from .option import Option

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
