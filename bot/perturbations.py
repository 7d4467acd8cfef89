"""The same message as another child would have typed it, to see whether it is still understood."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_SHORTER = {
    "you": "u",
    "your": "ur",
    "are": "r",
    "to": "2",
    "too": "2",
    "for": "4",
    "before": "b4",
    "because": "coz",
    "cos": "coz",
    "with": "wiv",
    "the": "da",
    "that": "dat",
    "this": "dis",
    "think": "fink",
    "something": "sumthin",
    "nothing": "nuffin",
    "what": "wot",
    "was": "woz",
    "and": "n",
    "see": "c",
    "people": "ppl",
    "please": "plz",
    "really": "rly",
    "tonight": "2nite",
    "tomorrow": "2moro",
    "today": "2day",
    "someone": "sum1",
    "friend": "m8",
    "going": "goin",
    "dont": "dnt",
    "don't": "dnt",
    "want": "wnt",
    "have": "hav",
    "know": "kno",
    "my": "ma",
}
_WORD = re.compile(r"[A-Za-z']+")
_FACES = ("😭", "💀", "😂", "🥺", "🙃", "😅")
Perturbation = Callable[[str, random.Random], str]


def text_speak(text: str, chance: random.Random) -> str:
    return _WORD.sub(lambda word: _SHORTER.get(word[0].casefold(), word[0]), text)


def dropped_vowels(text: str, chance: random.Random) -> str:
    def shorter(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < 4 or chance.random() < 0.6:
            return word
        return word[0] + re.sub("[aeiou]", "", word[1:-1]) + word[-1]

    return _WORD.sub(shorter, text)


def typos(text: str, chance: random.Random) -> str:
    """About one word in four has a letter lost, doubled or swapped with the next."""

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < 4 or chance.random() < 0.75:
            return word
        at = chance.randrange(1, len(word) - 1)
        return chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )

    return _WORD.sub(slip, text)


def emoji(text: str, chance: random.Random) -> str:
    return f"{text} {chance.choice(_FACES)}{chance.choice(_FACES)}"


def shouting(text: str, chance: random.Random) -> str:
    return text.upper()


def third_person(text: str, chance: random.Random) -> str:
    return f"my mate said to me {text}"


def quotation(text: str, chance: random.Random) -> str:
    return f'someone in my class wrote "{text}" in our chat'


def after_a_question(text: str, chance: random.Random) -> str:
    return f"how long does an assessment take. {text}"


def before_goodbye(text: str, chance: random.Random) -> str:
    return f"{text}. anyway thanks bye"


def as_a_command(text: str, chance: random.Random) -> str:
    return f"/delete_my_data {text}"


def look_alike_letters(text: str, chance: random.Random) -> str:
    return text.translate(str.maketrans("aeopcyxi", "аеорсухі"))


def stretched(text: str, chance: random.Random) -> str:
    """One vowel in eight goes on and on."""
    return re.sub(r"[aeiou](?=\w)", lambda v: v[0] * (4 if chance.random() < 0.125 else 1), text)


PERTURBATIONS: tuple[Perturbation, ...] = (
    text_speak,
    dropped_vowels,
    typos,
    emoji,
    shouting,
    third_person,
    quotation,
    after_a_question,
    before_goodbye,
    as_a_command,
    look_alike_letters,
    stretched,
)


def in_three(text: str) -> list[str]:
    """`text` as three messages, one after the other."""
    words = text.split()
    third = max(1, -(-len(words) // 3))
    return [" ".join(words[start : start + third]) for start in range(0, len(words), third)]
