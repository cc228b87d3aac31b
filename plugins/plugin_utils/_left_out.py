# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether --tags and --skip-tags leave out the work of a playbook, which is no failure for Ansible.

What they mean is Ansible's, see https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_tags.html. No
variable tells of --start-at-task: it leaves out the play before, without which those that follow refuse to begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_OURS = "lync_firewall"
_ALWAYS = "always"


def tags_of(part: str, always: bool) -> frozenset[str]:
    """The tags of the tasks that are a part of a playbook's work.

    Args:
        part: ``audit``, ``report`` and so on: the tag without its ``lync_firewall_``.
        always: Whether they are run whatever --tags names.
    """
    return frozenset({_OURS, f"{_OURS}_{part}", *([_ALWAYS] if always else [])})


def left_out(parts: Iterable[str], always: bool, known: Mapping[str, Any]) -> str:
    """The option of Ansible that leaves a part of the work out, as it was given; empty where all of it is run.

    Args:
        parts: See `tags_of`.
        always: See `tags_of`.
        known: The variables of a task, of which Ansible's own have what both name.
    """
    wanted, unwanted = (list(map(str, known.get(f"ansible_{name}_tags") or ())) for name in ("run", "skip"))
    for tags in (tags_of(part, always) for part in parts):
        if _are_skipped(tags, set(unwanted)):
            return f"--skip-tags {','.join(unwanted)}"
        if not _are_run(tags, set(wanted)):
            return f"--tags {','.join(wanted)}"
    return ""


def _are_run(tags: frozenset[str], wanted: set[str]) -> bool:
    return bool({*tags, "all", "tagged"} & wanted) or _ALWAYS in tags or not wanted


def _are_skipped(tags: frozenset[str], unwanted: set[str]) -> bool:
    if "all" in unwanted:
        return _ALWAYS not in tags or _ALWAYS in unwanted
    return bool({*tags, "tagged"} & unwanted)
