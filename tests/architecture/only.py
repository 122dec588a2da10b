"""An import-linter contract that says what may be imported, where the built-in ones say what may not."""

import sys
from fnmatch import fnmatchcase
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

WITH_EFFECTS = {
    *("asyncio", "concurrent", "multiprocessing", "signal", "subprocess", "threading"),
    *("http", "io", "os", "pathlib", "selectors", "shutil", "socket", "socketserver", "sqlite3", "ssl", "tempfile"),
    *("logging", "random", "sys", "time"),
}


class Only(Contract):
    """Keeps ``source_modules`` to themselves, the standard library and what is in ``allowed``.

    ``allowed`` are modules, each with all below it, ``*`` standing for any name. ``pure`` takes out of the
    standard library what does I/O, reads a clock or rolls dice.
    """

    type_name = "only"

    source_modules: Any = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed: Any = fields.SetField(subfield=fields.StringField(), required=False)
    pure: Any = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Lists every direct import that is not allowed as ``importer -> imported``."""
        forbidden = [
            f"{importer} -> {imported}"
            for room in sorted(m.name for m in module_expressions_to_modules(graph, self.source_modules))
            for importer in sorted({room} | graph.find_descendants(room))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not self._may(room, imported)
        ]
        return ContractCheck(kept=not forbidden, metadata={"forbidden": forbidden})

    def _may(self, room: str, imported: str) -> bool:
        if imported in sys.stdlib_module_names:
            return not (self.pure and imported in WITH_EFFECTS)
        patterns = {room} | set(self.allowed or ())
        return any(fnmatchcase(imported, p) or fnmatchcase(imported, f"{p}.*") for p in patterns)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints the imports to take out."""
        for line in check.metadata["forbidden"]:
            output.print_error(f"{line} is not allowed", bold=False)
