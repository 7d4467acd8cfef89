"""No small number of young people can be read from figures, nor worked out from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.review.small_counts import SMALL, Hidden, Key, Shown, Sum, protect

FEWER, BESIDE = Hidden.FEWER, Hidden.BESIDE


def row(*parts: int) -> list[Shown]:
    """What is shown of a row of counts, and at the end of its total."""
    counts: dict[Key, int] = dict(enumerate(parts)) | {"all": sum(parts)}
    return list(protect(counts, [("all", range(len(parts)))]).values())


@pytest.mark.parametrize("count", range(1, SMALL))
def test_one_to_four_are_fewer_than_five(count: int) -> None:
    assert protect({"here": count}, []) == {"here": FEWER}


@pytest.mark.parametrize("count", [0, 5, 6, 1000])
def test_nought_and_five_or_more_are_shown(count: int) -> None:
    assert protect({"here": count}, []) == {"here": count}


def test_a_row_without_small_counts_is_shown_whole() -> None:
    assert row(10, 0, 5) == [10, 0, 5, 15]


def test_the_only_small_count_cannot_be_had_by_subtracting_the_others() -> None:
    assert row(3, 40, 7) == [FEWER, BESIDE, 7, 50]


def test_a_second_small_count_that_hides_too_little_is_not_enough() -> None:
    # 22 less 20 is 2: two counts of at least one each would both be told.
    assert row(1, 1, 20) == [FEWER, FEWER, BESIDE, 22]


def test_two_small_counts_that_hide_each_other_need_no_third() -> None:
    assert row(2, 3, 20) == [FEWER, FEWER, 20, 25]


def test_the_total_goes_where_nothing_else_is_left_to_hide() -> None:
    assert row(1, 5) == [FEWER, BESIDE, BESIDE]


def test_nothing_is_said_of_the_parts_of_a_small_total() -> None:
    assert row(2, 0, 1) == [BESIDE, BESIDE, BESIDE, FEWER]


def test_all_but_two_is_as_telling_as_two() -> None:
    counts = {"all": 12, "flagged": 10, "rest": 2}
    shown = protect(counts, [("all", ["flagged", "rest"])], frozenset({"rest"}))
    assert shown == {"all": 12, "flagged": BESIDE}


def test_a_count_hidden_in_one_sum_cannot_be_had_from_another() -> None:
    counts = {"all": 50, "Devon": 3, "Cumberland": 47, "Telegram": 20, "web": 30, "south": 3, "north": 47}
    sums: list[Sum] = [
        ("all", ["Devon", "Cumberland"]),
        ("all", ["Telegram", "web"]),
        ("all", ["south", "north"]),
    ]
    shown = protect(counts, sums)
    assert shown["Cumberland"] is shown["north"] is BESIDE
    assert (shown["Telegram"], shown["web"], shown["all"]) == (20, 30, 50)


def test_a_count_that_could_only_be_five_is_no_hiding_place() -> None:
    # Of 6, whoever knows that the second is 5 or more knows that the first is 1.
    assert row(1, 5, 40) == [FEWER, BESIDE, BESIDE, 46]


def rows_up_to(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    return (row for row in product(range(total + 1), repeat=parts) if sum(row) <= total)


def test_not_even_who_knows_the_rule_can_tell_a_small_count() -> None:
    """Everything that would be shown in just the same way might be so: undo the rule by trying it all."""
    might_be = defaultdict(list)
    for parts in rows_up_to(20, 3):
        might_be[tuple(row(*parts))].append(parts)
    assert len(might_be) > 300
    for shown, all_of_them in might_be.items():
        for place in range(3):
            numbers = {parts[place] for parts in all_of_them}
            assert len(numbers) >= 3 or not numbers & set(range(1, SMALL)), (shown, numbers)


table = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(table)
def test_no_small_count_of_a_table_with_totals_both_ways_can_be_worked_out(
    days: list[tuple[int, int]],
) -> None:
    """A table has the sums of each day, of each column and of all. Here they are done as a reader would."""
    counts: dict[Key, int] = {"all": sum(map(sum, days))}
    sums: list[Sum] = [("all", ["yes", "no"]), ("all", [("day", day) for day in range(len(days))])]
    for answer, name in enumerate(("yes", "no")):
        counts[name] = sum(both[answer] for both in days)
        sums.append((name, [(name, day) for day in range(len(days))]))
    for day, (yes, no) in enumerate(days):
        counts |= {("day", day): yes + no, ("yes", day): yes, ("no", day): no}
        sums.append((("day", day), [("yes", day), ("no", day)]))
    shown = protect(counts, sums)

    assert shown.keys() == counts.keys()
    assert all(shown[key] in (count, FEWER, BESIDE) for key, count in counts.items())
    small = {key for key, count in counts.items() if 0 < count < SMALL}
    assert not any(isinstance(shown[key], int) for key in small)
    known = {key: count for key, count in shown.items() if isinstance(count, int)}
    while found := dict(solved(sums, known)):
        known |= found
    assert not small & known.keys()


def solved(sums: list[Sum], known: dict[Key, int]) -> Iterator[tuple[Key, int]]:
    """Counts that are the only one missing in a sum."""
    for total, parts in sums:
        missing = [key for key in (total, *parts) if key not in known]
        if missing == [total]:
            yield total, sum(known[part] for part in parts)
        elif len(missing) == 1:
            yield missing[0], known[total] - sum(known[part] for part in parts if part in known)
