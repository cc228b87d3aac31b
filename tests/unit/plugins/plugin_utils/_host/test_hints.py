# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of an error whose words name no option of Ansible's; the errors as the libraries really wrote them."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.hints import hint, without_secrets

POOL = "HTTPSConnectionPool(host='127.78.0.11', port=5986): Max retries exceeded with url: /wsman (Caused by "
VERIFY = f"{POOL}SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
NO_FILE = "Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere/ca.pem"
PROXY = f"{POOL}ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden')))"
FORBIDDEN = "Bad HTTP response returned from server. Code 403"


@pytest.mark.parametrize(
    ("text", "winrm", "psrp"),
    [
        (
            f"{VERIFY}self-signed certificate in certificate chain",
            "ansible_winrm_ca_trust_path",
            "ansible_psrp_ca_cert",
        ),
        (f"{VERIFY}unable to get local issuer certificate", "ansible_winrm_ca_trust_path", "ansible_psrp_ca_cert"),
        (f"{VERIFY}IP address mismatch, certificate is not valid for '127.0.0.1'.", "ansible_host", "ansible_host"),
        (f"{VERIFY}Hostname mismatch, certificate is not valid for 'x'.", "ansible_host", "ansible_host"),
        (f"{VERIFY}certificate has expired", "new certificate", "new certificate"),
        (f"{VERIFY}Basic Constraints of CA cert not marked critical", "From Python 3.13 on", "or run Ansible on"),
        (f"{VERIFY}Missing Authority Key Identifier", "From Python 3.13 on", "issued anew"),
        (
            f"{POOL}NewConnectionError('x: Failed to establish a new connection: [Errno 111] Connection refused'))",
            "see ansible_port (5986 where it is not set; of an HTTP listener 5985, with ansible_winrm_scheme: http)",
            "with ansible_psrp_protocol: http",
        ),
        (
            f"{POOL}ConnectTimeoutError(x, 'Connection to 192.0.2.1 timed out. (connect timeout=30)'))",
            "ansible_host",
            "ansible_port",
        ),
        (f"{POOL}NewConnectionError('x: [Errno 113] No route to host'))", "ansible_host", "ansible_port"),
        (
            f"{POOL}NameResolutionError(\"Failed to resolve 'fe01' ([Errno -2] Name or service not known)\"))",
            "ansible_host",
            "ansible_host",
        ),
        (
            "SSLError: [SSL: KEY_VALUES_MISMATCH] key values mismatch (_ssl.c:4149)",
            "ansible_winrm_cert_pem and ansible_winrm_cert_key_pem do not belong together",
            "ansible_psrp_certificate_pem and ansible_psrp_certificate_key_pem",
        ),
        ("('SSL: NO_CERTIFICATE_ASSIGNED] no certificate assigned", "cert_key_pem do not belong together", "x"),
        (NO_FILE, "ansible_winrm_ca_trust_path", "ansible_psrp_ca_cert"),
        (f"{POOL}SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER]", "ansible_winrm_scheme", "ansible_psrp_protocol"),
        (PROXY, "ansible_winrm_proxy", "ansible_psrp_proxy"),
        (FORBIDDEN, "ansible_winrm_proxy", "ansible_psrp_proxy"),
        (
            "Server not found in Kerberos database",
            "kerberos_hostname_override",
            "ansible_psrp_negotiate_hostname_override",
        ),
        ("('Server HTTP/127.0.0.1@LAB.TEST not found in Kerberos database', -1", "kerberos_hostname_override", "x"),
        (
            "Kerberos auth failure when calling kinit cmd 'kinit': [Errno 2] No such file or directory: 'kinit'",
            "krb5-user",
            "krb5-user",
        ),
        ("Kerberos auth failure when calling kinit cmd 'kinit': The command was not found", "krb5-user", "krb5-user"),
        ("Krb5Error: Decrypt integrity check failed -1765328353", "ansible_password", "ansible_password"),
        ("Krb5Error: Cannot contact any KDC for realm 'LAB.TEST'", "krb5.conf", "krb5.conf"),
        ("No credentials were supplied, or the credentials", "run kinit", "run kinit"),
        (
            "the specified credentials were rejected by the server",
            "ansible_winrm_message_encryption",
            "ansible_psrp_mess",
        ),
        ("credssp: status: (2148074252) UNKOWN_STATUS 0x8009030c", "ansible_password", "ansible_password"),
        ("Failed to parse an address", "ansible_winrm_proxy", "ansible_psrp_proxy"),
        (
            "certificate: the specified credentials were rejected by the server",
            "ansible_winrm_scheme to https), and on the host a mapping",
            "x",
        ),
        (
            "plaintext: the specified credentials were rejected by the server",
            "set ansible_winrm_transport to ntlm",
            "x",
        ),
        (
            f"{POOL}SSLError(SSLEOFError(8, '[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol",
            "ansible_winrm_cert_pem",
            "ansible_psrp_certificate_pem",
        ),
        (
            "The installed version of WinRM does not support transport(s) ['NTLM']",
            "ansible_winrm_transport is basic, certificate, credssp, kerberos or ntlm, in small letters",
            "x",
        ),
        (
            "Cannot use message encryption with basic auth, either set encryption='auto' or encryption='never', use "
            "ssl=True or use one of the",
            "ansible_winrm_transport to ntlm",
            "ansible_psrp_auth to ntlm or kerberos, or set ansible_port to 5986 and ansible_psrp_protocol to https",
        ),
        ("Cannot use message encryption with auth 'certificate', either set encryption='never'", "x", "needs HTTPS"),
        ("For certificate auth, SSL must be used", "x", "ansible_psrp_protocol to https"),
        (
            "certificate: both cert_pem and cert_key_pem must be specified",
            "ansible_winrm_cert_pem and ansible_winrm_cert_key_pem",
            "x",
        ),
        (
            "For certificate auth, the path to the certificate key pem file must be specified with certificate_key_pem",
            "x",
            "ansible_psrp_certificate_pem and ansible_psrp_certificate_key_pem",
        ),
        ("basic: a character cannot be sent", "ansible_winrm_transport: basic", "ansible_psrp_auth: basic"),
        ("ntlm: sequence item 1: expected str instance, NoneType", "ansible_winrm_proxy", "ansible_psrp_proxy"),
        (
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            "ansible_winrm_scheme to https",
            "ansible_psrp_protocol to https",
        ),
        ("read_timeout_sec must exceed operation_timeout_sec", "ansible_winrm_read_timeout_sec", "x"),
    ],
)
def test_the_option_is_named_as_the_connection_has_it(text: str, winrm: str, psrp: str) -> None:
    for transport, option in (("winrm", winrm), ("psrp", psrp)):
        told = hint(text, transport)
        assert option in told or option == "x"
        assert told.startswith(". ")
        if option.startswith(f"ansible_{transport}"):
            assert f"ansible_{'psrp' if transport == 'winrm' else 'winrm'}_" not in told


def test_of_an_address_that_is_none_no_part_is_shown() -> None:
    told = without_secrets("ntlm: Failed to parse: 'puser:PROXY' is not a valid host or port")
    assert told == "ntlm: Failed to parse an address"
    assert without_secrets("no route to host") == "no route to host"


@pytest.mark.parametrize("text", ["no route to host", ""])
def test_other_errors_speak_for_themselves(text: str) -> None:
    assert hint(text, "winrm") == ""


def test_of_a_character_that_cannot_be_sent_nothing_is_shown() -> None:
    for words in (
        "character '\\u20ac' in position 0: ordinal not in range(256)",
        "characters in position 0-7: ordinal",
    ):
        assert without_secrets(f"basic: 'latin-1' codec can't encode {words}") == "basic: a character cannot be sent"


def test_a_host_that_answered_before_is_not_told_to_be_another() -> None:
    told = "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"
    assert hint(told, "winrm", answered=True) == ""
