"""What the documents on safety and privacy claim is there: each test, setting, file, name and figure."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from bot.knowledge.load import ROOT
from bot.privacy.conversations import KEPT_FOR
from bot.privacy.where import KEPT_DAYS

CHILDRENS_CODE = "childrens-code.md"
DOCUMENTS = ("hazard-log.md", "threat-model.md", "data-protection.md", CHILDRENS_CODE)
MEASURED_IN = ("safety.md", "understanding.md", "redaction.md", "reviewing.md", "faults.md", "widget.md")
FIELDS = (
    "Description",
    "Cause",
    "Effect",
    "Initial risk",
    "Controls",
    "Residual risk",
    "Owner",
    "Status",
)
STATES = ("open", "reduced", "accepted")
WITHOUT_EVIDENCE = ("not tested", "not built")
POINTER = re.compile(r"\[(setting: [^\]]+|[^\]\s]*[/.][^\]]*)\](?!\()")  # a link has its address behind it
PER_CENT = re.compile(r"\d+(?:\.\d+)?(?= %)")


def written(document: str) -> str:
    return (ROOT / "docs" / document).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """What stands below each heading of the third level."""
    parts = re.split(r"^#{2,3} (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


HAZARDS = {
    head: body for head, body in sections(written("hazard-log.md")).items() if re.match(r"H\d\d ", head)
}


@cache
def names_of_tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions)


@cache
def code() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))


def is_there(pointer: str) -> bool:
    if pointer.startswith("setting: "):
        return bool(re.search(rf"\b{re.escape(pointer.removeprefix('setting: '))}\b", code()))
    file, _, test = pointer.partition("::")
    file, _, name = file.partition(": ")
    if not (ROOT / file).exists():
        return False
    if test:
        return test.startswith("test_") and test in names_of_tests(file)
    return (
        bool(re.search(rf"\b{re.escape(name)}\b", (ROOT / file).read_text(encoding="utf-8")))
        if name
        else True
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_points_to_is_there(document: str) -> None:
    pointers = POINTER.findall(written(document))
    assert len(pointers) >= 10
    assert [pointer for pointer in pointers if not is_there(pointer)] == []


@pytest.mark.parametrize(
    "pointer",
    [
        "tests/test_documents.py::test_that_nobody_wrote",
        "tests/nowhere.py::test_a",
        "bot/privacy/where.py: KEPT_YEARS",
        "docs/nothing.md",
        "setting: YOUR_SAY_SITE",
    ],
)
def test_what_is_not_there_is_noticed(pointer: str) -> None:
    assert POINTER.findall(f"so it is `[{pointer}]`.") == [pointer]
    assert not is_there(pointer)


def test_there_are_hazards_numbered_one_after_the_other() -> None:
    assert len(HAZARDS) >= 25
    assert [head.split()[0] for head in HAZARDS] == [f"H{number:02}" for number in range(1, len(HAZARDS) + 1)]


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_has_every_field(hazard: str) -> None:
    fields = dict(re.findall(r"^- \*\*([^:*]+):\*\*(.*)$", HAZARDS[hazard], flags=re.M))
    assert tuple(fields) == FIELDS
    empty = {name for name, said in fields.items() if not said.strip()}
    assert "Controls" in empty  # they stand below
    assert empty <= {"Controls", "Owner"}
    state = fields["Status"].split()[0].strip(":;,.")
    assert state in STATES
    assert state != "accepted" or "Owner" not in empty


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazards_risk_is_read_from_the_table_and_controls_do_not_raise_it(hazard: str) -> None:
    matrix = risk_matrix()
    rated = re.findall(r"\*\*(?:Initial|Residual) risk:\*\* ([\w ]+) × ([\w ]+) = (\d)", HAZARDS[hazard])
    assert [matrix[likelihood][severity] for severity, likelihood, _ in rated] == [int(r) for *_, r in rated]
    initial, residual = (int(rating) for *_, rating in rated)
    assert residual <= initial


def test_the_gravest_that_is_left_is_named_before_the_rest() -> None:
    (named,) = re.findall(r"\*\*Left at 4, .*?:\*\* (.+)\.", written("hazard-log.md"))
    left = {
        head.split()[0]: re.findall(r"Residual risk:\*\* .* = (\d)", body) for head, body in HAZARDS.items()
    }
    assert named.split(", ") == [hazard for hazard, rating in left.items() if int(rating[0]) >= 4]


def risk_matrix() -> dict[str, dict[str, int]]:
    """Of each likelihood, the rating by severity."""
    table = re.search(r"^\| likelihood .*?(?=\n\n)", written("hazard-log.md"), flags=re.M | re.S)
    assert table
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()]
    return {row[0]: dict(zip(head[1:], map(int, row[1:]), strict=True)) for row in rows}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_control_says_what_shows_it_or_that_nothing_does(hazard: str) -> None:
    controls = re.findall(r"^  - (.+(?:\n    .+)*)", HAZARDS[hazard], flags=re.M)
    assert controls
    assert [control for control in controls if not has_evidence(control)] == []


def test_a_threat_says_what_shows_its_control_or_that_nothing_does() -> None:
    (table,) = (body for head, body in sections(written("threat-model.md")).items() if "table" in head)
    threats = [line for line in table.splitlines() if re.match(r"\| T\d\d ", line)]
    assert len(threats) >= 25
    assert [threat for threat in threats if not has_evidence(threat)] == []


def has_evidence(text: str) -> bool:
    return bool(POINTER.search(text)) or any(words in text.lower() for words in WITHOUT_EVIDENCE)


def test_the_childrens_code_has_its_fifteen_standards() -> None:
    numbers = re.findall(r"^#{2,3} (?:Standard )?(\d+)\b", written(CHILDRENS_CODE), flags=re.M)
    assert [int(number) for number in numbers] == list(range(1, 16))


@pytest.mark.parametrize("document", ["hazard-log.md", "threat-model.md"])
def test_a_share_stands_in_the_document_that_measured_it(document: str) -> None:
    measured = {share for source in MEASURED_IN for share in PER_CENT.findall(written(source))}
    assert [share for share in PER_CENT.findall(written(document)) if share not in measured] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_how_long_something_is_kept_is_what_the_code_keeps(document: str) -> None:
    text = written(document)
    assert {int(days) for days in re.findall(r"\bkept\b[^.\n]{0,60}?\b(\d+) days", text)} <= {KEPT_DAYS}
    assert "KEPT_DAYS" not in text or f"{KEPT_DAYS} days" in text
    assert KEPT_FOR == 3600
    assert "KEPT_FOR" not in text or re.search(r"\b(?:an|one) hour\b|3,?600 seconds", text)
    seconds = re.findall(r"KEPT_FOR\][^\n]{0,30}?([\d,]+) seconds", text)
    assert {int(number.replace(",", "")) for number in seconds} <= {KEPT_FOR}
