"""Go templates as helm writes them, read into a tree; only what an analysis of their values needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: a string's text, or None for a number, a boolean, nil or a character."""

    text: str | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, ``$x``; its name is ``""`` for ``$``, the template's first argument."""

    name: str


@dataclass(frozen=True, slots=True)
class Dot:
    """The current context, ``.``."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of something: ``.Values.a`` is ``a`` of ``Values`` of dot."""

    of: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; what is piped into it is the last."""

    function: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Literal | Variable | Dot | Field | Call


@dataclass(slots=True)
class TemplateAction:
    """One ``{{ … }}`` with what is inside it.

    ``keyword`` is ``if``, ``with``, ``range``, ``template`` or ``""`` for a pipeline; ``declared`` are the
    variables that it sets, and ``assigns`` says that they exist already. ``body`` is up to ``else``.
    ``name`` is the template's for ``template``.
    """

    keyword: str
    expression: Expression
    declared: tuple[str, ...] = ()
    assigns: bool = False
    name: str = ""
    body: list[TemplateAction] = field(default_factory=list)
    otherwise: list[TemplateAction] = field(default_factory=list)


class TemplateError(Exception):
    """A text that is no Go template."""


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:\\.|[^"\\])*"|`[^`]*`)
      | (?P<char>'(?:\\.|[^'\\])+')
      | (?P<variable>\$\w*)
      | (?P<field>\.[^\W\d]\w*)
      | (?P<number>[-+]?\.?\d[\w.+]*)
      | (?P<dot>\.)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>:=|=|\||,|\(|\))""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_CONSTANTS = frozenset({"true", "false", "nil"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    spaced: bool
    """Whether white space is before it: ``x .y`` is two operands, ``x.y`` is one."""


def parse(text: str) -> tuple[list[TemplateAction], dict[str, list[TemplateAction]]]:
    """Read a template file.

    Returns:
        Its actions, and those of each template that it defines, by the template's name.

    Raises:
        TemplateError: a brace, a block or a parenthesis is not closed, or a character is unknown.

    """
    main: list[TemplateAction] = []
    defines: dict[str, list[TemplateAction]] = {}
    # Each open block: what its end closes, and where actions go until then.
    stack: list[tuple[TemplateAction | None, list[TemplateAction]]] = [(None, main)]
    for tokens in _actions(text):
        word = tokens[0].text if tokens and tokens[0].kind == "word" else ""
        if word in {"define", "block"}:
            body = defines.setdefault(_name(tokens), [])
            if word == "block":
                stack[-1][1].append(_template(tokens))
            stack.append((None, body))
        elif word in {"if", "with", "range"}:
            action = _pipeline(word, tokens[1:])
            stack[-1][1].append(action)
            stack.append((action, action.body))
        elif word == "else":
            _open_else(stack, tokens[1:])
        elif word == "end":
            _close(stack)
        elif word == "template":
            stack[-1][1].append(_template(tokens))
        elif tokens and word not in {"break", "continue"}:
            stack[-1][1].append(_pipeline("", tokens))
    if len(stack) != 1:
        message = "found the end of the file, expected {{ end }}"
        raise TemplateError(message)
    return main, defines


def _actions(text: str) -> list[list[_Token]]:
    """Give the tokens of each ``{{ … }}``; comments are left out."""
    found: list[list[_Token]] = []
    position = 0
    while (start := text.find("{{", position)) >= 0:
        position = start + 2
        if comment := _COMMENT.match(text, position):
            position = comment.end()
            continue
        if text.startswith("-", position) and text[position + 1 : position + 2].isspace():
            position += 1
        tokens, position = _tokens(text, position)
        found.append(tokens)
    return found


def _tokens(text: str, position: int) -> tuple[list[_Token], int]:
    """Read the tokens up to ``}}``; give them and the position after it."""
    tokens: list[_Token] = []
    spaced = True
    while not text.startswith(("}}", "-}}"), position):
        match = _TOKEN.match(text, position)
        if match is None:
            line = text.count("\n", 0, position) + 1
            message = f"line {line}: found {text[position : position + 20]!r}, expected a token or }}}}"
            raise TemplateError(message)
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(_Token(kind, match.group(), spaced))
        spaced = kind == "space"
        position = match.end()
    return tokens, text.index("}}", position) + 2


def _open_else(stack: list[tuple[TemplateAction | None, list[TemplateAction]]], rest: list[_Token]) -> None:
    """Go on in the else part; ``else if`` and ``else with`` nest, and share their end."""
    action = stack.pop()[0]
    if action is None:
        message = "found {{ else }}, expected an open if, with or range"
        raise TemplateError(message)
    stack.append((action, action.otherwise))
    if rest:
        nested = _pipeline(rest[0].text, rest[1:])
        action.otherwise.append(nested)
        stack[-1] = (nested, nested.body)


def _close(stack: list[tuple[TemplateAction | None, list[TemplateAction]]]) -> None:
    if len(stack) == 1:
        message = "found {{ end }}, expected no open block's end"
        raise TemplateError(message)
    stack.pop()


def _name(tokens: list[_Token]) -> str:
    if len(tokens) > 1 and tokens[1].kind == "string":
        return tokens[1].text[1:-1]
    message = f"found {{{{ {tokens[0].text} }}}}, expected a template's name after it"
    raise TemplateError(message)


def _template(tokens: list[_Token]) -> TemplateAction:
    argument = _Parser(tokens[2:]).pipeline() if len(tokens) > 2 else Literal(None)  # noqa: PLR2004 - a keyword and a name
    return TemplateAction("template", argument, name=_name(tokens))


def _pipeline(keyword: str, tokens: list[_Token]) -> TemplateAction:
    """Read what is after a keyword: variables that are set, then a pipeline."""
    declared: list[str] = []
    position = 0
    while position < len(tokens) and tokens[position].kind == "variable":
        declared.append(tokens[position].text[1:])
        position += 1
        sign = tokens[position].text if position < len(tokens) else ""
        position += 1
        if sign in {":=", "="}:
            expression = _Parser(tokens[position:]).pipeline()
            return TemplateAction(keyword, expression, declared=tuple(declared), assigns=sign == "=")
        if sign != ",":
            break
    return TemplateAction(keyword, _Parser(tokens).pipeline())


class _Parser:
    """Reads one pipeline, by recursive descent."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._position = 0

    def pipeline(self) -> Expression:
        """Read commands with ``|`` between them, up to the end or a closing parenthesis."""
        expression = self._command(None)
        while self._peek() == "|":
            self._position += 1
            expression = self._command(expression)
        if self._position < len(self._tokens) and self._peek() != ")":
            message = f"found {self._peek()!r}, expected | or the end of the action"
            raise TemplateError(message)
        return expression

    def _peek(self) -> str:
        return self._tokens[self._position].text if self._position < len(self._tokens) else ""

    def _command(self, piped: Expression | None) -> Expression:
        token = self._tokens[self._position] if self._position < len(self._tokens) else None
        function = ""
        if token is not None and token.kind == "word" and token.text not in _CONSTANTS:
            function = token.text
            self._position += 1
        operands: list[Expression] = []
        while self._peek() not in {"", "|", ")", ",", "=", ":="}:
            operands.append(self._operand())
        if piped is not None:
            operands.append(piped)
        if function:
            return Call(function, tuple(operands))
        if not operands:
            message = "found no operand, expected a value or a function"
            raise TemplateError(message)
        # Without a function it is one value, or a method of one with arguments (.Files.Get "x").
        return operands[0] if len(operands) == 1 else Call("call", tuple(operands))

    def _operand(self) -> Expression:
        token = self._tokens[self._position]
        self._position += 1
        expression: Expression
        match token.kind:
            case "string":
                expression = Literal(token.text[1:-1])
            case "variable":
                expression = Variable(token.text[1:])
            case "dot":
                expression = Dot()
            case "field":
                expression = Field(Dot(), token.text[1:])
            case "word" if token.text not in _CONSTANTS:
                expression = Call(token.text, ())
            case "sign" if token.text == "(":
                expression = self.pipeline()
                if self._peek() != ")":
                    message = "found the end of the action, expected )"
                    raise TemplateError(message)
                self._position += 1
            case "number" | "char" | "word":
                expression = Literal(None)
            case _:
                message = f"found {token.text!r}, expected an operand"
                raise TemplateError(message)
        return self._fields_of(expression)

    def _fields_of(self, expression: Expression) -> Expression:
        while self._position < len(self._tokens):
            token = self._tokens[self._position]
            if token.kind != "field" or token.spaced:
                break
            expression = Field(expression, token.text[1:])
            self._position += 1
        return expression
