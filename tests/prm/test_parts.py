"""Parts of the design that work something out."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from prm.templatetags.parts import ago, spark_points


def drawn(words: str, path: str = "/", **context) -> str:
    request = RequestFactory().get(path)
    return Template("{% load parts %}" + words).render(Context({"request": request, **context}))


def test_sparkline__values__go_from_the_bottom_left_to_the_top_right():
    assert spark_points([1, 2, 3]) == "0.0,30.0 60.0,16.0 120.0,2.0"


def test_sparkline__flat__runs_in_the_middle():
    assert spark_points([4, 4]) == "0.0,16.0 120.0,16.0"


@pytest.mark.parametrize("values", [[], [7]])
def test_sparkline__nothing_to_join__draws_no_line(values):
    assert "polyline" not in drawn("{% sparkline values 'Trend' %}", values=values)


@pytest.mark.parametrize(
    ("value", "total", "width"), [(1, 4, "25.0%"), (9, 4, "100.0%"), (-1, 4, "0.0%"), (1, 0, "0.0%")]
)
def test_meter__any__stays_within_its_bar(value, total, width):
    assert f'width="{width}"' in drawn("{% meter value total 'Share' %}", value=value, total=total)


def test_nav_item__page_beneath_it__is_marked():
    url = reverse("console_partners")
    assert 'aria-current="page"' in drawn("{% nav_item 'console_partners' 'Partners' 'home' %}", url)
    assert 'aria-current="true"' in drawn("{% nav_item 'console_partners' 'Partners' 'home' %}", f"{url}P-1/")
    assert "aria-current" not in drawn("{% nav_item 'console_partners' 'Partners' 'home' exact=True %}", f"{url}P-1/")
    assert "aria-current" not in drawn("{% nav_item 'console_partners' 'Partners' 'home' %}", "/console/")


def test_nav_item__no_such_address__is_left_out():
    assert drawn("{% nav_item 'nowhere' 'Nowhere' 'home' %}").strip() == ""


def test_sort_head__sorted_by_it__turns_round_and_keeps_the_filters():
    head = drawn("{% sort_head 'name' 'Name' %}", "/?q=a+b&sort=name&page=3", sort="name")
    assert 'href="?q=a+b&amp;sort=-name"' in head
    assert 'aria-sort="ascending"' in head
    other = drawn("{% sort_head 'tier' 'Tier' %}", "/?sort=name", sort="name")
    assert 'href="?sort=tier"' in other
    assert "aria-sort" not in other


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (timedelta(minutes=3), "3\xa0minutes ago"),
        (timedelta(days=15), "2\xa0weeks ago"),
        (-timedelta(days=2, hours=5), "2\xa0days from now"),
    ],
)
def test_ago__time_between__is_said_in_its_largest_unit(since, said):
    assert ago(timezone.now() - since) == said
