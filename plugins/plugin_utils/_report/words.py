# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says of classes, verdicts and reasons; the words for reasons are the engine's."""

from __future__ import annotations

from typing import Any

from ...module_utils._catalogue.catalogue import EVERY
from ...module_utils._catalogue.functions import WORDS as FUNCTIONS
from ...module_utils._catalogue.functions import functions_of
from ...module_utils._catalogue.products import ABOUT
from ...module_utils._catalogue.services import NOT_APPLICABLE, VARIOUS
from ...module_utils._firewall.traffic.reasons import TEXTS, Status
from ...module_utils._policy.agreement import WORDS as WORDS_OF_PROBES
from ...module_utils._policy.dropped import WORDS as WORDS_OF_LOGS
from .model import HostClass

CLASSES: dict[HostClass, str] = {
    HostClass.COMPLIANT: "All managed rules are in place and no requirement is closed.",
    HostClass.INEFFECTIVE: "No run would change the host, but something that this collection cannot change keeps a "
    "requirement closed or forbids what is wanted, or another firewall filters.",
    HostClass.DRIFTED: "The host differs from what its roles need. A remediation brings it back.",
    HostClass.FAILED: "The host was not audited, or the task on it failed. Nothing can be said of its ports.",
    HostClass.UNREACHABLE: "No connection to the host. Nothing can be said of its ports.",
    HostClass.NOT_MANAGED: "Nothing is to be done on the host, and nothing was judged: the table asks for no rule "
    "there, as on load balancers and clients, or its managed rules were taken away on purpose.",
}

VERDICTS: dict[Status, str] = {
    Status.OPEN: "gets through",
    Status.CONDITIONAL: "gets through for one program or service only",
    Status.UNKNOWN: "cannot be told",
    Status.CLOSED: "does not get through, at least in part",
}


_INSTEAD = {
    row.id: "; ".join(FUNCTIONS[function] for function in functions_of(row.id))
    for row in EVERY
    if row.service in (NOT_APPLICABLE, VARIOUS)
}
"""What a row is for whose service the document does not name."""


def page_words() -> dict[str, Any]:
    """The words that the page's script takes, by value.

    Those of a reason are ``[short, meaning, advice]``; ``instead`` has what stands in place of a service, by row.
    """
    return {
        "classes": {host_class.value: meaning for host_class, meaning in CLASSES.items()},
        "verdicts": {status.value: meaning for status, meaning in VERDICTS.items()},
        "instead": _INSTEAD,
        "products": {product.value: about.name for product, about in ABOUT.items()},
        "says": {word.value: meaning for word, meaning in WORDS_OF_PROBES.items()},
        "cases": {case.value: meaning for case, meaning in WORDS_OF_LOGS.items()},
        "reasons": {reason.value: [text.short, text.meaning, text.advice] for reason, text in TEXTS.items()},
    }
