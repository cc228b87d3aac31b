# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a person uses it: read, search, filter, open a host, print."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import TEXTS, Reason
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Leaver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from playbooks.runs import long
from report import estate as estates
from report.browser import Browser

HOSTS = "#map tr.host th bdi"
COUNT = "#count"


def drawn_hosts(browser: Browser) -> list[str]:
    """Names of all hosts that the filters leave, those out of view included, in the order of the map."""
    browser.size(1440, 3000)  # the box of the map grows with the window, so that all rows of 40 hosts are in view
    browser.run("dispatchEvent(new Event('resize'))")
    wanted = int(browser.texts(COUNT)[0].split()[0])
    browser.wait(f"return document.querySelectorAll('{HOSTS}').length === {wanted}")
    return browser.texts(HOSTS)


def search(browser: Browser, text: str) -> list[str]:
    """Type into the search box."""
    box = browser.one("#search")
    box.clear()
    box.send_keys(text)
    return drawn_hosts(browser)


@pytest.fixture
def estate(browser: Browser, pages: Path) -> Browser:
    """The page of 40 hosts."""
    browser.open(pages / "estate.html")
    return browser


@pytest.mark.parametrize("name", ["estate", "hostile", "large", "empty"])
def test_a_page_draws_itself_asks_for_nothing_and_complains_of_nothing(
    browser: Browser, pages: Path, name: str
) -> None:
    page = pages / f"{name}.html"
    browser.open(page)
    browser.run("document.querySelector('#map tr.host th')?.click()")
    assert browser.problems() == []
    assert browser.requests() == [page.as_uri()]


@pytest.mark.parametrize("name", ["estate", "hostile", "large", "empty"])
@pytest.mark.parametrize("width", [800, long(1280), long(1920), 360])
@pytest.mark.sample("360-hostile", "360-estate", "800-large")
def test_nothing_is_wider_than_the_window(browser: Browser, pages: Path, name: str, width: int) -> None:
    browser.size(width)
    browser.open(pages / f"{name}.html")
    assert browser.overflow() <= 0
    for number in range(min(3, len(browser.all(HOSTS)))):
        browser.run("document.querySelectorAll('#map tr.host th')[arguments[0]].click()", number)
        assert browser.run("return document.getElementById('detail').open")
        assert browser.overflow() <= 0
        assert (
            browser.run("const b = document.querySelector('.detail-body'); return b.scrollWidth - b.clientWidth") <= 0
        )
        browser.run("document.getElementById('detail').close()")


def test_the_glance_counts_what_the_data_says(estate: Browser) -> None:
    data = json.loads(estate.texts("#data")[0])
    cards = estate.run(
        "return [...document.querySelectorAll('.card')].map(e => [e.dataset.value || 'hosts', "
        "e.querySelector('.number').textContent])"
    )
    of_hosts = {name: number for name, number in data["totals"].items() if not name.endswith("wider_rows")}
    assert {name: int(number) for name, number in cards} == of_hosts
    verdicts = Counter(cell[1] for host in data["hosts"] for cell in host["cells"])
    told = estate.run("return [...document.querySelectorAll('.segment[data-kind=verdict]')].map(e => e.ariaLabel)")
    assert sorted(told) == sorted(f"{name}: {number} of {sum(verdicts.values())}" for name, number in verdicts.items())


def test_unreachable_hosts_stand_apart_and_have_no_cells(estate: Browser) -> None:
    assert drawn_hosts(estate)[:2] == ["fe06.example.com", "owa04.example.com"]
    rows = estate.all("#map tr.host.class-unreachable")
    assert len(rows) == 2
    for row in rows:
        assert row.find_elements(By.CSS_SELECTOR, ".cell") == []
        assert "timed out" in row.text
    colours = [
        estate.run("return getComputedStyle(document.querySelector(arguments[0])).backgroundColor", selector)
        for selector in ("#map .sign.class-unreachable", "#map .sign.class-compliant", "#map .verdict-open")
    ]
    assert len(set(colours)) == 3


