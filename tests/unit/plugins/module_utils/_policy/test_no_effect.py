# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles whose ruleset has no row of their own, and features that a product does not have."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import (
    HOST_ROLES,
    Feature,
    Product,
    Role,
    Ruleset,
)
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.no_effect import (
    without_effect,
    without_own_rows,
)

EDGE = frozenset({Role.EDGE})


@pytest.mark.parametrize("product", Product)
def test_a_video_interop_server_and_a_sql_server_have_ports_of_their_own_in_the_extended_ruleset_only(
    product: Product,
) -> None:
    """Central Management has none in either, but for those that every server has, and what it connects to."""
    there = {Role.VIDEO_INTEROP, Role.SQL} & set(ABOUT[product].roles)
    assert set(without_own_rows(HOST_ROLES, Ruleset.DOCUMENTED, product)) == there
    assert without_own_rows(HOST_ROLES, Ruleset.EXTENDED, product) == ()


def test_a_feature_that_only_another_product_has_is_named() -> None:
    xmpp, ocs = Feature.XMPP_FEDERATION, Feature.OCS_2007_FEDERATION
    lacking = {product: without_effect(Feature, EDGE, Ruleset.DOCUMENTED, product) for product in Product}
    assert lacking == {
        Product.LYNC_2013: (),
        Product.SKYPE_2015: (ocs,),
        Product.SKYPE_2019: (xmpp, ocs),
        Product.SKYPE_SE: (xmpp, ocs),
    }
    assert without_effect([Feature.REMOTE_CALL_CONTROL], EDGE, Ruleset.DOCUMENTED, Product.SKYPE_2019) == ()
    assert without_effect([xmpp], frozenset({Role.FRONT_END}), Ruleset.DOCUMENTED, Product.SKYPE_2019) == ()
    assert without_effect([], EDGE, Ruleset.DOCUMENTED, Product.SKYPE_2019) == ()
