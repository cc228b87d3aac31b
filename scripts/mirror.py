# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the collection's files into a real ``ansible_collections`` tree, as ansible-test wants it.

ansible-test resolves links, so the link that ``make link`` makes leads it back to the repository, where it does not
recognise a collection. It also looks for a git repository from the collection root upwards and takes its word for what
belongs to the collection; under the ignored ``build/`` that word would be "nothing". Hence an empty repository in the
copy itself, where git lists what is untracked and not ignored: everything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def collection_files(root: Path) -> list[str]:
    """Paths, relative to ``root``, of the files that belong to the collection's source.

    These are the files that ``.gitignore`` does not name, committed or not, as git lists them for an empty repository:
    so an unpacked source archive will do as well as a clone. Links are left out: none belongs to the source.
    """
    with tempfile.TemporaryDirectory() as empty:
        subprocess.run(["git", "init", "-q", "--bare", empty], check=True)
        # A person's own list of ignored files must not leave out any of ours.
        command = ["git", "-c", "core.excludesFile=", "--git-dir", empty, "--work-tree", str(root)]
        command += ["ls-files", "-z", "--others", "--exclude-standard"]
        listing = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout
    names = (os.fsdecode(name) for name in listing.split(b"\0") if name)
    return sorted(name for name in names if not (root / name).is_symlink())


def mirror(root: Path, copy: Path) -> int:
    """Make ``copy`` anew with exactly the collection's files, and return their number."""
    shutil.rmtree(copy, ignore_errors=True)
    names = collection_files(root)
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, copy / name)
    subprocess.run(["git", "init", "-q", str(copy)], check=True)
    return len(names)
