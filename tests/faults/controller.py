# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller of its own process, so that it can be killed: `python controller.py ADDRESS PORT SCENARIO`.

It waits in real time, and prints one line when it is done, which the test that kills it must never see.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(address: str, port: str, name: str) -> None:
    """Enforce a scenario on a host."""
    sys.path.insert(0, str(ROOT / "tests"))
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(ROOT / "build" / "collections")])
    from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.enforcement import enforce
    from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost

    from faults.scenarios import SCENARIOS
    from faults.stack import connect

    scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
    outcome = enforce(RemoteHost(connect(address, int(port)), lambda _line: None), scenario.wanted, False)
    print(f"done, rollback {outcome.rollback}")


if __name__ == "__main__":
    main(*sys.argv[1:])