def test_every_verdict_has_a_sign_of_its_own(estate: Browser) -> None:
    drawn_hosts(estate)
    found = estate.run(
        "const all = {}; for (const cell of document.querySelectorAll('#map .cell:not(.none)'))"
        " (all[cell.className.replace(' dim', '')] ||= new Set()).add(cell.textContent);"
        " return Object.entries(all).map(([name, signs]) => [name, [...signs]])"
    )
    assert len(found) == 5
    signs = [sign for _name, (sign,) in found]
    assert len(set(signs)) == 5


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("fe07", {"fe07"}),
        ("FE0", {f"fe{number:02}" for number in range(1, 10)}),
        ("medpool", {f"med{number:02}" for number in range(1, 9)}),
        ("server-51", {"pchat01", "pchat03", "pchat04"}),
        ("legacy sip", {"fe07", "fe08"}),
        ("dmz", {"med06"}),
        ("timed out", {"fe06", "owa04"}),
        ("58000 pool02", {f"fe{number:02}" for number in range(9, 17)}),
        ("fe07 legacy", {"fe07"}),
        ("fe06 server-03", set()),
        ("nothing-like-this", set()),
    ],
)
@pytest.mark.sample("fe07-", "58000", "legacy sip", "nothing-like")
def test_search_finds_hosts_pools_rows_ports_and_rule_names(estate: Browser, text: str, hosts: set[str]) -> None:
    assert set(search(estate, text)) == {f"{host}.example.com" for host in hosts}
    assert estate.problems() == []


def test_a_port_inside_a_range_is_found_and_other_columns_go(estate: Browser) -> None:
    search(estate, "58000")
    assert estate.texts("#map thead .head b") == ["57501-60000", "57501-65535", "49152-65535"]
    estate.one("#check-narrow").click()
    drawn_hosts(estate)
    assert len(estate.texts("#map thead .head b")) == 52
    search(estate, "fe07 server-03")
    assert len(estate.all("#map .cell:not(.none):not(.dim)")) == 1
    assert len(estate.all("#map .cell.dim")) > 30


def test_filters_by_class_verdict_and_reason_work_together_and_can_be_cleared(estate: Browser) -> None:
    estate.one("#filters [data-value=ineffective]").click()
    assert {name.split(".")[0] for name in drawn_hosts(estate)} == {"fe07", "fe08", "med03", "med06"}
    estate.one("#filters [data-value=drifted]").click()
    assert len(drawn_hosts(estate)) == 9
    estate.one("#filters [data-value=unknown]").click()
    assert drawn_hosts(estate) == ["dir04.example.com"]
    pressed = estate.run(
        "return [...document.querySelectorAll('#filters [aria-pressed=true]')].map(e => e.dataset.value)"
    )
    assert pressed == ["drifted", "ineffective", "unknown"]
    estate.one("#clear").click()
    assert len(drawn_hosts(estate)) == 40
    assert not estate.one("#clear").is_displayed()
    estate.one("#reason option[value=block_rule]").click()
    assert {name.split(".")[0] for name in drawn_hosts(estate)} == {"fe07", "fe08", "med06"}
    search(estate, "pool01")
    assert {name.split(".")[0] for name in drawn_hosts(estate)} == {"fe07", "fe08"}


def test_cards_and_bars_filter_too(estate: Browser) -> None:
    estate.one(".card[data-value=unreachable]").click()
    assert drawn_hosts(estate) == ["fe06.example.com", "owa04.example.com"]
    estate.one(".card[data-value=unreachable]").click()
    estate.one(".segment[data-value=conditional]").click()
    assert {name.split(".")[0] for name in drawn_hosts(estate)} == {"fe03", "fe11"}


def test_grouping_puts_the_worst_first_and_can_be_switched_off(estate: Browser) -> None:
    drawn_hosts(estate)
    groups = [text.split(" ")[0] for text in estate.texts("#map tr.group .stuck")]
    assert [text.lstrip("∅!≠⊘✓○") for text in groups] == [
        "unreachable", "failed", "drifted", "ineffective", "compliant", "not",
    ]  # fmt: skip
    estate.one("#check-group").click()
    assert drawn_hosts(estate) == sorted(drawn_hosts(estate))
    assert estate.all("#map tr.group") == []


