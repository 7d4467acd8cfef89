"""Bars and lines as SVG, without a library, a script or a style attribute (the pages forbid them).

What they show always stands beside them as a table, so that nobody needs to see them. Colours come from
`figures.css`; a count that may not be shown (`small_counts`) is a dashed stub or a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bot.review.small_counts import Hidden, Shown

_BAR, _THICK, _STUB = 200, 16, 12  # length and thickness of the longest bar, length of a hidden one
_WIDE, _HIGH = 320, 150  # of a line chart; it grows with the page
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 10, 12, 24  # around its lines, for the numbers
_FLOOR = _HIGH - _BOTTOM - 4  # where counts that are not shown are marked


def bar(count: Shown, most: int) -> SafeString:
    """One bar, for beside its number in a table; `most` fills it. Screen readers are spared it."""
    if isinstance(count, Hidden):
        inside = format_html('<rect class="hidden" x="1" y="2" width="{}" height="{}"/>', _STUB, _THICK - 4)
    else:
        length = round(_BAR * count / most, 1) if most else 0
        inside = format_html('<rect class="bar" width="{}" height="{}"/>', length, _THICK)
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        _BAR,
        _THICK,
        inside,
    )


def line(name: str, title: str, points: Sequence[tuple[str, Shown]]) -> SafeString:
    """A line chart of `points`, each a label and a count. `name` is its id, once on the page."""
    top = _round_up(max((count for _, count in points if isinstance(count, int)), default=0))
    places = [_LEFT + (_WIDE - _LEFT - _RIGHT) * (n + 0.5) / max(1, len(points)) for n in range(len(points))]
    drawn = [
        (round(x, 1), count if isinstance(count, Hidden) else round(_height(count, top), 1))
        for x, (_, count) in zip(places, points, strict=True)
    ]
    return format_html(
        '<svg class="line" viewBox="0 0 {wide} {high}" role="img" aria-labelledby="{name}-title {name}-text">'
        '<title id="{name}-title">{title}</title><desc id="{name}-text">{told}</desc>{axes}{lines}</svg>',
        wide=_WIDE,
        high=_HIGH,
        name=name,
        title=title,
        told=_told(points),
        axes=_axes(top, [(x, label) for x, (label, _) in zip(places, points, strict=True)]),
        lines=format_html_join("", "{}", ((piece,) for piece in _lines(drawn))),
    )


def _told(points: Sequence[tuple[str, Shown]]) -> str:
    """The chart in a sentence; the numbers are in the table."""
    shown = [(count, label) for label, count in points if isinstance(count, int)]
    if not shown:
        return "No number is large enough to be shown."
    (least, when_least), (most, when_most) = min(shown), max(shown)
    hidden = len(points) - len(shown)
    kept = f" {hidden} of {len(points)} are too small to be shown." if hidden else ""
    return f"From {least:,} ({when_least}) to {most:,} ({when_most}).{kept} All numbers are in the table."


def _height(count: float, top: int) -> float:
    return _TOP + (_HIGH - _TOP - _BOTTOM) * (1 - count / top)


def _axes(top: int, labels: Sequence[tuple[float, str]]) -> SafeString:
    """Lines at nought, half and all of `top`, and the first, middle and last of the labels."""
    levels = [(_LEFT, _WIDE - _RIGHT, _height(value, top), value) for value in (0, top // 2, top)]
    grid = format_html_join(
        "",
        '<path class="grid" d="M{0} {2}H{1}"/><text x="{3}" y="{4}" text-anchor="end">{5}</text>',
        (
            (left, right, round(y, 1), left - 5, round(y + 4, 1), f"{value:,}")
            for left, right, y, value in levels
        ),
    )
    few = {len(labels) // 2: "middle", len(labels) - 1: "end", 0: "start"} if labels else {}
    below = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((round(labels[n][0], 1), _HIGH - 6, anchor, labels[n][1]) for n, anchor in few.items()),
    )
    return format_html("{}{}", grid, below)


def _lines(drawn: Sequence[tuple[float, float | Hidden]]) -> Iterator[SafeString]:
    """A line with dots through each run of counts that are shown, a dashed one below those that are not."""
    for is_hidden, run in groupby(drawn, key=lambda point: isinstance(point[1], Hidden)):
        points = list(run)
        if is_hidden:
            first, last = points[0][0] - 3, points[-1][0] + 3
            yield format_html('<path class="hidden" d="M{} {}H{}"/>', round(first, 1), _FLOOR, round(last, 1))
            continue
        path = "L".join(f"{x} {y}" for x, y in points)
        yield format_html('<path class="through" d="M{}"/>', path)
        yield format_html_join("", '<circle cx="{}" cy="{}" r="2.5"/>', points)


def _round_up(most: int) -> int:
    """The end of an axis: the next 2, 4, 10, 20, 40, 100 ... from `most` on, so that its half is whole."""
    step = 1
    while True:
        for end in (2 * step, 4 * step, 10 * step):
            if most <= end:
                return end
        step *= 10
