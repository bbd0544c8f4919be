"""The offline kitchen: a procedural camera with truth for tests, training and evaluation; imports numpy only."""

from agentseg.sim.classes import CLASSES, STUFF
from agentseg.sim.queries import KitchenQuery, load_queries
from agentseg.sim.render import render_kitchen
from agentseg.sim.truth import ObjectState, Truth

__all__ = ["CLASSES", "STUFF", "KitchenQuery", "ObjectState", "Truth", "load_queries", "render_kitchen"]
