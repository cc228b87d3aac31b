# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away Kerberos realm: MIT's KDC from Debian (krb5-kdc, krb5-admin-server) on a loopback port, in a folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

REALM = "LAB.TEST"
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
_START_SECONDS = 20


def missing_programs() -> list[str]:
    """Which of the programs are not on this machine."""
    return [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]


@dataclass(frozen=True)
class Realm:
    """A running realm: its keytab for servers, and the environment that clients need."""

    folder: Path
    keytab: Path

    @property
    def environment(self) -> dict[str, str]:
        """For clients: which realm, and where tickets are."""
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5CCNAME": f"FILE:{self.folder / 'tickets'}"}

    def kinit(self, user: str, password: str) -> None:
        """Get a ticket for a user. Raises CalledProcessError."""
        _run(["kinit", f"{user}@{REALM}"], self.environment, password + "\n")


@contextlib.contextmanager
def running_realm(folder: Path, users: dict[str, str], hosts: Sequence[str]) -> Iterator[Realm]:
    """A realm with these users (name to password), and HTTP, WSMAN and host services for these names of hosts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "krb5.conf").write_text(
        f"[libdefaults]\ndefault_realm = {REALM}\nrdns = false\ndns_canonicalize_hostname = false\n"
        "dns_lookup_kdc = false\ndns_lookup_realm = false\nudp_preference_limit = 1\n"
        f"[realms]\n{REALM} = {{\n kdc = 127.0.0.1:{port}\n}}\n"
    )
    (folder / "kdc.conf").write_text(
        f'[kdcdefaults]\nkdc_listen = ""\nkdc_tcp_listen = 127.0.0.1:{port}\n'
        f"[realms]\n{REALM} = {{\n database_name = {folder}/principal\n key_stash_file = {folder}/stash\n"
        f" acl_file = {folder}/acl\n max_life = 1h\n}}\n[logging]\nkdc = FILE:{folder}/kdc.log\n"
    )
    realm = Realm(folder, folder / "keytab")
    environment = {**realm.environment, "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
    _run(["kdb5_util", "-r", REALM, "create", "-s", "-P", "of-this-test-only"], environment)
    services = [f"{service}/{host}" for host in hosts for service in ("HTTP", "WSMAN", "host")]
    lines = [f"addprinc -pw {password} {user}" for user, password in users.items()]
    lines += [f"addprinc -randkey {name}" for name in services]
    lines += [f"ktadd -k {realm.keytab} {' '.join(services)}"]
    _run(["kadmin.local", "-r", REALM], environment, "\n".join(lines) + "\n")
    kdc = subprocess.Popen(["krb5kdc", "-n", "-r", REALM], env={**os.environ, **environment, "PATH": _PATH})
    try:
        _wait_for(kdc, port)
        yield realm
    finally:
        kdc.terminate()
        kdc.wait(_START_SECONDS)


def _run(command: Sequence[str], environment: dict[str, str], text: str = "") -> None:
    subprocess.run(
        command,
        env={**os.environ, **environment, "PATH": _PATH},
        input=text,
        text=True,
        check=True,
        capture_output=True,
    )


def _wait_for(kdc: subprocess.Popen[bytes], port: int) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while kdc.poll() is None and time.monotonic() < give_up:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"the KDC does not listen (exit code {kdc.poll()})")
