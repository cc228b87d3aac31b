# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m topology_documents write DIR`` and ``... large MACHINES FILE``."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import builder, documents, published
from .large import large_estate


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(prog="topology_documents", description="Write synthetic Lync topology documents.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    write = verbs.add_parser("write", help="write all documents but the large ones")
    write.add_argument("folder", type=Path)
    large = verbs.add_parser("large", help="write one large topology, .tbxml or published by the file's name")
    large.add_argument("machines", type=int, help="Front Ends, in pools of 12")
    large.add_argument("file", type=Path)
    arguments = parser.parse_args()
    if arguments.verb == "write":
        written = documents.write(arguments.folder)
        print(f"{len(written)} documents in {arguments.folder}")
        return
    shape = builder if arguments.file.suffix == ".tbxml" else published
    arguments.file.write_bytes(shape.write(large_estate(arguments.machines)))


if __name__ == "__main__":
    main()
