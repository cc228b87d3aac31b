# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup plugin: the rows of Microsoft's port tables as plain data."""

from __future__ import annotations

DOCUMENTATION = r"""
name: lync_ports
short_description: Ports that Microsoft documents for Lync Server 2013 and Skype for Business Server
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Returns the rows of the four tables in Microsoft's page I(Ports and protocols for internal servers) for Lync
    Server 2013. There are 91 rows, the doubled ones and the blank one included, in the order of the page.
  - With O(product) they are those of the page I(Port and protocol requirements for servers) of Skype for Business
    Server, 91 rows for 2015, 89 for 2019 and Subscription Edition. A row has the same ID for all products.
  - The rows of an Edge Server are on pages of their own, and come where O(role) or an ID asks for them.
  - Each row says who listens or connects, on which ports and transports, who is at the other end, and what to know
    before trusting it.
  - Call it with C(query), which always returns a list. With C(lookup), a single row comes without its list.
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.catalogue
    description: "The catalogue: every row"
options:
  _terms:
    description:
      - IDs of the rows wanted, such as V(server-03), in the order wanted. Lists of IDs are accepted too. Rows of the
        extended ruleset, such as V(add-01), can be named in any case.
      - All rows of the page if not given; those of an Edge Server are asked for by O(role) or ID. An empty list gives
        no rows.
    type: list
    elements: str
  role:
    description:
      - A role, or a list of roles. Keeps the rows that apply to a host that holds exactly these.
      - V(front_end) together with V(mediation) also keeps the rows of a collocated Mediation Server.
      - Roles of a Windows host are V(front_end), V(director), V(mediation), V(persistent_chat), V(office_web_apps) (not
        of Subscription Edition), V(office_online) and V(video_interop) (not of Lync Server 2013), V(edge),
        V(central_management) and V(sql), which has rows in the extended ruleset only.
      - V(file_store) is the host of the file share.
      - The tables that are not about Windows hosts have the roles V(front_end_load_balancer),
        V(director_load_balancer), V(mediation_load_balancer), V(client) and V(phone).
      - An empty list keeps no rows.
    type: list
    elements: str
  product:
    description:
      - The product whose rows are wanted, in its words. V(lync_2013) is Lync Server 2013; V(skype_2015), V(skype_2019)
        and V(skype_se) are Skype for Business Server 2015, 2019 and Subscription Edition.
    type: str
    choices: [lync_2013, skype_2015, skype_2019, skype_se]
    default: lync_2013
  ruleset:
    description:
      - V(documented) is the page's rows that the product has. V(extended) adds, after them, what Microsoft documents
        elsewhere and the page forgets, each with its source. Those rows have ids such as V(add-01). It
        also has the rows of the page that other pages say are gone from the product, with a caveat.
    type: str
    choices: [documented, extended]
    default: documented
  direction:
    description:
      - Keeps the rows of Windows hosts in which the host is this end of the connection.
      - With V(in) the host listens; with V(out) it connects, and the listener is elsewhere.
    type: str
    choices: [in, out]
  query:
    description:
      - A L(JMESPath, https://jmespath.org) expression that is applied to the list of rows that is left.
      - The result is always a list. A string, number, boolean or dictionary becomes a list of one, null an empty list.
    type: str
requirements:
  - jmespath (Python library on the controller; only for O(query))
notes:
  - The rows say what the page says. Where other Microsoft pages contradict it, the row has a RV(_raw[].caveat).
  - Rows with a RV(_raw[].feature) are optional on the page, and are not opened unless that feature is asked for.
"""

EXAMPLES = r"""
- name: Show all rows of the page
  ansible.builtin.debug:
    msg: "{{ query('lyncops.firewall.lync_ports') }}"

- name: Show two rows
  ansible.builtin.debug:
    msg: "{{ query('lyncops.firewall.lync_ports', 'server-03', 'server-37') }}"

- name: Show what a Front End Server with a collocated Mediation Server listens on
  ansible.builtin.debug:
    msg: "{{ query('lyncops.firewall.lync_ports', role=['front_end', 'mediation'], direction='in') }}"

- name: Show what a Video Interop Server of 2019 listens on
  ansible.builtin.debug:
    msg: "{{ query('lyncops.firewall.lync_ports', role='video_interop', product='skype_2019', ruleset='extended') }}"

- name: Show which rows Microsoft contradicts elsewhere
  ansible.builtin.debug:
    msg: "{{ query('lyncops.firewall.lync_ports', query='[?caveat].{id: id, caveat: caveat}') }}"

- name: Probe the single TCP ports of a Director
  ansible.builtin.wait_for:
    host: director01.example.com
    port: "{{ item | int }}"
    timeout: 3
  loop: "{{ query('lyncops.firewall.lync_ports', role='director', direction='in', query=probes) | unique }}"
  vars:
    probes: "[?contains(transports, 'tcp') && !contains(ports, '-') && !feature].ports"
  delegate_to: localhost
"""

