# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of a cmd.exe command line: expansion, tokens, and a tree.

Simulates what is documented of cmd.exe's one-line grammar: `&` binds weakest, then `||`, `&&`, `|`; parentheses
group; `"` switches quoting on and off; `^` outside quotes takes the next character literally; `<`, `>`, `>>`, with
an optional handle digit, redirect; `2>&1` duplicates. `%NAME%` is replaced in the whole line before anything is
parsed or run; an undefined one stays as it stands (command-line mode). In a batch file an undefined one vanishes
and `%%` is a percent sign. `if` takes all that follows on its line as its body, up to an `else` behind a closing
parenthesis; conditions are `exist`, `defined`, `errorlevel` and `a==b`, with `not` and `/i`. `rem` with a word behind
it takes the rest of its line, whatever that is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_LINE = 8191
"""Characters cmd.exe accepts in one command line."""


class CmdSyntaxError(Exception):
    """The line cannot be parsed; ``token`` is what cmd.exe complains about."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True)
class Redirect:
    """``handle`` 0, 1 or 2; ``operator`` `<`, `>`, `>>` or `>&`; ``target`` a file name, `nul` or a handle digit."""

    handle: int
    operator: str
    target: str


@dataclass(frozen=True)
class Simple:
    """One command: its text as typed without redirections (quotes kept, carets resolved)."""

    text: str
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True)
class Group:
    """A parenthesised line."""

    body: Node
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True)
class Chain:
    """Two nodes joined by `&`, `&&`, `||` or `|`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class If:
    """A conditional. ``kind`` is exist, defined, errorlevel or ==; ``words`` its operand or the two to compare."""

    kind: str
    words: tuple[str, ...]
    negated: bool
    ignores_case: bool
    body: Node
    otherwise: Node | None = None


Node = Simple | Group | Chain | If

_WORD = r'(?:"[^"]*"|[^\s"()&|<>=])+'
_CONDITION = re.compile(
    rf"""if\b(?P<ignore>\s*/i)?(?P<not>\s+not(?=\s))?\s+
    (?:(?P<kind>exist|defined|errorlevel)\s+(?P<word>{_WORD})|(?P<left>{_WORD})\s*==\s*(?P<right>{_WORD}))""",
    re.IGNORECASE | re.VERBOSE,
)
_REMARK = re.compile(r"rem[ \t,;=]+[^\s,;=&|<>()]", re.IGNORECASE)
_VARIABLE = re.compile(r"%([^%:=\s][^%]*)%")


def expand(line: str, environment: Mapping[str, str]) -> str:
    """The line with each defined `%NAME%` replaced, names in any case."""
    upper = {name.upper(): value for name, value in environment.items()}
    return _VARIABLE.sub(lambda match: upper.get(match[1].upper(), match[0]), line)


_BATCH_VARIABLE = re.compile(r"%%|%~?([0-9*])|%([^%:=\s][^%]*)%|%")


