# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private certification authority for one estate: servers' certificates for HTTPS listeners, users' to log in by.

A user's certificate has the account as a principal name in its subject alternative name (otherName
1.3.6.1.4.1.311.20.2.3), which WinRM's certificate mapping goes by (Microsoft's `winrm/config/service/certmapping`:
Issuer and Subject). Keys and certificates live for two days, in a folder that goes with the authority.
"""

from __future__ import annotations

import datetime
import ipaddress
import shutil
import ssl
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_UTF8_STRING = 0x0C
_DAYS = 1


@dataclass(frozen=True)
class KeyPair:
    """A certificate: as PEM files, which are there as long as their authority, and in DER."""

    certificate: Path
    key: Path
    der: bytes
    authority: Authority


class Authority:
    """A private CA."""

    def __init__(self, name: str = "Lab CA") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lab-ca-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signed = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = self.folder / "lab-ca.pem"
        self.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def server(self, name: str, addresses: Sequence[str]) -> KeyPair:
        """A server's certificate for its name, the short one too, and its addresses."""
        names: list[x509.GeneralName] = [x509.DNSName(each) for each in dict.fromkeys((name, name.partition(".")[0]))]
        names += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
        return self._issue(name, names, ExtendedKeyUsageOID.SERVER_AUTH)

    def user(self, user: str, principal: str) -> KeyPair:
        """A user's certificate with a principal name such as `Administrator@localhost`."""
        value = principal.encode()
        if len(value) > 127:
            raise ValueError(f"too long a principal name: {principal!r}")
        name = x509.OtherName(PRINCIPAL_NAME, bytes((_UTF8_STRING, len(value))) + value)
        return self._issue(user, [name], ExtendedKeyUsageOID.CLIENT_AUTH)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=_DAYS))
            .not_valid_after(now + datetime.timedelta(days=_DAYS))
        )

    def _issue(self, name: str, names: Sequence[x509.GeneralName], purpose: ObjectIdentifier) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = (
            self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        der = signed.public_bytes(serialization.Encoding.DER)
        pair = KeyPair(self.folder / f"{name}.pem", self.folder / f"{name}-key.pem", der, self)
        pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        pair.key.touch(mode=0o600)
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pair

    def server_context(self, pair: KeyPair) -> ssl.SSLContext:
        """TLS of a listener: up to 1.2, the newest that Server 2012 R2 has; a client may show a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(pair.certificate, pair.key)
        context.load_verify_locations(self.certificate)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context


def principal_of(certificate: bytes) -> str:
    """The principal name in a user's certificate (DER); empty where there is none."""
    try:
        extension = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (ValueError, x509.ExtensionNotFound):
        return ""
    for name in extension.value.get_values_for_type(x509.OtherName):
        if name.type_id == PRINCIPAL_NAME and name.value[:1] == bytes((_UTF8_STRING,)):
            return name.value[2:].decode("utf-8", "replace")
    return ""


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
