# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README and guides tell people to type: the blocks of code in Markdown and reStructuredText."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MARKDOWN = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_RST = re.compile(r"^\.\. code-block:: (\S+)\n\n((?:(?: {3}.*)?\n)+)", re.MULTILINE)
_SHELL = ("shell", "console", "bash")


def documents() -> list[Path]:
    """README, the guides and so on, in the order in which a reader would meet them."""
    guides = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
    beside = [*sorted(ROOT.glob("roles/*/README.md")), *sorted(ROOT.glob("examples/**/README.md"))]
    return [*sorted(ROOT.glob("README*.md")), ROOT / "CONTRIBUTING.md", *guides, *beside]


def blocks(document: Path, *languages: str) -> list[str]:
    """The blocks of code of a document that are in these languages."""
    text = document.read_text("utf-8")
    found = (_MARKDOWN if document.suffix == ".md" else _RST).findall(text)
    return [textwrap.dedent(block) for language, block in found if language in languages]


def commands(document: Path) -> list[str]:
    """The lines that a document has people type into a shell, each once, without comments."""
    lines = "\n".join(blocks(document, *_SHELL)).replace("\\\n", " ").splitlines()
    typed = (re.sub(r"\s+#.*", "", line).strip().removeprefix("$ ") for line in lines)
    return list(dict.fromkeys(" ".join(line.split()) for line in typed if line and not line.startswith("#")))
