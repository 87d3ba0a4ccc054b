"""Shares in per cent, and back."""

import pytest

from partners.percent import from_percent, to_percent


@pytest.mark.parametrize(
    ("fraction", "percent"),
    [("0.2", "20"), ("0.375", "37.5"), ("1", "100"), ("-0.05", "-5"), ("0", "0"), ("0.00001", "0.001"), ("12", "1200")],
)
def test_share__there_and_back__is_the_same(fraction, percent):
    assert (to_percent(fraction), from_percent(percent)) == (percent, fraction)


@pytest.mark.parametrize("text", ["", "many", "1e9", "nan", ".", "4-2", "9" * 26])
def test_share__no_number__stays_as_it_is(text):
    assert (to_percent(text), from_percent(text)) == (text, text)


@pytest.mark.parametrize(("typed", "fraction"), [("20 %", "0.2"), ("20%", "0.2"), ("1,200", "12"), ("+5", "0.05")])
def test_share__as_people_type_it__is_read(typed, fraction):
    assert from_percent(typed) == fraction
