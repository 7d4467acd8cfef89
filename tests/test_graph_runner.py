"""Our runner gives what Rasa's gives, and lets through what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.graph_runner import OneByOneRunner

pytestmark = pytest.mark.rasa


class Sum(GraphComponent):
    """Adds what it is given."""

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: Any, resource: Any, execution_context: Any) -> Sum:
        return cls()

    def add(self, first: int, second: int) -> int:
        return first + second


def schema() -> GraphSchema:
    def node(first: str, second: str, is_target: bool = False) -> SchemaNode:
        needs = {"first": first, "second": second}
        return SchemaNode(needs, Sum, "create", "add", {}, eager=True, is_target=is_target)

    nodes = {"all": node("left", "right", True), "right": node("left", "b"), "left": node("a", "b")}
    return GraphSchema({**nodes, "never needed": node("b", "c")})


def run(runner: type[DaskGraphRunner], inputs: dict[str, Any], targets: list[str] | None) -> dict[str, Any]:
    context = ExecutionContext(graph_schema=schema())
    return runner.create(schema(), _NoStorage(), context).run(inputs, targets)  # type: ignore[arg-type]


class _NoStorage:
    """Nothing of these components is kept."""


@pytest.mark.parametrize("targets", [None, ["right"], ["left", "all"]])
def test_the_results_are_those_of_rasas_runner(targets: list[str] | None) -> None:
    inputs = {"a": 1, "b": 20}
    expected = run(DaskGraphRunner, inputs, targets)
    assert expected
    assert run(OneByOneRunner, inputs, targets) == expected


def test_an_input_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        run(OneByOneRunner, {"a": 1}, None)
