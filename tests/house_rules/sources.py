"""The product's own source files, parsed once, for the rules that are read off the code itself."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("foundation", "marketplace", "referrals", "contracts", "outcomes", "demo")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of our packages by its path from the root."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))] + [ROOT / "wsgi.py"]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def functions() -> list[tuple[str, ast.FunctionDef]]:
    """Every function and method with the path of its module."""
    return [
        (path, node) for path, tree in modules().items() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]


def statements(function: ast.FunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_view(function: ast.FunctionDef) -> bool:
    """Whether it answers requests: decorated by a blueprint's route."""
    routes = {"get", "post", "route"}
    calls = [d.func for d in function.decorator_list if isinstance(d, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in routes for call in calls)
