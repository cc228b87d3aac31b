# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `netsh advfirewall show global` prints (Windows 7 and Server 2008 R2 to Server 2012 R2).

The layout is that of the only full public capture, in the sources of puppet-windows_firewall
(windows_firewall_global.rb). Who owns a category of rules is what products told Windows with
INetFwProducts::Register; [MS-FASP] 2.2.47 (FW_RULE_CATEGORY) says what the categories are.

Not confirmed, for no capture in another language is public: that section titles and values are translated while
labels stay as they are, which Microsoft's translations of the other `show` commands suggest.
"""

from __future__ import annotations

from collections.abc import Callable

_WIDTH = 38
_OWN = ("BootTimeRuleCategory", "FirewallRuleCategory", "StealthRuleCategory")
_NEVER_A_PRODUCT_S = "ConSecRuleCategory"
SECTIONS = ("ipsec", "statefulftp", "statefulpptp", "mainmode", "categories")
"""What may follow `show global`."""


def _line(label: str, value: str) -> str:
    return f"{label:<{_WIDTH}}{value}\r\n"


def global_listing(text: Callable[[str], str], product: str | None, section: str | None = None) -> str:
    """All global settings, or one of SECTIONS.

    text: gives a message of the host's language; product: the registered third-party firewall, printed as it is,
    whatever it contains.
    """
    none, never, no, disable = (text(f"global_{word}") for word in ("none", "never", "no", "disable"))
    ipsec = "IPsec:\r\n" + "".join((
        _line("StrongCRLCheck", f"0:{text('global_disabled')}"),
        _line("SAIdleTimeMin", "5min"),
        _line("DefaultExemptions", "NeighborDiscovery,DHCP"),
        _line("IPsecThroughNAT", never),
        _line("AuthzUserGrp", none),
        _line("AuthzComputerGrp", none),
        _line("AuthzUserGrpTransport", none),
        _line("AuthzComputerGrpTransport", none),
    ))  # fmt: skip
    ftp, pptp = _line("StatefulFTP", disable), _line("StatefulPPTP", disable)
    main_mode = f"{text('global_main_mode')}:\r\n" + "".join((
        _line("KeyLifetime", "480min,0sess"),
        _line("SecMethods", "DHGroup2-AES128-SHA1,DHGroup2-3DES-SHA1"),
        _line("ForceDH", no),
    ))  # fmt: skip
    windows = text("windows_firewall")
    categories = f"{text('global_categories')}:\r\n" + "".join(
        [_line(label, windows if product is None else product) for label in _OWN] + [_line(_NEVER_A_PRODUCT_S, windows)]
    )
    parts = {"ipsec": ipsec, "statefulftp": ftp, "statefulpptp": pptp, "mainmode": main_mode, "categories": categories}
    shown = "\r\n".join((ipsec, ftp + pptp, main_mode, categories)) if section is None else parts[section]
    return f"\r\n{text('global_title')}: \r\n{'-' * 70}\r\n{shown}\r\n"
