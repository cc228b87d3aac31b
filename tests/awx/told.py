# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line and environment that AWX 24.6.1 gives a job and an inventory update; test_recorded.py holds them."""

from __future__ import annotations

from awx.setup_data import Template

_OF_JOBS = "/runner/requirements_collections:~/.ansible/collections:/usr/share/ansible/collections"
_BOTH = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_PARAMIKO_RECORD_HOST_KEYS": "False",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "ANSIBLE_STDOUT_CALLBACK": "awx_display",
    "ANSIBLE_UNSAFE_WRITES": "1",
}
OF_JOB = {**_BOTH, "ANSIBLE_COLLECTIONS_PATH": _OF_JOBS, "ANSIBLE_COLLECTIONS_PATHS": _OF_JOBS}
OF_INVENTORY = {
    **_BOTH,
    # The old name alone: ansible-core 2.19 and later do not look at it.
    "ANSIBLE_COLLECTIONS_PATHS": f"{_OF_JOBS}:/usr/share/automation-controller/collections",
    "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
    "ANSIBLE_INVENTORY_EXPORT": "True",
    "ANSIBLE_VERBOSE_TO_STDERR": "True",
}


def of_job(template: Template, user: str, limit: str = "", job_type: str = "") -> list[str]:
    """The options of ansible-playbook, before the inventory.

    :param user: Of the Machine credential; a template without one runs as the user of the image.
    """
    raw = template.raw
    check = ["--check"] if (job_type or raw["job_type"]) == "check" else []
    login = ["-u", user, "--ask-pass"] if raw["credentials"] else ["-u", "root"]
    diff = ["--diff"] if raw["diff_mode"] else []
    return [*check, *login, *diff, f"--forks={raw['forks']}", *(["-l", limit] if limit else [])]


def of_inventory(source_path: str, project: str, output: str, folder: str) -> list[str]:
    """The arguments of ansible-inventory for an inventory source of a project."""
    source = ["-i", f"{project}/{source_path}", "--output", output, "--playbook-dir", folder]
    return ["--list", "--export", *source, "-vvv"]
