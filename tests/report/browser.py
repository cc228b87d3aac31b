# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headless Chromium, as these tests want it: Debian's, with an empty profile, and with its log and network watched."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
GENEROUS = 60  # seconds to wait for what comes at once on any but the busiest machine

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    # Nothing leaves the machine even if a page asks for it: the tests would see the attempt all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Browser:
    """One Chromium. `problems` and `requests` tell what a page has done since it was opened."""

    def __init__(self, profile: Path) -> None:
        options = Options()
        options.binary_location = str(CHROMIUM)
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        self.driver.set_script_timeout(GENEROUS)

    def size(self, width: int, height: int = 900) -> None:
        """Set the size of what the page sees, in CSS pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def dark(self, wanted: bool) -> None:
        """Prefer the dark colours, or the light ones."""
        value = "dark" if wanted else "light"
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def open(self, page: Path) -> None:
        """Open a page, and wait until its map has been drawn."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(page.as_uri())
        self.wait("return Boolean(document.documentElement.dataset.drawn)")

    def wait(self, script: str) -> Any:
        """Wait until a script returns something true, and give it."""
        return WebDriverWait(self.driver, GENEROUS, poll_frequency=0.02).until(lambda it: it.execute_script(script))

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[WebElement]:
        """All elements that a CSS selector names."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first such element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """Their texts, shown or not."""
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector))

    def problems(self) -> list[str]:
        """What the console complained of, policy violations included."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Addresses the page has asked for, itself included."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def overflow(self) -> int:
        """By how many pixels the document is wider than the window."""
        return int(self.run("return document.scrollingElement.scrollWidth - window.innerWidth"))

    def picture(self, file: Path) -> None:
        """Save what the window shows, as PNG."""
        shot = self.command("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, file: Path | None = None) -> int:
        """Print, and give the number of pages."""
        printed = self.command("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        content = base64.b64decode(printed["data"])
        if file:
            file.write_bytes(content)
        return len(re.findall(rb"/Type\s*/Page\b", content))

    def command(self, name: str, **arguments: Any) -> dict[str, Any]:
        """A DevTools command."""
        return dict(self.driver.execute_cdp_cmd(name, arguments))

    def quit(self) -> None:
        """End the browser."""
        self.driver.quit()