def test_a_mixed_estate_is_grouped_by_product(browser: Browser, tmp_path: Path) -> None:
    """Each class by product, the oldest first; a host that could not be reached by what the inventory says."""
    mixed = estates.mixed_estate()
    (tmp_path / "mixed.html").write_bytes(to_html(estates.report(mixed)))
    browser.open(tmp_path / "mixed.html")
    drawn_hosts(browser)
    assert [" ".join(text.split()) for text in browser.texts("#map tr.group .stuck")] == [
        "∅unreachable, Skype for Business Server 2019 1",
        "∅unreachable 1",
        "≠drifted, Lync Server 2013 1",
        "≠drifted, Skype for Business Server 2019 1",
        "✓compliant, Lync Server 2013 1",
        "✓compliant, Skype for Business Server 2019 1",
    ]
    assert len(drawn_hosts(browser)) == len(mixed)
    search(browser, "skype for business server 2019")
    assert drawn_hosts(browser) == ["sfb03.contoso.test", "sfb02.contoso.test", "sfb01.contoso.test"]


def test_what_to_do_first_names_the_culprit_and_shows_its_hosts(estate: Browser) -> None:
    titles = estate.texts("#todo .thing h3")
    assert titles[0].startswith("∅unreachable")
    assert titles[1].startswith("!failed")
    (block,) = [
        one for one in estate.all("#todo .thing") if one.find_element(By.TAG_NAME, "h3").text.find("block rule") >= 0
    ]
    assert "Block legacy SIP (group policy) on 2 hosts" in block.text
    block.find_element(By.CSS_SELECTOR, "button.plain").click()
    assert {name.split(".")[0] for name in drawn_hosts(estate)} == {"fe07", "fe08", "med06"}


def test_what_changed_since_the_earlier_report(estate: Browser) -> None:
    changes = {
        title.rsplit(" ", 1)[0].lstrip("∅!≠⊘✓"): hosts
        for title, hosts in estate.run(
            "return [...document.querySelectorAll('.change')].map(e => [e.querySelector('h3').textContent,"
            " [...e.querySelectorAll('.chip bdi')].map(b => b.textContent.split('.')[0])])"
        )
    }
    assert changes == {
        "Newly unreachable": ["fe06"],
        "New drift": ["fe03", "fe11"],
        "Newly ineffective": ["fe07"],
        "In reach again": ["dir02"],
        "Repaired": ["fe04", "med05"],
        "New in the report": ["fe16"],
        "No longer in the report": ["fe00"],
    }
    assert "2026-03-11 06:00:00 UTC" in estate.one(".top").text


def test_a_cell_tells_verdict_reason_rule_and_what_mends_it(estate: Browser) -> None:
    search(estate, "fe07 server-03")
    estate.run(
        "document.querySelector('#map .cell.verdict-closed:not(.dim)')"
        ".dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))"
    )
    text = estate.one("#tip").text
    for part in (
        "fe07.example.com",
        "server-03",
        "TCP 5061",
        "closed",
        "block rule",
        "Block legacy SIP",
        "Group Policy",
    ):
        assert part in text
    estate.run("document.querySelector('#map').dispatchEvent(new MouseEvent('mouseleave'))")
    assert not estate.one("#tip").is_displayed()
    search(estate, "fe03 server-04")
    estate.run(
        "document.querySelector('#map .cell.verdict-closed')"
        ".dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))"
    )
    assert 'netsh advfirewall firewall add rule name="LyncOps in-tcp-444 g1"' in estate.one("#tip").text


def test_the_panel_of_a_host_has_all_of_it_and_its_commands_can_be_copied(estate: Browser) -> None:
    estate.run("document.querySelector('button[data-host^=fe03]').click()")
    text = estate.one("#detail").text
    for part in ("fe03.example.com", "drifted", "front end + mediation", "pool01.example.com", "Lisbon", "running"):
        assert part in text
    assert len(estate.all("#detail .requirements tbody tr")) == 41
    first = estate.one("#detail .requirements tbody tr").text
    assert first.startswith("✕"), "the worst comes first"
    commands = [code.text for code in estate.all("#detail pre code")]
    assert len(commands) == 4
    assert all(command.startswith("netsh advfirewall firewall add rule name=") for command in commands)
    estate.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    estate.one("#detail .copy").click()
    estate.wait("return document.querySelector('#detail .copy').textContent !== 'Copy all'")
    assert estate.one("#detail .copy").text == "Copied"
    copied = estate.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")
    assert copied.replace("\r\n", "\n") == "\n".join(commands)
    estate.one("#detail").send_keys(Keys.ESCAPE)
    estate.wait("return !document.getElementById('detail').open")