RETURN = r"""
_raw:
  description:
    - The rows, or what O(query) makes of them.
  type: list
  elements: dict
  contains:
    id:
      description: Table and number of the row.
      type: str
      sample: server-03
    table:
      description: >-
        The table: V(server) (internal servers), V(hlb) and V(dnslb) (load balancers, without and with DNS load
        balancing), V(client), V(edge) (Edge Servers), and V(add) for the additions of the extended
        ruleset.
      type: str
      sample: server
    roles:
      description: Who the row applies to; any of them. Empty for the blank row.
      type: list
      elements: str
      sample: [front_end]
    service:
      description: Name of the service, one spelling per service. Empty for the blank row.
      type: str
      sample: Lync Server Front-End service
    ports:
      description: A port or a range of ports. Empty for the blank row.
      type: str
      sample: "5061"
    transports:
      description: V(tcp), V(udp) or both.
      type: list
      elements: str
      sample: [tcp]
    protocol:
      description: The protocol as the page prints it; paragraphs are joined with C( | ).
      type: str
      sample: TCP (TLS)
    disposition:
      description: >-
        V(listen) (inbound on the host), V(connect) (outbound from the host), V(appliance) (a load balancer's listener),
        V(client) or V(blank).
      type: str
      sample: listen
    feature:
      description: The feature the row depends on, or null.
      type: str
      sample: remote_call_control
    peers:
      description: Who connects, or, for V(connect), whom the host connects to. V(any) stands alone.
      type: list
      elements: str
      sample: [any]
    caveat:
      description: What to know before trusting the row, or null.
      type: str
      sample: "Outbound: the listener is the gateway, of which 5066 is the default TCP port."
    note:
      description: What the row is for.
      type: str
      sample: SIP to Call Park.
    source:
      description: Document, table and row.
      type: str
      sample: "Lync Server 2013: Ports and protocols for internal servers, table 1, row 3"
    products:
      description: The products that have the row.
      type: list
      elements: str
      sample: [lync_2013, skype_2015, skype_2019, skype_se]
    in_doubt:
      description: Products of which documents contradict each other about the row. It is in their extended ruleset.
      type: list
      elements: str
      sample: []
    interface:
      description: >-
        Of an Edge Server, the interface that the row listens on: V(internal), V(external_access), V(external_webconf)
        or V(external_av); otherwise null.
      type: str
      sample: external_access
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils._catalogue import catalogue
from ..module_utils._catalogue.model import Requirement
from ..module_utils._catalogue.products import ABOUT, roles_of
from ..module_utils._catalogue.role_names import RoleError
from ..module_utils._catalogue.words import HOST_ROLES, Disposition, Product, Role, Ruleset
from ..plugin_utils._plain import plain

try:
    import jmespath
    from jmespath.exceptions import ParseError
except ImportError:
    HAS_JMESPATH = False
else:
    HAS_JMESPATH = True

_DISPOSITIONS = {"in": Disposition.LISTEN, "out": Disposition.CONNECT}
_OPTIONS = ("role", "product", "ruleset", "direction", "query")
# A collocated Mediation Server follows from two roles; everything else can be asked for by name.
_OTHERS = tuple(role for role in Role if role not in (*HOST_ROLES, Role.COLLOCATED_MEDIATION))


class LookupModule(LookupBase):  # type: ignore[misc]  # ansible-core is Any to mypy
    """Thin face of the catalogue: options in, plain lists and dicts out."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """The rows, selected and queried.

        Raises:
            AnsibleLookupError: An option, a row id, a role or the query is wrong; the message says which and why.
        """
        _check_options(kwargs)
        self.set_options(var_options=variables, direct=kwargs)
        # Errors are raised "from None": newer ansible-core prints the cause too, and ours would then say all twice.
        try:
            product, ruleset = Product(self.get_option("product")), Ruleset(self.get_option("ruleset"))
            names = self.get_option("role")
            rows = _named(self._flatten(terms), product) if terms else catalogue.rows(ruleset, product)
            if not terms and names and Role.EDGE in names:  # on pages of their own, and asked for by name
                rows = (*rows, *catalogue.edge_rows(product))
            rows = _held_by(rows, names, product)
        except catalogue.RowError as error:
            raise AnsibleLookupError(f"lync_ports: {error}") from None
        except RoleError as error:
            raise AnsibleLookupError(f"lync_ports, option role: {error}") from None
        rows = _directed(rows, self.get_option("direction"))
        data = [row.to_dict() for row in rows]
        expression = self.get_option("query")
        return data if expression is None else evaluate(expression, data)


def evaluate(expression: str, data: list[dict[str, Any]]) -> list[Any]:
    """Apply a JMESPath expression and return a list of plain types.

    Args:
        expression: The expression, as the user wrote it.
        data: What it is applied to; left unchanged.

    Returns:
        A list result as it is, any other value as a list of one, null as an empty list.

    Raises:
        AnsibleLookupError: The library is missing, the expression is invalid or fails, or its result is no data.
    """
    if not HAS_JMESPATH:
        raise AnsibleLookupError(
            "lync_ports, option query: needs the Python library jmespath on the controller; install it with "
            "'pip install jmespath' for the Python that runs Ansible"
        )
    try:
        result = _data(jmespath.search(expression, data))
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        # Its own errors are ValueErrors; the others are what its functions let through, merge('x', @) for example.
        raise AnsibleLookupError(f"lync_ports, option query {expression!r}: {_reason(error, expression)}") from None
    if result is None:
        return []
    return result if isinstance(result, list) else [result]


def _check_options(options: dict[str, Any]) -> None:
    # Ansible ignores an option that it does not know, so a typo would silently return every row; of a wrong choice,
    # newer releases do not say what was possible. Older ones hand "wantlist" through from with_...
    unknown = sorted(set(options).difference(_OPTIONS, ("wantlist",)))
    if unknown:
        raise AnsibleLookupError(f"lync_ports has no option {', '.join(unknown)}; it has {', '.join(_OPTIONS)}")
    ruleset = options.get("ruleset")
    if ruleset is not None and ruleset not in tuple(Ruleset):
        raise AnsibleLookupError(f"lync_ports, option ruleset: {ruleset!r} is not {' or '.join(Ruleset)}")
    product = options.get("product")
    if product is not None and product not in tuple(Product):
        names = ", ".join(f"{known} ({about.name})" for known, about in ABOUT.items())
        raise AnsibleLookupError(f"lync_ports, option product: {product!r} is none of {names}")
    direction = options.get("direction")
    if direction is not None and direction not in tuple(_DISPOSITIONS):
        raise AnsibleLookupError(f"lync_ports, option direction: {direction!r} is not {' or '.join(_DISPOSITIONS)}")


def _named(ids: list[Any], product: Product) -> tuple[Requirement, ...]:
    return tuple(catalogue.by_id(row_id, product) for row_id in ids)


def _held_by(rows: tuple[Requirement, ...], names: list[str] | None, product: Product) -> tuple[Requirement, ...]:
    if names is None:
        return rows
    wanted = set(catalogue.for_roles(roles_of(names, product, _OTHERS), Ruleset.EXTENDED, product))
    return tuple(row for row in rows if row in wanted)


def _directed(rows: tuple[Requirement, ...], direction: str | None) -> tuple[Requirement, ...]:
    if direction is None:
        return rows
    return tuple(row for row in rows if row.disposition is _DISPOSITIONS[direction])


def _data(result: Any) -> Any:
    try:
        return plain(result)
    except TypeError:
        # A bare "&name" yields jmespath's own expression object, which newer ansible-core cannot carry.
        raise TypeError("the result holds an expression reference (&...), which is no data") from None


def _reason(error: Exception, text: str) -> str:
    if not text:
        return "the expression is empty"
    if isinstance(error, RecursionError):
        return "the expression is nested too deeply"
    position = getattr(error, "lex_position", None)  # Only errors of syntax have one.
    if not isinstance(error, ParseError) or position is None:
        return f"cannot be evaluated, {error}"
    if position >= len(text):
        return f"not a JMESPath expression, it ends too early at position {len(text) + 1}"
    message = getattr(error, "message", error.msg)  # What the lexer has to say is in another attribute.
    return f"not a JMESPath expression, error at position {position + 1} ({message})"
