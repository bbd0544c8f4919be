"""KitchenBench: a synthetic benchmark of reasoning segmentation, in the offline kitchen.

``queries(seed, frames, split)`` gives the queries of one scene without rendering its pixels, ``all_queries(split)``
those of a split in order, and ``sample_of(query)`` the sample with its masks.
"""

from agentseg.sim.kitchenbench.samples import BenchQuery, all_queries, queries, sample_of
from agentseg.sim.kitchenbench.splits import KITCHENBENCH_VERSION, SPLITS

__all__ = ["KITCHENBENCH_VERSION", "SPLITS", "BenchQuery", "all_queries", "queries", "sample_of"]
