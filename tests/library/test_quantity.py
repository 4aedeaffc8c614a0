from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_stack import PlatformError
from platform_stack.quantity import quantity

POWERS_OF_TEN = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
POWERS_OF_TWO = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

numbers = st.integers(-(10**6), 10**6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100m", "0.1"),
        (2, "2"),
        (0.5, "0.5"),
        ("1.5Gi", str(3 * 2**29)),
        ("1Ti", str(2**40)),
        (".5", "0.5"),
        ("5.", "5"),
        ("+1", "1"),
        ("12e6", "12000000"),
        ("12E-3", "0.012"),
        ("1E", str(10**18)),
    ],
)
def test_quantities(text: str | float, value: str) -> None:
    assert quantity(text) == Decimal(value)


@given(numbers, st.sampled_from(sorted(POWERS_OF_TEN)))
def test_a_decimal_suffix_is_an_exponent(number: int, suffix: str) -> None:
    power = POWERS_OF_TEN[suffix]
    assert quantity(f"{number}{suffix}") == quantity(f"{number}e{power}") == Decimal(number).scaleb(power)


@given(numbers, st.sampled_from(sorted(POWERS_OF_TWO)))
def test_a_binary_suffix_is_a_power_of_two(number: int, suffix: str) -> None:
    assert quantity(f"{number}{suffix}") == number << POWERS_OF_TWO[suffix]


@given(st.text("0123456789.+-eEnumkKMGTPi ", max_size=8))
def test_all_else_is_told_and_nothing_else_is_raised(text: str) -> None:
    # As regexp and table of apimachinery's own documentation: a signed number, then one suffix.
    number = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
    suffixes = "|".join([*POWERS_OF_TWO, *filter(None, POWERS_OF_TEN)])
    if re.fullmatch(rf"{number}({suffixes}|[eE][+-]?[0-9]{{1,3}})?", text):
        quantity(text)
        return
    with pytest.raises(PlatformError) as caught:
        quantity(text, "a.py:1: cpu")
    assert caught.value.findings[0].where == "a.py:1: cpu"


@pytest.mark.parametrize("value", ["lots", "1 Gi", "1ki", "1KiB", "", True])
def test_what_is_no_quantity_is_refused(value: str) -> None:
    with pytest.raises(PlatformError, match="a Kubernetes quantity"):
        quantity(value)
