# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens on a host, by its own word."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.reading import ReadError
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.listening import read_listening

NETSTAT = """
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABH\u00d6REN         704
  TCP    0.0.0.0:5061           0.0.0.0:0              ABH\u00d6REN         1208
  TCP    127.0.0.1:1434         0.0.0.0:0              ABH\u00d6REN         1300
  TCP    10.0.0.5:5062          10.0.0.9:50123         HERGESTELLT     1208
  TCP    [::]:5061              [::]:0                 ABH\u00d6REN         1208
  TCP    [::1]:8080             [::]:0                 ABH\u00d6REN         1208
  UDP    0.0.0.0:1434           *:*                                    1300
  UDP    127.0.0.1:5000         *:*                                    1300
"""


def host(text: str, end: str = "ok", commands: list[str] | None = None) -> Any:
    def run(command: str) -> Any:
        (commands if commands is not None else []).append(command)
        found = re.search(r"@(\w+)-sockets-ok", command)
        assert found
        return SimpleNamespace(stdout=f"@{found[1]}-begin\r\n{text}@{found[1]}-sockets-{end}\r\n")

    return SimpleNamespace(run=run)


def test_what_others_can_reach_and_nothing_else_with_one_command() -> None:
    commands: list[str] = []
    found = read_listening(host(NETSTAT.replace("\n", "\r\n"), commands=commands))
    assert found is not None
    assert {transport: str(ports) for transport, ports in found.items()} == {"tcp": "135,5061", "udp": "1434"}
    assert len(commands) == 1


@pytest.mark.parametrize(("text", "end"), [("", "no"), ("", "ok"), (NETSTAT, "no"), ("denied\r\n", "ok")])
def test_a_host_that_does_not_tell(text: str, end: str) -> None:
    assert read_listening(host(text, end)) is None


def test_half_an_answer_is_none() -> None:
    with pytest.raises(ReadError):
        read_listening(SimpleNamespace(run=lambda _command: SimpleNamespace(stdout="@x-begin\r\n" + NETSTAT)))
