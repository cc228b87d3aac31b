# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One job, run as AWX runs it: ansible-runner transmit, worker (a process of its own), process.

The private data directory is laid out as AWX's: the project, an inventory program that prints JSON, env/extravars in
which all text is !unsafe unless the template itself holds it (awx/main/utils/safe_yaml.py), user and password as from a
Machine credential, on the command line and at the prompt.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ansible_runner
import yaml

from awx import told
from awx.setup_data import PROJECT, ROOT, Template
from awx.survey import extra_vars

COLLECTIONS = ROOT / "build" / "collections"
# Generous: a job takes seconds, a busy machine ten times as long.
TIMEOUT = 300
# What AWX takes from its own environment would only hide what a job needs; so does a developer's configuration.
_DROPPED = ("ANSIBLE_", "PYTHONPATH", "LYNCOPS_")


@dataclass(frozen=True)
class Login:
    """A Machine credential."""

    user: str
    password: str


@dataclass(frozen=True)
class Job:
    """What became of a job.

    :ivar status: `successful` or `failed`, as ansible-runner says.
    :ivar artifacts: What the playbook handed over with set_stats.
    :ivar changed: Hosts with a changed task.
    :ivar extra_vars: The extra variables it was given.
    """

    status: str
    artifacts: Mapping[str, Any]
    changed: tuple[str, ...]
    output: str
    extra_vars: Mapping[str, Any] = field(default_factory=dict)


class _UnsafeDumper(yaml.SafeDumper):
    """Marks all text !unsafe, so that Ansible never templates what was not written by the template's owner."""

    def represent_data(self, data: object) -> Any:
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


def run(
    template: Template,
    folder: Path,
    inventory: Mapping[str, Any],
    login: Login,
    at_launch: Mapping[str, Any] | None = None,
    arguments: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Job:
    """Run a job of a template.

    :param folder: For its files; must not exist. (AWX: the container, gone after the job.)
    :param inventory: Groups and `_meta`, as `ansible-inventory --list --export` prints them.
    :param at_launch: Answers to the survey, or artifacts of jobs before it.
    :param arguments: More of the command line, such as `--limit`.
    :param facts: What AWX itself tells of the job, beside its id; nothing beats that.
    """
    variables = {**extra_vars(template, at_launch or {}), "awx_job_id": 42, **(facts or {})}
    sent, back = folder / "sent", folder / "back"
    _write(sent, template, inventory, variables)
    stream = folder / "transmitted"
    with stream.open("wb") as output:
        ansible_runner.interface.run(
            streamer="transmit",
            _output=output,
            private_data_dir=str(sent),
            playbook=template.playbook,
            ident="42",
            cmdline=" ".join([*told.of_job(template, login.user), *arguments]),
            passwords={r"SSH password:\s*?$": login.password},
            envvars=_environment(),
            settings={"suppress_ansible_output": True, "job_timeout": TIMEOUT},
        )
    results = folder / "results"
    with stream.open("rb") as source, results.open("wb") as output:
        subprocess.run(
            [sys.executable, "-m", "ansible_runner", "worker", "--private-data-dir", str(folder / "worker")],
            stdin=source,
            stdout=output,
            timeout=TIMEOUT,
            check=False,  # its exit code is the playbook's; what became of the job is in the stream
            env=_clean_environment(),
        )
    events: list[dict[str, Any]] = []
    with results.open("rb") as source:
        runner = ansible_runner.interface.run(
            streamer="process",
            _input=source,
            private_data_dir=str(back),
            ident="42",
            event_handler=lambda event: events.append(event) or True,
            quiet=True,
        )
    return _job(runner.status, events, variables)


def _write(folder: Path, template: Template, inventory: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
    shutil.copytree(PROJECT, folder / "project")
    (folder / "inventory").mkdir()
    program = folder / "inventory" / "hosts"
    program.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(inventory)!r})\n")
    program.chmod(stat.S_IRWXU)
    (folder / "env").mkdir()
    trusted = template.extra_vars
    (folder / "env" / "extravars").write_text(
        "".join(
            yaml.dump({key: value}, Dumper=yaml.SafeDumper if _same(trusted, key, value) else _UnsafeDumper)
            for key, value in json.loads(json.dumps(variables)).items()
        )
    )


def _same(trusted: Mapping[str, Any], key: str, value: object) -> bool:
    return key in trusted and trusted[key] == value


def _environment() -> dict[str, str]:
    """As AWX's, but for where the collections are, colours, and the callback, which is the image's."""
    given = {key: value for key, value in told.OF_JOB.items() if key != "ANSIBLE_STDOUT_CALLBACK"}
    given["ANSIBLE_FORCE_COLOR"] = "false"
    return {**given, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_COLLECTIONS_PATHS": str(COLLECTIONS)}


def _clean_environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_DROPPED)}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _job(status: str, events: Sequence[Mapping[str, Any]], variables: Mapping[str, Any]) -> Job:
    (stats,) = [event["event_data"] for event in events if event["event"] == "playbook_on_stats"] or [{}]
    return Job(
        status=status,
        artifacts=stats.get("artifact_data", {}),
        changed=tuple(sorted(stats.get("changed", {}))),
        output="\n".join(event["stdout"] for event in events if event.get("stdout")),
        extra_vars=variables,
    )