def test_the_keyboard_alone_is_enough(estate: Browser) -> None:
    def focused() -> list[str]:
        found: list[str] = estate.run(
            "const e = document.activeElement; const row = e.closest('tr');"
            " return [row?.querySelector('bdi')?.textContent || '', e.dataset.column || '']"
        )
        return found

    body = estate.one("body")
    body.send_keys("/")
    assert estate.run("return document.activeElement.id") == "search"
    estate.driver.switch_to.active_element.send_keys("fe07" + Keys.TAB)
    estate.run("document.querySelector('#map [tabindex=\"0\"]').focus()")
    assert focused() == ["fe07.example.com", "-1"]
    estate.driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert focused() == ["fe07.example.com", "1"]
    assert estate.one("#tip").is_displayed()
    estate.driver.switch_to.active_element.send_keys(Keys.END)
    assert int(focused()[1]) > 30
    estate.driver.switch_to.active_element.send_keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ENTER)
    assert estate.one("#detail").is_displayed()
    assert len(estate.all("#detail tr.target")) == 1
    estate.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    estate.wait("return !document.getElementById('detail').open")
    estate.one("#clear").click()
    estate.run("document.querySelector('#map [tabindex=\"0\"]').focus()")
    seen = [focused()[0]]
    for _step in range(39):
        estate.driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
        seen.append(focused()[0])
    assert len(set(seen)) == 40, "arrows go through all hosts, over the groups and out of view"
    estate.driver.switch_to.active_element.send_keys(Keys.CONTROL, Keys.HOME)
    assert focused()[0] == seen[0]


def test_scrolling_draws_the_rest_and_only_what_is_in_view_exists(browser: Browser, pages: Path) -> None:
    browser.open(pages / "large.html")
    assert browser.texts(COUNT) == ["500 hosts × 60 requirements"]
    assert len(browser.all(HOSTS)) < 100
    height = browser.run("return document.querySelector('#map table').offsetHeight")
    assert height >= 500 * 28
    browser.run("document.getElementById('map').scrollTop = 1e9")
    last = "fe496.example.com"  # of the compliant, which come last
    browser.wait(f"return [...document.querySelectorAll('{HOSTS}')].some(e => e.textContent === '{last}')")
    assert len(browser.all(HOSTS)) < 100


def test_the_largest_page_is_drawn(browser: Browser, pages: Path, record_property: pytest.RecordProperty) -> None:
    page = pages / "large.html"
    times = []
    for _time in range(3):
        browser.open(page)
        times.append(int(browser.run("return document.documentElement.dataset.drawn")))
    search_time = browser.run(
        "const box = document.getElementById('search'); box.value = 'legacy'; const from = performance.now();"
        " box.dispatchEvent(new Event('input')); return performance.now() - from"
    )
    record_property("milliseconds_to_the_drawn_map", times)
    record_property("milliseconds_to_search", round(search_time, 1))
    record_property("bytes", page.stat().st_size)
    print(f"\n500 x 60: {page.stat().st_size} bytes, drawn after {times} ms, searched in {search_time:.1f} ms")
    assert browser.texts(COUNT)[0].startswith("100 hosts × ")
    assert all(time > 0 for time in times)


