# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host of each product needs, what is refused, and each product on the stock policy of each Windows."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.products import ABOUT
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Product, Role
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.prediction import predict
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.registry_dump import parse_dump
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import Snapshot, build_snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.module_utils._options.reading import OptionError
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.host_policy import HostPolicy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.remedy import explain_all
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.running import product_mistakes, running

EDITIONS = ("ws2008r2-sp1", "ws2012", "ws2012r2", "ws2016-core", "ws2019-desktop", "ws2019-roles", "ws2022-core")

EDGE = {
    "internal": "10.1.0.11",
    "external_access": "192.0.2.11",
    "external_webconf": "192.0.2.12",
    "external_av": "192.0.2.13",
}


def rows_of(*roles: str, **options: object) -> list[str]:
    return [demand.requirement.id for demand in build_policy(list(roles), **options).demands]  # type: ignore[arg-type]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("product", [product.value for product in Product])
def test_each_product_is_opened_on_each_stock_policy(shared_dir: Path, edition: str, product: str) -> None:
    """All roles of a host inside at once, and an Edge Server, by the extended ruleset.

    What a plan is predicted to do opens every row, and then no more is to be done.
    """
    path = shared_dir / "data" / "stock" / f"{edition}.reg.txt"
    if not path.is_file():
        pytest.skip(f"the stock policies are not here: {path}")
    stock = build_snapshot(parse_dump(path.read_text("utf-8")), 4)
    inside = [role.value for role in ABOUT[Product(product)].roles if role is not Role.EDGE]
    for policy in (
        build_policy(inside, product=product, ruleset="extended"),
        build_policy(["edge"], product=product, ruleset="extended", edge_addresses=EDGE),
    ):
        assert_opened(policy, stock)


def assert_opened(policy: HostPolicy, stock: Snapshot) -> None:
    wanted = Wanted(rules=policy.rules)
    after = predict(make_plan(wanted, stock), stock)
    assert [
        effect.demand.requirement.id for effect in judge_policy(policy, stock) if effect.verdict.status is Status.CLOSED
    ]
    effects = judge_policy(policy, after)
    assert [effect.demand.requirement.id for effect in effects if effect.verdict.status is not Status.OPEN] == []
    plan = make_plan(wanted, after)
    assert (plan.create, plan.update, plan.delete) == ((), (), ())


def test_the_default_is_lync_2013() -> None:
    assert build_policy(["front_end"]) == build_policy(["front_end"], product="lync_2013")


@pytest.mark.parametrize(("product", "ruleset", "there"), [
    ("skype_2015", "documented", True),
    ("skype_2019", "documented", False),
    ("skype_2019", "extended", True),
    ("skype_se", "documented", False),
])  # fmt: skip
def test_rows_in_doubt_are_opened_on_request_only(product: str, ruleset: str, there: bool) -> None:
    assert ("server-17" in rows_of("front_end", product=product, ruleset=ruleset)) is there


def test_a_role_of_another_product_names_what_to_say() -> None:
    with pytest.raises(OptionError, match=r"It is one of skype_2015, skype_2019, skype_se: say with product") as caught:
        build_policy(["front_end", "office_online"])
    assert "it is lync_2013 where nothing says so" in str(caught.value)
    assert str(caught.value).endswith("Lync Server 2013 has office_web_apps (group lync_office_web_apps) in its place")
    with pytest.raises(OptionError) as caught:
        build_policy(["frontend"])
    assert "say with product" not in str(caught.value)


def test_office_web_apps_of_subscription_edition_names_what_stands_in_its_place() -> None:
    with pytest.raises(
        OptionError, match="Office Online Server stands in its place: role office_online, group lync_"
    ) as caught:
        build_policy(["office_web_apps"], product="skype_se")
    assert "say with product" not in str(caught.value)


def test_the_file_share_is_reached_from_skype_for_business_on() -> None:
    assert "skype-01" in rows_of("front_end", product="skype_2015")
    assert "skype-01" not in rows_of("front_end")


def test_a_port_that_no_page_has_is_left_out_until_it_is_said() -> None:
    options = {"product": "skype_2019", "ruleset": "extended"}
    assert {"add-23", "add-24"} <= set(build_policy(["video_interop"], **options).skipped)
    said = build_policy(["video_interop"], **options, port_overrides={"add-23": 6002})
    assert "in-tcp-6002" in [rule.key for rule in said.rules]
    assert "add-23" not in said.skipped


