from __future__ import annotations

import pytest

from platform_stack.facts.template_syntax import (
    Call,
    Dot,
    Field,
    Literal,
    TemplateAction,
    TemplateError,
    Variable,
    parse,
)


def actions(text: str) -> list[TemplateAction]:
    return parse(text)[0]


def values(*names: str) -> Field | Dot:
    expression: Field | Dot = Dot()
    for name in ("Values", *names):
        expression = Field(expression, name)
    return expression


def test_text_around_actions_is_nothing() -> None:
    assert actions("a: b\n} }") == []


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("{{ .Values.a.b }}", values("a", "b")),
        ("{{- .Values.a -}}", values("a")),
        ("{{.Values.a}}", values("a")),
        ("{{ $.Values.a }}", Field(Field(Variable(""), "Values"), "a")),
        ("{{ $x.a }}", Field(Variable("x"), "a")),
        ('{{ "}}" }}', Literal("}}")),
        ("{{ `a b` }}", Literal("a b")),
        ("{{ -1 }}", Literal(None)),
        (
            "{{ toYaml .Values.a | nindent 4 }}",
            Call("nindent", (Literal(None), Call("toYaml", (values("a"),)))),
        ),
        ("{{ f .a .b }}", Call("f", (Field(Dot(), "a"), Field(Dot(), "b")))),
        ("{{ (f .a).b }}", Field(Call("f", (Field(Dot(), "a"),)), "b")),
        ("{{ f (g) true }}", Call("f", (Call("g", ()), Literal(None)))),
        ('{{ .Files.Get "x" }}', Call("call", (Field(Field(Dot(), "Files"), "Get"), Literal("x")))),
    ],
)
def test_an_expression_is_read(text: str, expression: object) -> None:
    (action,) = actions(text)
    assert action.expression == expression
    assert action.keyword == ""


def test_comments_are_left_out() -> None:
    assert actions("{{/* {{ if }} */}}{{- /* a\nb */ -}}") == []


def test_blocks_nest_and_else_if_shares_the_end() -> None:
    (action,) = actions("{{ if .a }}{{ .b }}{{ else if .c }}{{ .d }}{{ else }}{{ .e }}{{ end }}")
    assert (action.keyword, len(action.body)) == ("if", 1)
    (nested,) = action.otherwise
    assert (nested.keyword, nested.expression) == ("if", Field(Dot(), "c"))
    assert [each.expression for each in nested.otherwise] == [Field(Dot(), "e")]


def test_variables_are_declared_and_assigned() -> None:
    declared, assigned, ranged = actions("{{ $x := .a }}{{ $x = .b }}{{ range $k, $v := .c }}{{ end }}")
    assert (declared.declared, declared.assigns) == (("x",), False)
    assert (assigned.declared, assigned.assigns) == (("x",), True)
    assert (ranged.keyword, ranged.declared) == ("range", ("k", "v"))


def test_templates_are_defined_and_called() -> None:
    main, defines = parse(
        '{{ define "a.b" }}{{ .x }}{{ end }}{{ template "a.b" . }}{{ block "c" .y }}{{ end }}'
    )
    assert sorted(defines) == ["a.b", "c"]
    assert [(each.keyword, each.name) for each in main] == [("template", "a.b"), ("template", "c")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ if .a }}", r"expected \{\{ end \}\}"),
        ("{{ end }}", "expected no open block's end"),
        ("{{ else }}", "expected an open if"),
        ("{{ if }}{{ end }}", "found no operand"),
        ("{{ (f .a }}", r"expected \)"),
        ("{{ .a", "expected a token"),
        ("a\nb {{ # }}", "line 2: found '# }}'"),
        ("{{ define x }}{{ end }}", "expected a template's name"),
    ],
)
def test_what_is_no_template_is_an_error(text: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        parse(text)
