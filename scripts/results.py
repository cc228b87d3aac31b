# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count what the test runners ran, and add it up.

Each runner's count lies as one JSON file in ``build/results``, written by ``record.py`` or ``ansible_test.py`` from the
runner's own result files. ``results.py`` prints them as a table and ends with ``N passed, N failed, N skipped``; its
exit code is not 0 if anything failed, if nothing was counted, or if a runner named as an argument left no count.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "results"
# The last line of the last summary, for whoever prints more after it (make does, when a target failed).
SUMMARY = ROOT / "build" / "summary.txt"


@dataclass(frozen=True)
class Count:
    """How many tests passed, failed (or ended in an error) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    @property
    def executed(self) -> int:
        return self.passed + self.failed


def from_junit(paths: Iterable[Path]) -> Count:
    """Count the test cases of JUnit XML files. A case with a failure or an error has failed.

    The files come from pytest and ansible-test on this machine, so the standard library's parser will do.
    """
    passed = failed = skipped = 0
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif case.find("skipped") is not None:
                skipped += 1
            else:
                passed += 1
    return Count(passed, failed, skipped)


def settle(count: Count, exit_code: int) -> Count:
    """The verdict over a runner's count and its exit code.

    A runner that failed without naming a failed test (it crashed, or could not start) has failed once, and so has one
    that executed no test at all: it must never look green.
    """
    if count.failed == 0 and (exit_code != 0 or count.executed == 0):
        return count + Count(failed=1)
    return count


def save(name: str, count: Count, seconds: float) -> None:
    """Leave a runner's count for the summary."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**asdict(count), "seconds": round(seconds, 1)})
    (RESULTS / f"{name}.json").write_text(text + "\n")


def load() -> dict[str, tuple[Count, float]]:
    """All counts left so far, by the runner's name."""
    found: dict[str, tuple[Count, float]] = {}
    for path in sorted(RESULTS.glob("*.json")):
        data = json.loads(path.read_text())
        found[path.stem] = (Count(data["passed"], data["failed"], data["skipped"]), data["seconds"])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Add up what the test runners counted.")
    parser.add_argument("expected", nargs="*", help="runners that must have left a count")
    arguments = parser.parse_args()
    found = load()
    total = Count()
    print(f"{'':<24} {'passed':>6} {'fail':>4} {'skip':>4}")
    for name, (count, seconds) in found.items():
        total += count
        mark = "FAILED" if count.failed else "ok"
        print(f"{name:<24} {count.passed:>6} {count.failed:>4} {count.skipped:>4} {seconds:>7.1f} s  {mark}")
    for path in sorted(RESULTS.glob("*.left-to-long")):
        print(f"{path.stem:<24} left {path.read_text().strip()} variations to `make test-long`")
    for name in arguments.expected:
        if name not in found:
            print(f"{name:<24} left no result  FAILED")
            total += Count(failed=1)
    total = settle(total, 0)
    SUMMARY.write_text(f"{total}\n")
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
