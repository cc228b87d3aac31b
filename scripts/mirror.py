# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirror the collection's files into a real ``ansible_collections`` tree, as ansible-test wants it.

ansible-test resolves links, so the link that ``make link`` makes leads it back to the repository, where it does not
recognise a collection. It also looks for a git repository from the collection root upwards and takes its word for what
belongs to the collection; under the ignored ``build/`` that word would be "nothing". Hence an empty repository in the
copy itself, where git lists what is untracked and not ignored: everything.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

# Used only where the tree is no git repository (an unpacked source archive).
NOT_MIRRORED = frozenset({"build", "__pycache__", "node_modules"})
# What ansible-test itself keeps in the copy.
KEPT_IN_COPY = frozenset({".git", "tests/output"})


def _files_known_to_git(root: Path) -> list[str] | None:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def _files_found(root: Path) -> list[str]:
    found: list[str] = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in NOT_MIRRORED and not name.startswith(".")]
        relative = Path(folder).relative_to(root)
        found += [(relative / name).as_posix() for name in names if not name.endswith(".pyc")]
    return found


def collection_files(root: Path) -> list[str]:
    """Paths, relative to ``root``, of the files that belong to the collection's source.

    Tracked files that were deleted but not yet committed are left out, and so are links: none belongs to it.
    """
    is_repository = (root / ".git").exists()
    names = (_files_known_to_git(root) if is_repository else None) or _files_found(root)
    return sorted(name for name in names if (root / name).is_file() and not (root / name).is_symlink())


def _remove_what_is_gone(copy: Path, wanted: frozenset[str]) -> None:
    for folder, subfolders, names in os.walk(copy, topdown=True):
        relative = Path(folder).relative_to(copy)
        subfolders[:] = [name for name in subfolders if (relative / name).as_posix() not in KEPT_IN_COPY]
        for name in names:
            if (relative / name).as_posix() not in wanted:
                (Path(folder) / name).unlink()
    for folder, _subfolders, _names in os.walk(copy, topdown=False):
        path = Path(folder)
        inside_kept = any(path.relative_to(copy).as_posix().startswith(kept) for kept in KEPT_IN_COPY)
        if path != copy and not inside_kept and not any(path.iterdir()):
            path.rmdir()


def mirror(root: Path, copy: Path) -> int:
    """Make ``copy`` hold exactly the collection's files, and return how many had to be written.

    Files that are equal are left alone, so that a test that is running in the copy is not disturbed.
    """
    names = collection_files(root)
    copy.mkdir(parents=True, exist_ok=True)
    _remove_what_is_gone(copy, frozenset(names))
    written = 0
    for name in names:
        source, target = root / name, copy / name
        if target.is_file() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        written += 1
    if not (copy / ".git").exists():
        subprocess.run(["git", "init", "-q", str(copy)], check=True)
    return written
