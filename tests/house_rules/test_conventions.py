"""The conventions of the house (CONTRIBUTING.md), read off the code itself."""

import ast

import pytest
from alembic.script import ScriptDirectory

from foundation import migrating
from foundation.database import Base
from marketplace.acts import Act
from marketplace.policy import POLICY
from tests.house_rules.sources import functions, is_view, modules, statements


def test_every_act_has_its_row_in_the_policy() -> None:
    assert set(POLICY) == set(Act)


def test_every_move_is_an_act_of_the_policy() -> None:
    moves = {act for mapper in Base.registry.mappers for act in getattr(mapper.class_, "MOVES", {})}
    assert moves, "no thing has moves: the mappers were not loaded"
    assert moves <= set(POLICY)


def test_views_are_at_most_15_lines_and_hold_no_try() -> None:
    views = [(path, function) for path, function in functions() if is_view(function)]
    assert views
    long = [f"{path}:{view.name} has {statements(view)}" for path, view in views if statements(view) > 15]
    trying = [
        f"{path}:{view.name}" for path, view in views if any(isinstance(node, ast.Try) for node in ast.walk(view))
    ]
    assert long == []
    assert trying == []


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        f"{path}:{function.name}"
        for path, function in functions()
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    ]
    assert found == []


def test_state_is_assigned_by_move_alone() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path != "foundation/states.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]
    assert found == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "service", "misc"])
def test_no_room_has_a_name_that_says_nothing(word: str) -> None:
    assert [path for path in modules() if path.rsplit("/", 1)[-1].removesuffix(".py") == word] == []


def test_there_is_one_head_of_migrations() -> None:
    assert len(ScriptDirectory(str(migrating.FOLDER)).get_heads()) == 1
