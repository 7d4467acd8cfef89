"""Plots that everybody can read and no policy of the pages refuses."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bot.review.plots import bar, line
from bot.review.small_counts import Hidden

SPACE = "{http://www.w3.org/2000/svg}"
DAYS = [("1 Nov", 4), ("2 Nov", 8), ("3 Nov", Hidden.FEWER), ("4 Nov", 0), ("5 Nov", 20)]


def parsed(svg: str) -> ElementTree.Element:
    """As a browser reads SVG within HTML."""
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def words(svg: str) -> str:
    return " ".join(parsed(svg).itertext())


class TestABar:
    @pytest.mark.parametrize(("count", "width"), [(0, 0), (5, 50), (10, 100), (20, 200)])
    def test_is_as_long_as_its_count(self, count: int, width: float) -> None:
        rect = parsed(bar(count, 20)).find(f"{SPACE}rect")
        assert rect is not None
        assert float(rect.get("width", "")) == width

    def test_is_alike_for_all_that_may_not_be_shown(self) -> None:
        assert bar(Hidden.FEWER, 20) == bar(Hidden.FEWER, 7) == bar(Hidden.BESIDE, 20)
        assert 'class="hidden"' in bar(Hidden.FEWER, 20)

    def test_of_nothing_is_nothing(self) -> None:
        assert 'width="0"' in bar(0, 0)

    def test_is_left_out_by_screen_readers_for_the_number_stands_beside_it(self) -> None:
        assert parsed(bar(3, 5)).get("aria-hidden") == "true"


class TestALine:
    def test_has_a_title_and_says_what_it_shows(self) -> None:
        svg = parsed(line("chart", "Conversations", DAYS))
        assert svg.get("role") == "img"
        by_id = {child.get("id"): child.text for child in svg}
        title, text = (by_id[name] for name in svg.get("aria-labelledby", "").split())
        assert title == "Conversations"
        assert text == (
            "From 0 (4 Nov) to 20 (5 Nov). 1 of 5 are too small to be shown. All numbers are in the table."
        )

    def test_has_a_dot_for_each_count_at_its_height(self) -> None:
        dots = parsed(line("chart", "Conversations", DAYS)).findall(f"{SPACE}circle")
        heights = [float(dot.get("cy", "")) for dot in dots]
        assert len(heights) == 4
        one, two, none, most = heights
        assert one > two > most
        assert none == max(heights)
        assert none - one == pytest.approx((none - most) * 4 / 20, abs=0.2)

    def test_breaks_where_a_count_may_not_be_shown(self) -> None:
        paths = parsed(line("chart", "Conversations", DAYS)).findall(f"{SPACE}path[@class='through']")
        assert [path.get("d", "").count("L") for path in paths] == [1, 1]

    def test_does_not_tell_what_is_hidden(self) -> None:
        assert line("c", "C", [("1", 9), ("2", Hidden.FEWER)]) == line(
            "c", "C", [("1", 9), ("2", Hidden.BESIDE)]
        )

    @pytest.mark.parametrize(
        ("most", "top"), [(0, 2), (1, 2), (3, 4), (7, 10), (11, 20), (21, 40), (99, 100), (1201, 2000)]
    )
    def test_has_an_axis_that_ends_at_a_round_number_above_all(self, most: int, top: int) -> None:
        labels = re.findall(r'text-anchor="end">([\d,]+)<', line("c", "C", [("1 Nov", most)]))
        assert labels == ["0", f"{top // 2:,}", f"{top:,}"]

    @pytest.mark.parametrize("points", [[], [("1 Nov", Hidden.FEWER)]])
    def test_can_be_empty(self, points: list[tuple[str, Hidden]]) -> None:
        assert "No number is large enough to be shown." in words(line("c", "C", list(points)))


@pytest.mark.parametrize("svg", [bar(3, 5), bar(Hidden.FEWER, 5), line("c", "<b>", [("<i>", 1), ("&", 2)])])
def test_nothing_in_a_plot_is_refused_or_runs(svg: str) -> None:
    for element in parsed(svg).iter():
        assert element.tag.removeprefix(SPACE) in {"svg", "title", "desc", "rect", "path", "circle", "text"}
        assert not any(name == "style" or name.startswith("on") or "href" in name for name in element.attrib)
