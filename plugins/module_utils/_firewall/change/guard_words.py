# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the lockout guard: in which profile WinRM is not open, and what would admit it."""

from __future__ import annotations

from collections.abc import Mapping

from ..._texts import first_few, said
from ..state.rule import Direction, Profile, profile_names
from ..state.snapshot import Snapshot
from ..traffic.matching import Traffic, match
from ..traffic.reasons import TEXTS, Reason
from ..traffic.rule_names import MOST_NAMED
from ..traffic.verdict import describe
from ..traffic.weighing import Verdict
from .new_blocks import blocks_in
from .plan import Plan
from .site_naming import entry_name

ADMITS = "What would admit it"
_BEYOND_RULES = (
    Reason.SHIELDS_UP,
    Reason.LOCAL_RULES_IGNORED,
    Reason.BLOCK_RULE,
    Reason.POSSIBLE_BLOCK,
    Reason.OLDER_LIST,
    Reason.OTHER_FIREWALL,
)
ALONE = f"{ADMITS}, once a run has added it and nothing else"
_OF_SITE = "extra_rules asks for the block ({}): narrow or leave out that entry"


def listed(profiles: frozenset[Profile]) -> str:
    """Profiles of which our connection arrives through one."""
    names = profile_names(profiles)
    return f"the {' or the '.join(names)} profile"


def sentence_of(stage: str, traffic: Traffic, verdict: Verdict) -> str:
    """That WinRM is not open in a profile at some stage, and why; no full stop."""
    names = f" ({', '.join(map(said, verdict.by))})" if verdict.by else ""
    return (
        f"{stage}, WinRM ({describe(traffic)}) is {verdict.status.value} in the {verdict.profile.value} profile: "
        f"{TEXTS[verdict.reason].short}{names}"
    )


def way_out(introduction: str, refused: Mapping[Profile, Reason], traffic: Traffic, plan: Plan, held: Snapshot) -> str:
    """What would admit WinRM: one site rule, ready to be pasted, unless rules do not decide.

    Args:
        introduction: `ADMITS` or `ALONE`.
        refused: Profiles that it is about, and why it is not open in each.
        traffic: What is to be admitted.
        plan: What would be done.
        held: The host whose rules count, as it is or will be.
    """
    if Reason.NEEDS_IPSEC in refused.values():
        return (
            "What would admit it: a connection security rule that exempts WinRM or this controller, which a person "
            "has to make; or leave firewall_enabled and firewall_service unmanaged"
        )
    beyond = next((reason for reason in _BEYOND_RULES if reason in refused.values()), None)
    if beyond:  # no allow rule of ours would help
        return f"{ADMITS}: {_against(beyond, refused, traffic, held)}"
    names, ports, remote = profile_names(frozenset(refused)), traffic.ports, traffic.remote
    if plan.delete and introduction == ADMITS and not (plan.create or plan.update or plan.kept):
        # No managed rule is to be left, so none could help.
        profiles = "any" if len(names) == len(Profile) else ",".join(names)
        at = "" if traffic.local.is_any else f" localip={traffic.local}"
        return (
            "What would admit it: a rule that is not managed here, netsh advfirewall firewall add rule "
            f'name="WinRM" dir=in action=allow protocol=TCP localport={ports}{at} remoteip={remote} '
            f"profile={profiles}"
        )
    scope = "" if remote.is_any else f"remoteip: [{remote}], "
    if not traffic.local.is_any:
        scope = f"localip: [{traffic.local}], {scope}"
    return (
        f"{introduction}: extra_rules: [{{name: WinRM {ports}, protocol: tcp, localport: '{ports}', {scope}"
        f"profiles: [{', '.join(names)}]}}]"
    )


def _against(beyond: Reason, refused: Mapping[Profile, Reason], traffic: Traffic, held: Snapshot) -> str:
    """What to do about a reason that no allow rule helps against; of a block of ours, in the options."""
    advice = TEXTS[beyond].advice
    if beyond not in (Reason.BLOCK_RULE, Reason.POSSIBLE_BLOCK):
        return advice
    blocks = [rule for profile in refused for rule in blocks_in(held, profile, Direction.IN)]
    names = {entry_name(rule): None for rule in blocks if match(rule, traffic)}
    entries = [repr(said(name)) for name in names if name]
    if not entries:
        return advice
    sentence = _OF_SITE.format(first_few(entries, MOST_NAMED))
    return f"{sentence}. Beside that: {advice}" if "" in names else sentence
