"""The programs of KitchenBench: named shapes of descriptions, by category and level."""

from __future__ import annotations

from agentseg.sim.kitchenbench.description import Category
from agentseg.sim.kitchenbench.draw import Program
from agentseg.sim.kitchenbench.programs_clip import TEMPORAL
from agentseg.sim.kitchenbench.programs_still import SEMANTIC, SPATIAL

Cell = tuple[Category, int]
"""Category and level."""

CELLS: dict[Cell, dict[str, Program]] = {
    **{("semantic", level): rows for level, rows in SEMANTIC.items()},
    **{("spatial", level): rows for level, rows in SPATIAL.items()},
    **{("temporal", level): rows for level, rows in TEMPORAL.items()},
}
"""Programs by category and level, as ``description.category`` and ``description.level`` see their trees."""

PROGRAMS: dict[str, Program] = {name: program for rows in CELLS.values() for name, program in rows.items()}
"""All programs by name."""
