# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build one of the project's virtual environments with the Python that runs this script.

``setup_env.py newest`` builds ``.venv`` (the newest ansible-core this Python can run, what tests and pages need);
``setup_env.py oldest`` builds ``build/venv-oldest`` (the oldest ansible-core it can run, and only what tests need);
``setup_env.py bench`` builds ``build/venv-bench`` (the ``ansible`` package, for its community.windows);
``setup_env.py nox`` builds ``build/venv-nox`` (nox, and what the sessions that ``make`` runs would install);
``setup_env.py matrix`` builds ``build/venv-matrix-CORE-PYWINRM`` for each ansible-core and pywinrm that are supported;
``setup_env.py ends`` builds ``build/venv-python-VERSION-CORE`` for the oldest and the newest ansible-core of the Python
that runs it, with the newest pywinrm.

An environment that is up to date is recognised by a stamp in it and costs no network: the stamp names the Python, the
range of ansible-core and the text of every requirements file. Uses the standard library only, since it runs before
anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Oldest and newest ansible-core release line that supports a controller Python, and no older than `requires_ansible`:
# ansible_test/_util/target/common/constants.py (CONTROLLER_PYTHON_VERSIONS) of each release.
CORE_LINES: dict[str, tuple[str, str]] = {
    "3.10": ("2.16", "2.17"),
    "3.11": ("2.16", "2.19"),
    "3.12": ("2.16", "2.21"),
    "3.13": ("2.18", "2.21"),
    "3.14": ("2.20", "2.21"),
}

# For `make test-matrix`: every release line, and the oldest and the newest pywinrm that has to do. Other Pythons
# than the best one get their `ends`.
MATRIX_CORES = ("2.16", "2.17", "2.18", "2.19", "2.20", "2.21")
MATRIX_PYWINRM = ("0.4.3", "0.5.0")

TEST_REQUIREMENTS = (
    "tests/unit/requirements.txt",
    "tests/integration/requirements.txt",
    "tests/lab_tests/requirements.txt",
)
# Tests that need ansible-runner, ansible-builder or a browser run on the newest ansible-core only.
FLEET_REQUIREMENTS = (
    "tests/playbooks/requirements.txt",
    "tests/report/requirements.txt",
    "tests/awx/requirements.txt",
)
# What ansible-test installs for its units command (ansible_test/_data/requirements/units.txt), so that it has nothing
# left to install. pytest-forked is not needed: ansible-test brings its own.
UNIT_RUNNER = ("pytest", "pytest-mock", "pytest-xdist", "mock", "pyyaml")


@dataclass(frozen=True)
class Environment:
    """One virtual environment.

    :ivar path: Where it lies.
    :ivar packages: Requirement specifiers for pip.
    :ivar files: Requirements files, relative to the repository root; those that do not exist (yet) are left out.
    """

    path: Path
    packages: tuple[str, ...]
    files: tuple[str, ...]

    def requirements(self) -> list[Path]:
        return [ROOT / name for name in self.files if (ROOT / name).is_file()]

    def fingerprint(self) -> tuple[str, str]:
        """What the environment was made from, and what is installed in it.

        If the first differs it has to be made anew (another Python, a moved clone); for the second, pip's install is
        enough, which needs no network for what is there already.
        """
        made_from = hashlib.sha256(f"{sys.version} {os.path.realpath(sys.executable)} {self.path}".encode())
        installed = hashlib.sha256("\0".join(self.packages).encode())
        for path in self.requirements():
            installed.update(b"\0" + path.read_bytes())
        return made_from.hexdigest(), installed.hexdigest()

    def recorded(self) -> tuple[str, str]:
        """The fingerprint it had when it was last brought up to date; empty texts for one that never was."""
        if not self.python.exists() or not self.stamp.exists():
            return "", ""
        made_from, _space, installed = self.stamp.read_text().partition(" ")
        return made_from, installed

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.path / ".stamp"


class SetupError(Exception):
    """Something the person at the keyboard has to fix; the text says how."""


