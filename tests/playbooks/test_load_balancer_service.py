# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role lync_load_balancer asks of systemd, by its defaults; the systemctl here only notes it.

The other tests of the role run HAProxy without systemd and give commands of their own.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from playbooks.runs import BIN, LONG, ROOT, environment

ROLE = ROOT / "roles" / "lync_load_balancer"
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "{log}"
case "$1" in
show) printf 'LoadState=loaded\\nActiveState={state}\\nSubState=x\\nUnitFileState={enabled}\\n' ;;
is-enabled) echo {enabled}; test {enabled} = enabled ;;
is-active) echo {state}; test {state} = active ;;
reload) exit {reload} ;;
esac
"""


def _services(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tasks that have a service started, wherever they are."""
    found = [task for task in tasks if "ansible.builtin.service" in task]
    for task in tasks:
        for part in ("block", "rescue", "always"):
            found += _services(task.get(part, []))
    return found


def _run(folder: Path, *arguments: str, state: str = "inactive", enabled: str = "disabled", reload: int = 0) -> Any:
    """Run the role's own two tasks, and give what systemctl was asked to do, beside looking."""
    log, program = folder / "asked.txt", folder / "bin" / "systemctl"
    program.parent.mkdir(exist_ok=True)
    program.write_text(SYSTEMCTL.format(log=log, state=state, enabled=enabled, reload=reload))
    program.chmod(0o755)
    log.write_text("")
    (service,) = _services(yaml.safe_load((ROLE / "tasks" / "main.yml").read_text("utf-8")))
    handlers = yaml.safe_load((ROLE / "handlers" / "main.yml").read_text("utf-8"))
    (handler,) = [one for one in handlers if one["name"] == "Reload HAProxy"]
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "vars_files": [str(ROLE / "defaults" / "main.yml")],
        "module_defaults": {"ansible.builtin.service": {"use": "ansible.builtin.systemd"}},
        "tasks": [service, handler],
    }
    (folder / "play.yml").write_text(json.dumps([play]))
    env = environment()
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), "-i", "localhost,", "-c", "local", "play.yml", *arguments],
        cwd=folder,
        env={**env, "PATH": f"{program.parent}:{env['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    asked = [
        line for line in log.read_text().splitlines() if line.split()[0] not in ("show", "is-enabled", "is-active")
    ]
    return done, asked


@pytest.mark.newest_core
def test_haproxy_is_enabled_and_started_and_reloaded_never_restarted(tmp_path: Path) -> None:
    done, asked = _run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert asked == ["enable haproxy", "start haproxy", "reload haproxy"]
    done, asked = _run(tmp_path, state="active", enabled="enabled")
    assert (done.returncode, asked) == (0, ["reload haproxy"]), done.stdout


@LONG
@pytest.mark.newest_core
def test_check_mode_asks_for_nothing_and_a_reload_that_fails_is_a_failure(tmp_path: Path) -> None:
    done, asked = _run(tmp_path, "--check")
    assert (done.returncode, asked) == (0, []), done.stdout
    done, asked = _run(tmp_path, state="active", enabled="enabled", reload=1)
    assert (done.returncode, asked) == (2, ["reload haproxy"]), done.stdout
