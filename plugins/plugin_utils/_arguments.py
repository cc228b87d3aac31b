# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a task or a filter, validated by Ansible's own validator against the option table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._options.option import Option, argument_spec
from ..module_utils._options.reading import OptionError
from ..module_utils._options.site import EXTRA_RULES
from ._plain import plain
from ._shapes import as_named, with_small_keys, without_nulls, wrong_shape


def validate(
    values: Mapping[str, Any], options: Sequence[Option], required_if: Iterable[Sequence[Any]] = ()
) -> dict[str, Any]:
    """Check values, convert them to their types, and add defaults.

    Args:
        values: What was given.
        options: What may be given.
        required_if: As in Ansible's modules.

    Returns:
        A value for every option, in plain types. A choice of several that is empty says nothing, as AWX lets a survey
        be answered, and is the default.

    Raises:
        OptionError: An option is unknown, missing or wrong.
    """
    given = with_small_keys(plain(values), options)
    asked = {key: without_nulls(value) if key == EXTRA_RULES.name else value for key, value in given.items()}
    try:
        checked = ArgumentSpecValidator(argument_spec(options), required_if=list(required_if)).validate(asked)
    except TypeError as error:  # Ansible's own, of a list where a dictionary belongs
        raise wrong_shape(given, options) or error from error
    if checked.error_messages:
        if (told := wrong_shape(given, options)) is not None:
            raise told
        raise OptionError("options", "; ".join(checked.error_messages))
    found = {option.name: plain(checked.validated_parameters[option.name]) for option in options}
    if found.get(EXTRA_RULES.name):
        found[EXTRA_RULES.name] = as_named(given[EXTRA_RULES.name], found[EXTRA_RULES.name])
    for option in options:
        if found[option.name] == [] and option.choices and option.default:
            found[option.name] = list(option.default)
        _check_bounds(option, found[option.name])
    return found


def _check_bounds(option: Option, value: Any) -> None:
    if option.bounds is None or value is None:
        return
    least, greatest = option.bounds
    if not least <= value <= greatest:
        raise OptionError(option.name, f"{value} will not do; it takes {least} to {greatest}")