@pytest.mark.parametrize(("options", "told"), [
    ({"roles": ["video_interop"]}, "roles: 'video_interop' is no role of Lync Server 2013; the roles are front_end"),
    ({"roles": ["office_web_apps"], "product": "skype_se"},
     "roles: 'office_web_apps' is no role of Skype for Business Server Subscription Edition; the roles are front_end"),
    ({"roles": ["front_end"], "product": "skype_2016"}, "product: "),
    ({"roles": ["front_end"], "product": "skype_2019", "port_overrides": {"dnslb-06": 1}},
     "port_overrides.dnslb-06: the row is none of Skype for Business Server 2019"),
])  # fmt: skip
def test_what_a_product_has_not_is_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(OptionError) as caught:
        build_policy(**options)  # type: ignore[arg-type]
    assert told in str(caught.value)


def test_a_list_of_rows_to_skip_may_be_for_several_products() -> None:
    assert rows_of("front_end", product="skype_2019", skip_rows=["server-17", "skype-01"]) == [
        row for row in rows_of("front_end", product="skype_2019") if row != "skype-01"
    ]


def test_a_remedy_for_ipsec_names_the_exception_that_fits(shared_dir: Path) -> None:
    path = shared_dir / "data" / "stock" / "ws2016-core.reg.txt"
    if not path.is_file():
        pytest.skip(f"the stock policies are not here: {path}")
    rules = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\ConSecRules"
    rule = "v2.20|Action=Secure|Active=TRUE|Name=Isolate|"
    secured = f"{path.read_text('utf-8')}\r\n\r\n{rules}\r\n    {{X}}    REG_SZ    {rule}\r\n"
    stock = build_snapshot(parse_dump(secured), 4)
    for product, told in (
        ("skype_2019", "Skype for Business Server 2019 recommends: 'Mediation Server Inbound'"),
        ("lync_2013", ""),
    ):
        policy = build_policy(["mediation"], product=product)
        after = predict(make_plan(Wanted(rules=policy.rules), stock), stock)
        effect = next(found for found in judge_policy(policy, after) if found.demand.requirement.id == "server-47")
        assert effect.verdict.reason is Reason.NEEDS_IPSEC
        assert told in explain_all([effect], after)[0]
        assert bool(told) == ("recommends" in explain_all([effect], after)[0])


@pytest.mark.parametrize(("said", "version", "wrong"), [
    ("skype_2015", 8, True),
    ("skype_se", 8, False),
    ("skype_2019", "8", False),
    ("lync_2013", 7, True),
    (None, 7, False),
    ("skype_2015", None, False),
    ("skype_2015", 5, False),
])  # fmt: skip
def test_a_product_that_contradicts_the_topology_is_a_mistake(said: str | None, version: object, wrong: bool) -> None:
    found = product_mistakes("fe01", said, version)
    assert bool(found) is wrong
    if wrong:
        assert said is not None
        assert f"{said} ({ABOUT[Product(said)].name})" in found[0]
        assert f"ServiceVersion {version}" in found[0]


@pytest.mark.parametrize("version", [None, 8])
def test_a_word_that_is_no_product_is_a_mistake_that_names_the_variable_and_what_may_be_meant(version: object) -> None:
    (found,) = product_mistakes("fe01", "skype_2018", version)
    assert found.startswith("fe01: lync_firewall_product is 'skype_2018', which is no product. Did you mean skype_201")
    assert "skype_se (Skype for Business Server Subscription Edition)" in found
    assert "Did you mean" not in product_mistakes("fe01", 7, version)[0]
    assert product_mistakes("fe01", "{{ of_somebody }}", version) == ()


@pytest.mark.parametrize("version", ["v8", "8.1", 8.0, -1, [8], True, ""])
@pytest.mark.parametrize("said", [None, "lync_2013"])
def test_a_version_that_is_none_is_a_mistake(version: object, said: str | None) -> None:
    (found,) = product_mistakes("fe01", said, version)
    assert found.startswith(f"fe01: lync_version is {version!r}, which is no ServiceVersion; give 6, 7 or 8")


@pytest.mark.parametrize("version", [None, " 8", "8", "08", "{{ of_somebody }}"])
def test_a_version_that_can_be_read_or_is_none_yet_is_no_mistake(version: object) -> None:
    assert product_mistakes("fe01", "skype_2019", version) == ()


@pytest.mark.parametrize(
    ("of_topology", "version", "product"),
    [
        ("skype_se", 8, "skype_se"),
        (None, 8, "skype_2019"),
        (None, "7", "skype_2015"),
        (None, 6, "lync_2013"),
        (None, 9, None),
        (None, "v8", None),
        (None, None, None),
    ],
)
def test_a_version_alone_says_the_product_too(of_topology: str | None, version: object, product: str | None) -> None:
    """As in an inventory that an older plugin exported; of two products with one version it is the older."""
    assert running(None, of_topology, version) == product
    assert running("lync_2013", of_topology, version) == "lync_2013"
