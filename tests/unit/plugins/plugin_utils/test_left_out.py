# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tags leave out the work of a playbook: as Ansible itself decides it, and as the tasks are really tagged."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.playbook.taggable import Taggable
from ansible_collections.lyncops.firewall.plugins.plugin_utils._left_out import left_out, tags_of
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[4]
PARTS = ("audit", "report", "plan", "probe")
CHANGING = ("rules", "matrix", "gpo")
_TAGS = st.sampled_from(
    ["lync_firewall", "lync_firewall_audit", "lync_firewall_rules", "always", "all", "tagged", "untagged", "web"]
)


def _runs(tags: frozenset[str], run_tags: list[str], skip_tags: list[str]) -> bool:
    task: Any = SimpleNamespace(
        tags=list(tags), untagged=Taggable.untagged, _loader=None, _parent=None, _get_all_taggable_objects=list
    )
    # Ansible's command line puts in `all` where --tags names nothing.
    return bool(Taggable.evaluate_tags(task, run_tags or ["all"], skip_tags, {}))


@given(st.lists(_TAGS, max_size=3), st.lists(_TAGS, max_size=3), st.sampled_from(PARTS + CHANGING))
def test_it_is_as_ansible_decides(run_tags: list[str], skip_tags: list[str], part: str) -> None:
    always = part in PARTS
    told = left_out([part], always, {"ansible_run_tags": run_tags, "ansible_skip_tags": skip_tags})
    assert (not told) is _runs(tags_of(part, always), run_tags, skip_tags)
    assert not told or told.startswith(("--tags ", "--skip-tags "))


@pytest.mark.parametrize(
    ("part", "file"),
    [("audit", "read"), ("report", "report"), ("plan", "plan"), ("probe", "probe"), ("rules", "main")]
    + [(name, name) for name in ("matrix", "gpo")],
)
def test_tasks_have_these_tags(part: str, file: str) -> None:
    tasks = yaml.safe_load((ROOT / "roles" / "lync_firewall" / "tasks" / f"{file}.yml").read_text())
    assert {frozenset(task["tags"]) for task in tasks} == {tags_of(part, part in PARTS)}
