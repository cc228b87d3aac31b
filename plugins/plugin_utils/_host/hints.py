# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about errors on the way to a host whose own words name no variable of Ansible's.

The words are those of requests, urllib3, pywinrm, OpenSSL and MIT Kerberos, which translate none of theirs here; where
one of them chooses others, the error stands alone.
"""

from __future__ import annotations

import re

_VARIABLES = {
    "winrm": {
        "ca": "ansible_winrm_ca_trust_path",
        "scheme": "ansible_winrm_scheme",
        "proxy": "ansible_winrm_proxy",
        "read": "ansible_winrm_read_timeout_sec",
        "operation": "ansible_winrm_operation_timeout_sec",
        "override": "ansible_winrm_kerberos_hostname_override",
        "encryption": "ansible_winrm_message_encryption",
        "login": "ansible_winrm_transport",
        "certificate": "ansible_winrm_cert_pem",
        "key": "ansible_winrm_cert_key_pem",
    },
    "psrp": {
        "ca": "ansible_psrp_ca_cert",
        "scheme": "ansible_psrp_protocol",
        "proxy": "ansible_psrp_proxy",
        "read": "ansible_psrp_read_timeout",
        "operation": "ansible_psrp_operation_timeout",
        "override": "ansible_psrp_negotiate_hostname_override",
        "encryption": "ansible_psrp_message_encryption",
        "login": "ansible_psrp_auth",
        "certificate": "ansible_psrp_certificate_pem",
        "key": "ansible_psrp_certificate_key_pem",
    },
}
_PROXY = (
    "A proxy may stand between: {proxy}, or HTTP_PROXY and HTTPS_PROXY where Ansible runs. Let it pass the host, or "
    "list the host's address in NO_PROXY there"
)
_TO_HTTPS = "set ansible_port to 5986 and {scheme} to https"
_TO_NTLM = f"set {{login}} to ntlm or kerberos, or {_TO_HTTPS}"
# The first that is found counts.
_HINTS: tuple[tuple[str, str], ...] = (
    (
        "certificate is not valid for",
        "The certificate is for other names than the one that is connected to: set ansible_host to one that it has, or "
        "give the host's HTTPS listener a certificate for this one",
    ),
    (
        "certificate has expired",
        "Give the host's HTTPS listener a new certificate; if it is not that old, see the clock where Ansible runs",
    ),
    (
        # VERIFY_X509_STRICT: https://docs.python.org/3/library/ssl.html#ssl.create_default_context
        "not marked critical|Missing (?:Authority|Subject) Key Identifier|does not include key usage|keyCertSign|"
        "Key Identifier marked critical",
        "From Python 3.13 on, where Ansible runs, this certificate or that of its CA is refused for its form "
        "(RFC 5280): have it issued anew with what the error names, or run Ansible on Python 3.12",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "Ansible does not know who signed the host's certificate: set {ca} to a file with the certificate of that CA "
        "(PEM). If it is the right CA, something else than the host answers",
    ),
    (
        "suitable TLS CA certificate bundle",
        "{ca} (or REQUESTS_CA_BUNDLE, where that is not set) must name a file that is there where Ansible runs",
    ),
    (
        "WRONG_VERSION_NUMBER",
        "What answers on this port speaks no TLS: set ansible_port to that of the HTTPS listener (5986), or {scheme} "
        "to http",
    ),
    ("ProxyError", _PROXY),
    # Over HTTP a proxy's refusal is an answer like any other. WinRM says 403 for a certificate alone, and 407 never.
    (r"Code:? 40[37]\b", _PROXY),
    (
        "calling kinit cmd .{1,300}(?:Errno 2|No such file|not found)",
        "The program that fetches the ticket with ansible_password is not where Ansible runs: install kinit there "
        "(krb5-user on Debian, krb5-workstation on Red Hat), see ansible_winrm_kinit_cmd, or take ntlm",
    ),
    (
        "Server (?:[^ ]{1,300} )?not found in Kerberos database",
        "Kerberos knows hosts by their full DNS names, seldom by addresses: set ansible_host to that name, or "
        "{override}",
    ),
    (
        "Decrypt integrity check failed|Preauthentication failed|Password incorrect",
        "See ansible_user and ansible_password: the domain controller does not take this password",
    ),
    (
        "No credentials were supplied|Can't find client principal|No Kerberos credentials available",
        "There is no Kerberos ticket: set ansible_password, or run kinit for ansible_user where Ansible runs",
    ),
    (
        "Cannot find KDC|Cannot contact any KDC",
        "See the realm in ansible_user, which is in capitals, and how krb5.conf or DNS, where Ansible runs, say who "
        "its domain controllers are",
    ),
    (
        "^(?:certificate|ssl): .*credentials were rejected",
        f"A client certificate needs HTTPS ({_TO_HTTPS}), and on the host a mapping to a user whose password is still "
        "the one that it was made with (winrm/config/service/certmapping)",
    ),
    (
        "^plaintext: .*credentials were rejected",
        f"Over HTTP, where {{login}} is not set, the login is Basic, which Windows refuses there: {_TO_NTLM}. Else see "
        "ansible_user and ansible_password",
    ),
    (
        "credentials were rejected",
        "See ansible_user and ansible_password. Windows says the same to what is not encrypted: Basic over HTTP, or "
        "{encryption}: never",
    ),
    (
        # CredSSP: SEC_E_LOGON_DENIED ([MS-ERREF] 2.1.1).
        "0x8009030[cC]",
        "The host refused the login: see ansible_user and ansible_password",
    ),
    (
        "Failed to parse",
        "An address of a way there is none: see {proxy} and ansible_host. In a user or password, / is written %2F, "
        "# %23, @ %40",
    ),
    (
        "SSLEOFError|EOF occurred in violation of protocol|alert (?:unknown ca|bad certificate|certificate)",
        "The host ended the TLS handshake. If {certificate} is set, it does not know who signed that client "
        "certificate: have the CA among its trusted ones. Else see the certificate of its HTTPS listener",
    ),
    (
        "NO_CERTIFICATE_ASSIGNED|KEY_VALUES_MISMATCH|key values mismatch",
        "{certificate} and {key} do not belong together: name a certificate and the key that it was made for (PEM)",
    ),
    (
        "does not support transport",
        "{login} is basic, certificate, credssp, kerberos or ntlm, in small letters; where Ansible runs, credssp and "
        "kerberos need pip install 'pywinrm[credssp]' and 'pywinrm[kerberos]'",
    ),
    ("auth 'certificate'|SSL must be used", f"A client certificate needs HTTPS: {_TO_HTTPS}"),
    ("encryption='never'", f"Nothing encrypts Basic over HTTP: {_TO_NTLM}"),
    (
        "cert_pem and cert_key_pem|certificate_(?:key_)?pem",
        "Set {certificate} and {key} to files (PEM) that are there where Ansible runs",
    ),
    (
        "cannot be sent",
        "{login}: basic, and an address with a user and a password, take Latin-1 alone. See ansible_user and "
        "ansible_password, or take ntlm; in {proxy} write such a character as %E2%82%AC",
    ),
    (r"sequence item \d+: expected str", "See {proxy}: it is http://host:port or http://user:password@host:port"),
    ("read_timeout_sec must exceed operation_timeout_sec", "Set {read} to more than {operation}, and both above 0"),
)
# A host that answered before has gone since; one that never did may be elsewhere, or want to be spoken to otherwise.
_NEVER_ANSWERED: tuple[tuple[str, str], ...] = (
    (
        "Remote end closed connection without response|BadStatusLine",
        f"If this is the port of an HTTPS listener: {_TO_HTTPS}",
    ),
    (
        r"Connection refused|\[Errno 111\]",
        "Nothing listens on this port, or something on the way refuses it: see ansible_port (5986 where it is not set; "
        "of an HTTP listener 5985, with {scheme}: http), ansible_host, and whether WinRM runs on the host",
    ),
    (
        "ConnectTimeoutError|connect timeout|No route to host|Network is unreachable",
        "Nobody answers there: see ansible_host and ansible_port (5986 where it is not set), whether the host is up, "
        "and the firewalls on the way",
    ),
    (
        "Name or service not known|Failed to resolve|No address associated|Temporary failure in name resolution",
        "Set ansible_host to a name that is known where Ansible runs, or to the host's address",
    ),
)
_NO_ADDRESS = re.compile(r"Failed to parse: .*", re.DOTALL)
_NO_CHARACTER = re.compile(r"'[\w-]+' codec can't encode characters? .*?in position [\d-]+(?:: .*)?", re.DOTALL)
_FINDERS = tuple((re.compile(words), told) for words, told in _HINTS)
_AT_FIRST = tuple((re.compile(words), told) for words, told in _NEVER_ANSWERED)


def without_secrets(text: str) -> str:
    """An error without the address that could not be parsed, and without the character that could not be sent: their
    libraries show a part of the password in them.

    Args:
        text: The error.
    """
    return _NO_CHARACTER.sub("a character cannot be sent", _NO_ADDRESS.sub("Failed to parse an address", text))


def hint(text: str, transport: str, answered: bool = False) -> str:
    """What to set, as one more sentence behind an error; empty where the error says it, or nothing is known.

    Args:
        text: The error. It is bounded: a part of it may be the host's.
        transport: ``winrm`` or ``psrp``; others have no variables that are known.
        answered: Whether the host has given a shell before.
    """
    variables = _VARIABLES.get(transport)
    if variables is None:
        return ""
    finders = _FINDERS if answered else (*_FINDERS, *_AT_FIRST)
    told = next((told for finder, told in finders if finder.search(text)), "")
    return f". {told.format(**variables)}" if told else ""