def expand_batch(line: str, environment: Mapping[str, str], arguments: Sequence[str]) -> str:
    """A batch file's line expanded: `%%` is one percent sign, `%0` to `%9` its name and arguments."""
    upper = {name.upper(): value for name, value in environment.items()}

    def value(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if match[1] == "*":
            return " ".join(arguments[1:])
        if match[1]:
            number = int(match[1])
            text = arguments[number] if number < len(arguments) else ""
            return text.strip('"') if "~" in match[0] else text
        return upper.get(match[2].upper(), "") if match[2] else ""

    return _BATCH_VARIABLE.sub(value, line)


def parse(line: str) -> Node | None:
    """The tree of an expanded line, or None for an empty one. Raises CmdSyntaxError."""
    parser = _Parser(line)
    node = parser.sequence()
    parser.skip_blanks()
    if not parser.at_end():
        raise CmdSyntaxError(parser.rest()[:1])
    return node


class _Parser:
    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0
        self._depth = 0
        self._ifs = 0

    def at_end(self) -> bool:
        return self._at >= len(self._line)

    def rest(self) -> str:
        return self._line[self._at :]

    def skip_blanks(self) -> None:
        while not self.at_end() and self._line[self._at] in " \t,;=":
            self._at += 1

    def sequence(self) -> Node | None:
        """`a & b & c`; an `&` may end the line."""
        left = self._binary(("||",))
        while left is not None and self._take("&"):
            right = self._binary(("||",))
            if right is None:
                break
            left = Chain("&", left, right)
        return left

    def _binary(self, operators: tuple[str, ...]) -> Node | None:
        below = {"||": ("&&",), "&&": ("|",)}.get(operators[0])
        left = self._binary(below) if below else self._command()
        while left is not None and self._take(operators[0]):
            right = self._binary(below) if below else self._command()
            if right is None:
                raise CmdSyntaxError(self.rest()[:1] or operators[0])
            left = Chain(operators[0], left, right)
        return left

    def _take(self, operator: str) -> bool:
        self.skip_blanks()
        rest = self.rest()
        if not rest.startswith(operator) or (operator in "&|" and rest[1:2] == operator):
            return False
        self._at += len(operator)
        return True

    def _command(self) -> Node | None:
        self.skip_blanks()
        if self.rest()[:1] == "@":
            self._at += 1
            self.skip_blanks()
        if self.at_end():
            return None
        if self.rest()[0] == "(":
            return self._group()
        if re.match(r"if[\s/]", self.rest(), re.IGNORECASE):
            return self._if()
        if _REMARK.match(self.rest()):
            self._at = len(self._line)
            return Simple("rem")
        return self._simple()

    def _if(self) -> If:
        """The condition, a body that reaches as far as an `&`-sequence does, and `else` with another."""
        match = _CONDITION.match(self.rest())
        if match is None:
            raise CmdSyntaxError("".join(self.rest().split()[1:2]) or "if")
        self._at += match.end()
        self._ifs += 1
        body = self.sequence()
        self._ifs -= 1
        if body is None:
            raise CmdSyntaxError(self.rest()[:1] or "if")
        otherwise = None
        if self._at_else():
            self._at += len("else")
            otherwise = self.sequence()
            if otherwise is None:
                raise CmdSyntaxError(self.rest()[:1] or "else")
        words = (match["word"],) if match["word"] else (match["left"], match["right"])
        kind = (match["kind"] or "==").lower()
        return If(kind, words, bool(match["not"]), bool(match["ignore"]), body, otherwise)

    def _at_else(self) -> bool:
        self.skip_blanks()
        return re.match(r"else(?=[\s(]|$)", self.rest(), re.IGNORECASE) is not None

    def _group(self) -> Group:
        self._at += 1
        self._depth += 1
        body = self.sequence()
        self._depth -= 1
        self.skip_blanks()
        if body is None or self.rest()[:1] != ")":
            raise CmdSyntaxError(self.rest()[:1] or "(")
        self._at += 1
        redirects: list[Redirect] = []
        while True:
            self.skip_blanks()
            redirect = self._redirect()
            if redirect is None:
                break
            redirects.append(redirect)
        if not self.at_end() and self.rest()[0] not in "&|)" and not (self._ifs and self._at_else()):
            raise CmdSyntaxError(self.rest().split()[0])
        return Group(body, tuple(redirects))

    def _simple(self) -> Simple | None:
        text = ""
        redirects: list[Redirect] = []
        quoted = False
        while not self.at_end():
            character = self._line[self._at]
            if character == '"':
                quoted = not quoted
            elif not quoted:
                if character == "^":
                    self._at += 1
                    text += self._line[self._at : self._at + 1]
                    self._at += 1
                    continue
                if character in "&|" or (character == ")" and self._depth):
                    break
                redirect = self._redirect() if character in "<>012" and self._may_redirect(text) else None
                if redirect is not None:
                    redirects.append(redirect)
                    continue
            text += character
            self._at += 1
        if not text.strip() and not redirects:
            if not self.at_end() and self._line[self._at] in "&|":
                raise CmdSyntaxError(re.match(r"&&|\|\||&|\|", self.rest())[0])  # type: ignore[index]
            return None
        return Simple(text, tuple(redirects))

    def _may_redirect(self, text: str) -> bool:
        """A handle digit counts only when it stands at the start of a word."""
        return self._line[self._at] in "<>" or not text or text[-1] in " \t,;="

    def _redirect(self) -> Redirect | None:
        match = re.match(r"([012])?(>>|>|<)", self.rest())
        if match is None:
            return None
        self._at += match.end()
        operator = match[2]
        handle = int(match[1]) if match[1] else (0 if operator == "<" else 1)
        if operator == ">" and self.rest()[:1] == "&" and self.rest()[1:2] in ("1", "2"):
            target = self.rest()[1]
            self._at += 2
            return Redirect(handle, ">&", target)
        while not self.at_end() and self._line[self._at] in " \t":
            self._at += 1
        name = re.match(r'"[^"]*"|[^\s&|<>()"]+', self.rest())
        if name is None:
            raise CmdSyntaxError(self.rest()[:1] or operator)
        self._at += name.end()
        return Redirect(handle, operator, name[0].strip('"'))
