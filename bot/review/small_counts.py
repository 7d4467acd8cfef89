"""Keeps small numbers of young people out of figures, so that none can be picked out.

The rule. A count of 1 to 4 is never shown: it becomes "fewer than 5". Nor is any other number from which
it could be worked out by adding and subtracting along a total: that becomes "not shown" (secondary or
consequential suppression). What is enough is decided by doing the reader's sums: whatever is shown, every
small count could still be anything from 1 to 4. Where a total is itself small, none of its parts is shown.
Zero is shown.

Where it comes from. The threshold of 1 to 4 with consequential suppression is how, for one, the Australian
Institute of Health and Welfare publishes emergency department counts (Use of emergency departments for
lower urgency care, technical notes: suppression and non-published results). For England, ISB 1523 (the
anonymisation standard for publishing health and social care data) and the Office for National
Statistics (policy on protecting confidentiality in tables of birth and death statistics) ask for the same
two steps and leave the threshold to a judgement of the risk. NHS Digital is stricter with its hospital data
below national level: it hides 1 to 7 and rounds the rest to 5. `docs/reviewing.md` says what is not covered.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import chain
from math import inf

SMALL = 5  # the first count that may be shown


class Hidden(Enum):
    """What stands in place of a count."""

    FEWER = "fewer than 5"
    BESIDE = "not shown"  # a small count could be worked out from it


Key = Hashable
Shown = int | Hidden
Sum = tuple[Key, Sequence[Key]]  # a total, and the parts that make it up
Range = tuple[float, float]  # the least and the most that a count may be


def protect(
    counts: Mapping[Key, int], sums: Sequence[Sum], untold: frozenset[Key] = frozenset()
) -> dict[Key, Shown]:
    """What may be shown of `counts`, of which `sums` hold.

    `untold` are counts that nobody is shown but anybody could work out, such as those who were not
    flagged from all and those who were; they are not in the answer.
    """
    table = _Table(counts, sums, untold)
    while risks := table.risks():
        for risk in risks:
            table.hide_one_of(risk)
    return {key: table.hidden.get(key, count) for key, count in counts.items() if key not in untold}


class _Table:
    """The counts, what is hidden of them so far, and what a reader can tell of those."""

    def __init__(self, counts: Mapping[Key, int], sums: Sequence[Sum], untold: frozenset[Key]) -> None:
        self._counts, self._sums, self._untold = counts, sums, untold
        self._below_small = {part for total, parts in sums if 0 < counts[total] < SMALL for part in parts}
        self.hidden = {key: Hidden.FEWER for key, count in counts.items() if 0 < count < SMALL}
        self.hidden |= dict.fromkeys(self._below_small, Hidden.BESIDE)

    def risks(self) -> list[Sum]:
        """Sums with no part in common that tell more of a small count than that it is 1 to 4.

        Only those in which more can be hidden.
        """
        ranges, risks, met = self._told(), [], set[Key]()
        for one in self._sums:
            if met.isdisjoint(one[1]) and self._tells(one, ranges) and any(self._shown_beside(one)):
                risks.append(one)
                met.update(one[1])
        return risks

    def _tells(self, one: Sum, ranges: Mapping[Key, Range]) -> bool:
        beside = {key: ranges[key] for key in (one[0], *one[1])}
        for key in beside:
            if 0 < self._counts[key] < SMALL:
                low, high = _narrowed(one, {**beside, key: self._at_sight(key)})[key]
                if low > 1 or high < SMALL - 1:
                    return True
        return False

    def hide_one_of(self, one: Sum) -> None:
        """Hide a part that is shown, or else the total, or else something of a sum beside it.

        Of the parts the one that stands nearest to a small count. The next smallest would cost less, but
        whoever knows that it is the smallest knows that it is below all that are shown, and may know enough.
        """
        for choice in filter(None, self._shown_beside(one)):
            self.hidden[choice[0]] = Hidden.BESIDE
            return

    def _shown_beside(self, one: Sum) -> Iterator[list[Key]]:
        """What could be hidden, the best choice first."""
        total, parts = one
        small = [place for place, part in enumerate(parts) if 0 < self._counts[part] < SMALL]
        far = {
            part: min((abs(place - other) for other in small), default=0) for place, part in enumerate(parts)
        }
        near = [(other, *others) for other, others in self._sums if {other, *others} & {total, *parts}]
        for keys in (sorted(parts, key=far.__getitem__), (total,), chain.from_iterable(near)):
            yield [key for key in keys if self._counts[key] and not self._is_hidden(key)]

    def _is_hidden(self, key: Key) -> bool:
        return key in self.hidden or key in self._untold

    def _told(self) -> dict[Key, Range]:
        """What each count may be, by what is shown and by all the sums."""
        ranges = {key: self._at_sight(key) for key in self._counts}
        unsettled = True
        while unsettled:
            unsettled = False
            for one in self._sums:
                narrowed = _narrowed(one, ranges)
                unsettled |= any(ranges[key] != range_ for key, range_ in narrowed.items())
                ranges |= narrowed
        return ranges

    def _at_sight(self, key: Key) -> Range:
        if key in self._untold or key in self._below_small:
            return 0, inf
        if key not in self.hidden:
            return self._counts[key], self._counts[key]
        # Whoever knows the rule knows that what is hidden beside a small count is not small itself.
        return (1, SMALL - 1) if self.hidden[key] is Hidden.FEWER else (SMALL, inf)


def _narrowed(one: Sum, ranges: Mapping[Key, Range]) -> dict[Key, Range]:
    """The ranges of the counts of `one`, as far as its sum narrows them."""
    total, parts = one
    lows, highs = [ranges[part][0] for part in parts], [ranges[part][1] for part in parts]
    least, most, unbounded = sum(lows), sum(high for high in highs if high < inf), highs.count(inf)
    low, high = ranges[total]
    found = {total: (max(low, least), high if unbounded else min(high, most))}
    for part, part_low, part_high in zip(parts, lows, highs, strict=True):
        if unbounded > (part_high == inf):
            most_of_others = inf
        else:
            most_of_others = most - (0 if part_high == inf else part_high)
        found[part] = (max(part_low, low - most_of_others), min(part_high, high - (least - part_low)))
    return found
