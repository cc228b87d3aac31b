# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a host's demands; reads the programs that listen only where a verdict depends on them."""

from __future__ import annotations

from dataclasses import replace

from ...module_utils._firewall.state.snapshot import Snapshot
from ...module_utils._policy.effect import Effect, depends_on_programs, judge_policy, listening_services
from ...module_utils._policy.host_policy import HostPolicy
from .reading import read_programs
from .remote_host import RemoteHost


def judge_host(host: RemoteHost, policy: HostPolicy, snapshot: Snapshot) -> tuple[Effect, ...]:
    """Judge every demand of a host.

    Where all managed rules are in place no verdict depends on programs, so usually no services are read, which saves a
    dozen processes on the host.

    Args:
        host: The host.
        policy: What it needs.
        snapshot: What it has, or will have.

    Raises:
        ConnectionLost, ReadError, NotElevated: The programs could not be read.
    """
    effects = judge_policy(policy, snapshot)
    services = listening_services(policy)
    if not services or not depends_on_programs(effects):
        return effects
    programs = tuple(sorted(read_programs(host, services).items()))
    return judge_policy(policy, replace(snapshot, programs=programs))
