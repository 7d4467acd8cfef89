"""Plain made-up details in the place of the stand-ins that redaction leaves, so that words read as words."""

from __future__ import annotations

import re
from itertools import cycle

STAND_IN = re.compile(r"\[[a-z][a-z ]*\]", re.IGNORECASE)
# Telephone number: kept by Ofcom for drama. Card number: a card company's test number. Domain: RFC 2606.
MADE_UP = {
    "[name]": ("Robin", "Charlie", "Frankie", "Jules"),
    "[school]": ("Hilltop School",),
    "[address]": ("1 Made Up Road",),
    "[postcode]": ("ZZ1 1ZZ",),
    "[phone]": ("07700 900123",),
    "[email]": ("robin@example.org",),
    "[handle]": ("@robin_example",),
    "[date of birth]": ("1 January 2012",),
    "[NHS number]": ("999 000 0018",),
    "[card number]": ("4242 4242 4242 4242",),
    "[link]": ("https://example.org/page",),
}


class MadeUp:
    """Fills in the stand-ins of one conversation, one name after another."""

    def __init__(self) -> None:
        self._next = {stand_in: cycle(words) for stand_in, words in MADE_UP.items()}

    def fill(self, text: str) -> str:
        """`text` with each stand-in that we know replaced; others stay, for a person to deal with."""
        return STAND_IN.sub(lambda m: next(self._next[m[0]]) if m[0] in self._next else m[0], text)


def personal_details(text: str) -> bool:
    """Whether `text` holds a stand-in or anything that redaction takes out, our made-up details aside."""
    if STAND_IN.search(text):
        return True
    for stand_in, words in MADE_UP.items():
        for word in words:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", stand_in, text)
    from bot.privacy.redaction import redact  # here, for it brings spaCy along

    return bool(redact(text) != text)
