"""What is measured of the source: each guard takes paths and answers with complaints, none when all is well."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

FILE_LINES = 300
FUNCTION_LINES = 40
KIT_LINES = 1_500

Function = ast.FunctionDef | ast.AsyncFunctionDef
READS_THE_CLOCK = {"now", "utcnow", "today"}


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), str(path)))


def long_files(paths: Iterable[Path]) -> list[str]:
    """Files over FILE_LINES."""
    return [f"{p}: {_lines(p)} lines, {FILE_LINES} at most; split it" for p in paths if _lines(p) > FILE_LINES]


def long_functions(paths: Iterable[Path]) -> list[str]:
    """Functions over FUNCTION_LINES, from def to the last line."""
    return [
        f"{path}:{node.lineno} {node.name}: {length} lines, {FUNCTION_LINES} at most; take a step out of it"
        for path in paths
        for node in _nodes(path)
        if isinstance(node, Function) and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]


def without_docstring(paths: Iterable[Path]) -> list[str]:
    """Modules that hold something and do not open with what they are for."""
    return [
        f"{path}: say in a sentence at the top what it is for"
        for path in paths
        if (tree := ast.parse(path.read_text(), str(path))).body and not ast.get_docstring(tree)
    ]


def heavy(paths: Iterable[Path]) -> list[str]:
    """One complaint when the files together are over KIT_LINES."""
    total = sum(map(_lines, paths))
    return (
        [f"{total} lines together, {KIT_LINES} at most; kit is for what every service needs"]
        if total > KIT_LINES
        else []
    )


def clock_readers(paths: Iterable[Path]) -> list[str]:
    """Calls that read the clock; rules are given the time."""
    return [
        f"{path}:{node.lineno} reads the clock; take the time as an argument"
        for path in paths
        for node in _nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS_THE_CLOCK
    ]


Guard = Callable[[Iterable[Path]], list[str]]
