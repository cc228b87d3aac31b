# /// script
# dependencies = ["nox>=2025.02.09", "antsibull-nox>=1.10"]
# ///
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``antsibull-nox.toml`` says what is checked, and how; ``nox --list`` lists it, ``nox -e NAME`` runs one of it."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import antsibull_nox
except ImportError:
    sys.exit("antsibull-nox is needed beside nox: pip install antsibull-nox")

import nox

sys.path.insert(0, str(Path(__file__).resolve().parent / "scripts"))
import mirror

ROOT = Path(__file__).resolve().parent

antsibull_nox.load_antsibull_nox_toml()


@nox.session(name="imports")
def imports(session: nox.Session) -> None:
    """Run import-linter, which sees modules that import each other in a ring."""
    session.install("import-linter", "-U")
    root = Path(session.create_tmp()).resolve()
    mirror.mirror(ROOT, root / "ansible_collections" / "lyncops" / "firewall")
    session.run(
        *("lint-imports", "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")),
        env={"PYTHONPATH": str(root)},
    )


@nox.session(name="schemas")
def schemas(session: nox.Session) -> None:
    """Hold what GitHub and Renovate read against their schemas, which come with check-jsonschema.

    Renovate's takes any key, and looks at the values of those that it knows.
    """
    session.install("check-jsonschema", "json5", "-U")
    github = ROOT / ".github"
    forms = sorted(path for path in (github / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
    read_by_others = {
        "vendor.github-workflows": sorted((github / "workflows").glob("*.yml")),
        "vendor.github-issue-forms": forms,
        "vendor.github-issue-config": [github / "ISSUE_TEMPLATE" / "config.yml"],
        "vendor.renovate": [ROOT / "renovate.json5"],
    }
    for schema, files in read_by_others.items():
        session.run("check-jsonschema", "--builtin-schema", schema, *map(str, files))


# antsibull-nox has this too, but galaxy-importer refuses a collection without `repository`, and where this one will
# live is not decided. With the address this can go: build_import_check in antsibull-nox.toml has the switch.
@nox.session(name="galaxy-importer")
def galaxy_importer(session: nox.Session) -> None:
    """Run galaxy-importer on what would be uploaded; whatever it calls an error is one."""
    session.install("ansible-core", "galaxy-importer", "-U")
    copy = Path(session.create_tmp()).resolve() / "collection"
    for old in copy.parent.glob("*.tar.gz"):
        old.unlink()
    mirror.mirror(ROOT, copy)
    with (copy / "galaxy.yml").open("a") as about:
        about.write("\nrepository: https://localhost/\n")
    with session.chdir(copy):
        session.run("ansible-galaxy", "collection", "build", "--force", "--output-path", "..", silent=True)
    if not (built := list(copy.parent.glob("*.tar.gz"))):
        return  # nox --install-only
    (artefact,) = built
    # It leaves a file where it runs.
    with session.chdir(copy.parent):
        said = session.run(
            *("python", "-m", "galaxy_importer.main", artefact.name),
            env={"GALAXY_IMPORTER_CONFIG": str(ROOT / ".galaxy-importer.cfg")},
            silent=True,
        )
    session.log(said)
    if any(line.startswith("ERROR:") for line in str(said).splitlines()):
        session.error("galaxy-importer found errors")


if __name__ == "__main__":
    nox.main()
