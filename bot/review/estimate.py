"""How large a share can be, from how often something was found in so many drawn at random."""

from __future__ import annotations

from math import ceil, exp, lgamma, log

CONFIDENCE = 0.95
_STEPS = 60  # of halving: more than a float can tell apart


def upper_bound(found: int, read: int, confidence: float = CONFIDENCE) -> float:
    """The largest share of which so few, or fewer, would still be found with a chance of 1 - `confidence`.

    The exact one-sided bound of C. J. Clopper and E. S. Pearson ("The use of confidence or fiducial limits
    illustrated in the case of the binomial", Biometrika 26, 1934). With none found it is nearly 3 / `read`,
    the rule of three. It takes the draw as one with replacement, which makes it a little too careful.

    >>> round(upper_bound(0, 120), 3)
    0.025
    """
    if found >= read:
        return 1.0
    low, high = found / read, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _so_few(found, read, middle) > 1 - confidence else (low, middle)
    return high


def _so_few(found: int, read: int, share: float) -> float:
    """The chance of at most `found` in `read`, if each is one with the chance `share`."""
    yes, no = (log(share) if share > 0 else float("-inf")), (log(1 - share) if share < 1 else float("-inf"))
    chances = (lgamma(read + 1) - lgamma(k + 1) - lgamma(read - k + 1) for k in range(found + 1))
    return sum(exp(ways + (k * yes if k else 0.0) + (read - k) * no) for k, ways in enumerate(chances))


def in_words(found: int, read: int) -> str:
    """What was found and what follows, for people who are no statisticians."""
    if not read:
        return "Nothing of it has been read yet."
    at_most = ceil(upper_bound(found, read) * 1000) / 10  # rounded up: it is a promise
    many = f"{found:,} missed ({found / read:.1%})" if found else "none missed"
    return (
        f"We read {read:,} at random and found {many.replace('%', ' %')}. So with 95 % confidence at most "
        f"{at_most:g} % of those not flagged were missed."
    )
