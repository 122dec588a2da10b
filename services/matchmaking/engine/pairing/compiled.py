"""The decorator of what is compiled: kept on disk, and compiled anew when any file of this package changed."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import get_data, iter_modules
from typing import Any, TypeVar
from zlib import crc32

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


@cache
def fingerprint(package: str) -> int:
    """A checksum of a package's source."""
    folder = import_module(package).__path__
    sources = [get_data(package, f"{module.name}.py") or b"" for module in iter_modules(folder)]
    return crc32(b"".join(sources))


def compiled(function: F) -> F:
    """Compiles at the first call, or loads what an earlier process compiled. Off the interpreter's lock, so that a
    worker renews its lease meanwhile.

    numba looks at a function's own file alone to see whether its cache is stale; but callers contain the code of what
    they call, in other files, and crash when an array has moved there. With NUMBA_DISABLE_JIT=1 all is plain Python.
    """
    dispatcher: Any = njit(cache=True, nogil=True)(function)
    if dispatcher is function:
        return function
    dispatcher._cache._cache_file._source_stamp = fingerprint(function.__module__.rpartition(".")[0])
    compiled_function: F = dispatcher
    return compiled_function