def running() -> str:
    """The version of the running Python, as ``3.12``."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def core_lines(python: str = "") -> tuple[str, str]:
    """The oldest and the newest line of ansible-core for a Python, by default the running one."""
    version = python or running()
    try:
        return CORE_LINES[version]
    except KeyError:
        raise SetupError(f"Python {version} runs no ansible-core from 2.16 to 2.21; use Python 3.12") from None


def _minor(line: str) -> int:
    return int(line.partition(".")[2])


def matrix() -> dict[tuple[str, str], Environment | None]:
    """By ansible-core and pywinrm, the environment of each cell; None where the running Python does not run it."""
    oldest, newest = core_lines()
    return {
        (core, pywinrm): Environment(
            path=ROOT / "build" / f"venv-matrix-{core}-{pywinrm}",
            packages=_packages(core, pywinrm),
            files=(),
        )
        if _minor(oldest) <= _minor(core) <= _minor(newest)
        else None
        for core in MATRIX_CORES
        for pywinrm in MATRIX_PYWINRM
    }


def ends(python: str = "") -> dict[str, Environment]:
    """By ansible-core, the environments of `ends` for a Python, by default the running one."""
    return {
        core: Environment(
            path=ROOT / "build" / f"venv-python-{python or running()}-{core}",
            packages=_packages(core, MATRIX_PYWINRM[-1]),
            files=(),
        )
        for core in core_lines(python)
    }


def _packages(core: str, pywinrm: str) -> tuple[str, ...]:
    return (f"ansible-core=={core}.*", f"pywinrm=={pywinrm}", "jmespath", "pypsrp")


def environments(name: str) -> list[Environment]:
    """What a name of the command line stands for."""
    if name == "matrix":
        return [one for one in matrix().values() if one]
    if name == "ends":
        return list(ends().values())
    return [environment(name)]


def environment(name: str) -> Environment:
    oldest, newest = core_lines()
    if name == "newest":
        return Environment(
            path=ROOT / ".venv",
            packages=(f"ansible-core=={newest}.*", *UNIT_RUNNER),
            files=("requirements-dev.txt", *TEST_REQUIREMENTS, *FLEET_REQUIREMENTS),
        )
    if name == "oldest":
        return Environment(
            path=ROOT / "build" / "venv-oldest",
            packages=(f"ansible-core=={oldest}.*", *UNIT_RUNNER),
            files=TEST_REQUIREMENTS,
        )
    if name == "nox":
        return Environment(
            path=ROOT / "build" / "venv-nox",
            packages=(f"ansible-core=={newest}.*",),
            files=("requirements-nox.txt", "tests/unit/requirements.txt", "tests/lab_tests/requirements.txt"),
        )
    return Environment(
        path=ROOT / "build" / "venv-bench",
        packages=("ansible", f"ansible-core=={newest}.*"),
        files=TEST_REQUIREMENTS,
    )


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def run(command: list[str], what: str) -> None:
    """Run a command quietly; show what it printed only if it fails."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        sys.stderr.write(result.stdout)
        raise SetupError(f"{what} failed with exit code {result.returncode}: {' '.join(command)}")


def create(path: Path) -> None:
    """Create an empty virtual environment, by whichever means this Python has.

    Debian's python3 comes without ensurepip unless python3-venv is installed; virtualenv brings its own pip.
    """
    if path.exists():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        run([sys.executable, "-m", "venv", str(path)], "python -m venv")
    elif importlib.util.find_spec("virtualenv"):
        run([sys.executable, "-m", "virtualenv", "-q", str(path)], "virtualenv")
    elif importlib.util.find_spec("pip"):
        # A virtualenv of our own, beside the environments: the system's Python stays as it is. One for each, since
        # they may be made at once.
        tools = ROOT / "build" / f"virtualenv-of-{path.name}"
        say("this Python lacks ensurepip; fetching virtualenv")
        pip = [sys.executable, "-m", "pip", "install", "-q", "--upgrade", "--target", str(tools), "virtualenv"]
        run(pip, "pip install virtualenv")
        code = f"import sys; sys.path.insert(0, {str(tools)!r}); import virtualenv; virtualenv.cli_run(sys.argv[1:])"
        run([sys.executable, "-c", code, str(path)], "virtualenv")
    else:
        line = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(
            f"{sys.executable} can make no virtual environment (no ensurepip, virtualenv or pip). "
            f"On Debian or Ubuntu, fix it with: apt-get install python{line}-venv"
        )


def installed_core(env: Environment) -> str:
    code = "from importlib.metadata import version; print(version('ansible-core'))"
    result = subprocess.run([str(env.python), "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    return result.stdout.strip()


def build(env: Environment, force: bool) -> None:
    shown = os.path.relpath(env.path, ROOT)
    fingerprint, recorded = env.fingerprint(), env.recorded()
    if not force and recorded == fingerprint:
        say(f"{shown} is up to date (ansible-core {installed_core(env)})")
        return
    started = time.monotonic()
    if force or recorded[0] != fingerprint[0]:
        say(f"{shown}: creating it with Python {sys.version.split()[0]} ({sys.executable})")
        create(env.path)
    # A stamp that is left over from before would vouch for an installation that is cut short.
    env.stamp.unlink(missing_ok=True)
    say(f"{shown}: installing {', '.join(env.packages[:1])} and {len(env.requirements())} requirements files ...")
    # The one that Python brings is as old as Python: 23.2, of 3.12.1, takes three times as long to find what fits.
    run([str(env.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-U", "pip"], "upgrading pip")
    command = [str(env.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *env.packages]
    for path in env.requirements():
        command += ["-r", str(path)]
    run(command, f"installing into {shown}")
    env.stamp.write_text(" ".join(fingerprint))
    say(f"{shown}: ready, ansible-core {installed_core(env)}, {time.monotonic() - started:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", choices=("newest", "oldest", "bench", "nox", "matrix", "ends"))
    parser.add_argument("--force", action="store_true", help="rebuild it even if it is up to date")
    arguments = parser.parse_args()
    try:
        for env in environments(arguments.name):
            build(env, arguments.force)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