@pytest.mark.parametrize("name", ["estate", "hostile"])
def test_it_prints_all_hosts_and_what_is_wrong_and_cleans_up(
    browser: Browser, pages: Path, tmp_path: Path, name: str
) -> None:
    browser.open(pages / f"{name}.html")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    data = json.loads(browser.texts("#data")[0])
    text = browser.texts("#print-area")[0]
    if name == "estate":
        assert all(host["name"] in text for host in data["hosts"])
        wrong = [host["name"] for host in data["hosts"] if host["class"] not in ("compliant", "not_managed")]
        assert sorted(browser.texts(".printed-host h3 > bdi:first-child")) == sorted(wrong)
        columns = browser.texts(".grid.printed thead .head i")
        assert columns == [row["id"] for row in data["requirements"]], "parts of the map hold each requirement once"
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert browser.texts("#print-area") == [""]
    assert browser.pdf(tmp_path / "report.pdf") > 2
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    assert browser.problems() == []


@pytest.mark.parametrize("name", ["hardened", long("pool"), long("bare"), "fresh"])
def test_three_hosts_are_three_pages_and_the_map_is_whole(
    browser: Browser, pages: Path, tmp_path: Path, name: str
) -> None:
    browser.open(pages / f"{name}.html")
    assert browser.pdf(tmp_path / "report.pdf") <= 3
    browser.command("Emulation.setEmulatedMedia", media="print")
    try:
        browser.run("dispatchEvent(new Event('beforeprint'))")
        wanted = browser.run(
            "return [...document.querySelectorAll('.grid.printed')].map(e => getComputedStyle(e).breakInside)"
        )
        assert set(wanted) == {"avoid"}
        assert len(browser.all(".printed-host h3 bdi:first-child")) == 3
    finally:
        browser.command("Emulation.setEmulatedMedia", media="")


def test_hosts_of_which_the_same_is_said_are_told_of_once(browser: Browser, pages: Path) -> None:
    browser.open(pages / "pool.html")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert len(browser.all(".printed-host")) == 2
    rows = browser.texts(".printed-host .alike tbody tr")
    assert len(rows) == 2, "one line for all that has no rule, one for what is blocked"
    assert "server-03 Front-End, TCP 5061" in rows[0]


@pytest.mark.parametrize("name", ["estate", "hardened"])
@pytest.mark.parametrize("width", [900, 1400])
@pytest.mark.sample("900-estate", "1400-hardened")
def test_column_heads_do_not_crowd_and_name_the_service(browser: Browser, pages: Path, name: str, width: int) -> None:
    browser.size(width)
    browser.open(pages / f"{name}.html")
    heads = browser.run(
        "return [...document.querySelectorAll('#map thead .head')].map(e => { const all = [...e.children]"
        ".map(c => c.getBoundingClientRect()); const th = e.closest('th').getBoundingClientRect();"
        " return [Math.min(...all.map(r => r.left)) - th.left, th.right - Math.max(...all.map(r => r.right)),"
        " Math.max(...all.map(r => r.height)) - th.height, e.textContent]; })"
    )
    assert all(left >= -0.5 and right >= -0.5 and higher <= 0 for left, right, higher, _text in heads), heads
    texts = [text for *_places, text in heads]
    assert "57501-65535 server-10Audio/Video Conferencing" in texts
    assert not any("Not applicable" in text or "Various" in text for text in texts)
    cut = browser.run(
        "return [...document.querySelectorAll('#map thead .head > span:first-child')]"
        ".filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.textContent)"
    )
    assert cut == [], "ports and rows are whole"


@pytest.mark.parametrize("width", [360, long(700), 900, long(1000), 1400])
def test_no_word_is_broken(browser: Browser, pages: Path, width: int) -> None:
    """What is ours is as high as its lines: a label has one, and a segment of a bar has its word or its sign."""
    browser.size(width)
    browser.open(pages / "estate.html")
    labels = browser.run(
        "return [...document.querySelectorAll('.card .label, .classes dt, .chip.filter')]"
        ".filter(e => e.offsetHeight > 30 || e.scrollWidth > e.clientWidth).map(e => e.textContent)"
    )
    assert labels == []
    segments = browser.run(
        "return [...document.querySelectorAll('.segment')].filter(e => e.scrollWidth > e.clientWidth)"
        ".map(e => e.textContent).filter(text => text.length > 1)"
    )
    assert segments == []


