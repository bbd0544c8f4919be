"""Schemas of turns over a small twin, built as the graph builds them for a live one."""

from agentseg.pattern import plan_pattern
from agentseg.protocol import turn_schema
from agentseg.twin import Instance, Twin

LABELS = ("mug", "kettle", "cutting board", "toaster", "sink", "mug", "robot gripper", "plate", "stove", "banana")

TWIN = Twin(
    size=(240, 320),
    instances=tuple(
        Instance(id=n, label=label, score=0.9, box=(0, 0, 10, 10), depth_mean=1.0, depth_var=0.1, mask_source="truth")
        for n, label in enumerate(LABELS, start=1)
    ),
)

TURN = turn_schema(plan_pattern(TWIN, "what is behind the kettle that i could drink from"), TWIN.ids)
"""A plan or an answer."""

PLAN = TURN["anyOf"][0]
"""A plan."""
