# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make screenshots`: the pictures of README and guides, of real runs on simulated hosts; look at them afterwards.

Needs Debian's chromium and chromium-driver. Nothing is drawn by hand: pages are the report's, and the terminal is
what ansible-playbook printed.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.background import ROOT, free_network, running
from report import estate
from report.browser import CHROMIUM, Browser

PICTURES = ROOT / "docs" / "screenshots"
WIDTH, HEIGHT = 1400, 900
_STYLE = """body { margin: 0; background: #fff; color: #1c2430; font: 15px/1.45 sans-serif }
div { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; padding: 16px } figure { margin: 0 }
figcaption { font-weight: 600; padding: 0 2px 8px } img { width: 100%; border: 1px solid #bbb; border-radius: 6px }
pre { margin: 0; padding: 18px 22px; background: #14181f; color: #e7ebf0;
  font: 14px/1.45 'DejaVu Sans Mono', monospace }
b { color: #8fc7ff; font-weight: 400 }"""
_COMMANDS = (
    ("before", ("audit",)),
    ("", ("site",)),
    ("after", ("audit",)),
)


def playbook(inventory: Path, folder: Path, name: str, report: str) -> str:
    """Run a playbook with the fleet table, and give what a person who wants nothing else sees of it."""
    environment = {
        **os.environ,
        "ANSIBLE_CALLBACKS_ENABLED": "lyncops.firewall.fleet",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "150",
    }
    arguments = [f"lyncops.firewall.{name}", "-i", str(inventory), "-e", f"lync_firewall_report_dir={folder}"]
    arguments += ["-e", f"lync_firewall_report_name={report}"] if report else []
    program = Path(sys.executable).parent / "ansible-playbook"
    run = subprocess.run(
        [str(program), *arguments], check=False, cwd=folder, capture_output=True, text=True, env=environment
    )
    lines = run.stdout.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("host ")]
    if not heads:
        sys.exit(f"{run.stdout}\n{run.stderr}\nno table: ansible-playbook {name} ended with {run.returncode}")
    return "\n".join(lines[heads[-1] :])


def terminal(folder: Path, told: list[tuple[str, str]]) -> Path:
    """A page that looks like a terminal."""
    parts = [
        f"<b>$ ansible-playbook -i inventory.yml lyncops.firewall.{name}</b>\n{html.escape(text)}"
        for name, text in told
    ]
    return page(folder / "terminal.html", "<pre>" + "\n\n".join(parts) + "</pre>")


def page(path: Path, body: str) -> Path:
    """A page of our own, which the browser takes for drawn."""
    path.write_text(
        f"<!doctype html><html data-drawn=1><meta charset=utf-8><style>{_STYLE}</style><body>{body}</html>", "utf-8"
    )
    return path


def shoot(browser: Browser, source: Path, target: Path, height: int = HEIGHT) -> None:
    """A picture of a page."""
    browser.size(WIDTH, height)
    browser.open(source)
    browser.picture(target)
    print(f"screenshots: {target.relative_to(ROOT) if target.is_relative_to(ROOT) else target.name}")


def main() -> None:
    """Take all pictures."""
    if not CHROMIUM.is_file():
        sys.exit(f"{CHROMIUM} is not there: install chromium and chromium-driver")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network = free_network()
        with running("screenshots", ["--network", network]) as inventory:
            told = [(what[0], playbook(inventory, folder, what[0], report)) for report, what in _COMMANDS]
        estate.main(folder / "estate")
        browser = Browser(folder / "profile")
        try:
            shoot(browser, folder / "estate" / "estate.html", PICTURES / "report.png")
            shoot(browser, terminal(folder, told), PICTURES / "terminal.png", 626)
            figures = []
            for report, caption in (("before", "Before: six fresh servers"), ("after", "After one run")):
                shoot(browser, folder / f"{report}.html", folder / f"{report}.png")
                figures.append(f"<figure><figcaption>{caption}</figcaption><img src={report}.png></figure>")
            both = page(folder / "both.html", f"<div>{''.join(figures)}</div>")
            shoot(browser, both, PICTURES / "before-and-after.png", 510)
        finally:
            browser.quit()
    shutil.rmtree(ROOT / "lync_firewall_report", ignore_errors=True)


if __name__ == "__main__":
    main()