def test_it_begins_with_what_users_may_notice(estate: Browser) -> None:
    text = estate.one("#short").text
    assert "40 servers of Lync" in text
    assert "May fail: calls to and from the telephone network, on 5 of 23 servers." in text
    assert "Of 3 servers nothing is known" in text


def test_the_classes_are_explained_where_they_are_counted(estate: Browser) -> None:
    text = estate.one("#classes").text
    assert "the table asks for no rule there" in text
    assert [text.lstrip("∅!≠⊘✓○") for text in estate.texts("#classes dt")] == [
        "not managed", "compliant", "ineffective", "drifted", "failed", "unreachable",
    ]  # fmt: skip


def test_a_reason_is_spelt_in_one_way(estate: Browser) -> None:
    """In what is to be done, the filter, the cell's name, its tip, and the panel."""
    search(estate, "fe11 server-04")
    cell = "#map .cell.verdict-closed:not(.dim)"
    spelt = TEXTS[Reason.DISABLED].short
    assert estate.run(f"return document.querySelector('{cell}').ariaLabel") == f"closed, {spelt}"
    estate.run(f"document.querySelector('{cell}').dispatchEvent(new MouseEvent('mouseover', {{ bubbles: true }}))")
    assert estate.texts("#tip .reason") == [spelt]
    estate.run("document.querySelector('button[data-host^=fe11]').click()")
    others = {TEXTS[reason].short for reason in (Reason.PROGRAM_RULE, Reason.DEFAULT_ALLOW)}
    assert set(estate.texts("#detail .requirements .reason")) == {spelt, *others}
    assert any(text.startswith(f"{spelt} (") for text in estate.texts("#reason option"))
    assert any(spelt in text for text in estate.texts("#todo h3"))


def test_who_has_left_is_named(browser: Browser, pages: Path, tmp_path: Path) -> None:
    hosts = estates.small_estates()["pool"]
    leaver = Leaver("<b>old</b>", "inventory", ("director",), 6, estates.EARLIER)
    lost = Leaver("fe01.contoso.test", "roles", ("mediation",), None, estates.EARLIER)
    (tmp_path / "left.html").write_bytes(to_html(replace(estates.report(hosts), left=(lost, leaver))))
    browser.open(tmp_path / "left.html")
    text = " ".join(browser.one(".thing.left").text.split())
    assert "left, and not retired 2 hosts" in text
    assert "<b>old</b> is not in the inventory any more (director); 6 managed rules, seen 2026-03-11" in text
    assert "fe01.contoso.test lost a role (mediation); whether it has rules of ours is not known" in text
    assert "lyncops.firewall.retire" in text
    assert "2 servers left the estate" in browser.one("#short").text


def test_files_that_stand_for_no_host_are_named(browser: Browser, tmp_path: Path) -> None:
    names = ("<b>old</b>.reg", *(f"x{number:02d}.txt" for number in range(9)))
    report = replace(estates.report(estates.small_estates()["pool"]), files_of_nobody=names)
    (tmp_path / "files.html").write_bytes(to_html(report))
    browser.open(tmp_path / "files.html")
    text = " ".join(browser.one(".thing.files-of-nobody").text.split())
    assert "files of no host 10 files" in text
    assert "<b>old</b>.reg" in text
    assert "and 2 more" in text
    (tmp_path / "none.html").write_bytes(to_html(replace(report, files_of_nobody=())))
    browser.open(tmp_path / "none.html")
    assert browser.texts(".thing.files-of-nobody") == []


def test_dark_colours_are_others(estate: Browser) -> None:
    def colours() -> list[str]:
        found: list[str] = estate.run(
            "return ['body', '.card', '#map .verdict-open']"
            ".map(name => getComputedStyle(document.querySelector(name)).backgroundColor)"
        )
        return found

    light = colours()
    estate.dark(True)
    assert all(one != other for one, other in zip(light, colours(), strict=True))


def test_without_javascript_there_are_tables(browser: Browser, pages: Path) -> None:
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.driver.get((pages / "estate.html").as_uri())
        text = browser.one("main").text
    finally:
        browser.command("Emulation.setScriptExecutionDisabled", value=False)
    assert "40 hosts: 24 compliant" in text
    assert "fe06.example.com unreachable" in text
