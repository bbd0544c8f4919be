"""The measures of the field, each with its source and its departures written down.

One measure is one function on plain arrays or rows. Rows (``Overlap``, ``Grounding``, ``Clip``, ``Count``,
``Detection``) are what one sample contributes; a ``*_score`` folds rows. A sample without an answer (None) is a row
too: it counts as wrong, stays in every denominator, and is counted apart. A figure for which there are no samples is
None. All figures are fractions in [0, 1], not percent.
"""

from agentseg.evaluation.metrics.bootstrap import (
    Interval,
    macro_interval,
    mean_interval,
    paired_interval,
    ratio_interval,
    statistic_interval,
)
from agentseg.evaluation.metrics.clips import Clip, ClipScore, clip, mevis_score, revos_score, robustness
from agentseg.evaluation.metrics.cost import Spread, Tally, reasoning_tokens, spread, tally
from agentseg.evaluation.metrics.counts import Count, CountScore, counting_score
from agentseg.evaluation.metrics.davis import boundary_accuracy, region_and_boundary, region_similarity
from agentseg.evaluation.metrics.detection import Detection, DetectionScore, detection_score
from agentseg.evaluation.metrics.grefcoco import Grounding, GroundingScore, grounding, grounding_score
from agentseg.evaluation.metrics.overlap import Overlap, OverlapScore, Protocol, mask_overlap, overlap_score
from agentseg.evaluation.metrics.sequences import (
    SequenceScore,
    Statistics,
    label_scores,
    mean_score,
    sequence_score,
    statistics,
)

__all__ = [
    "Clip",
    "ClipScore",
    "Count",
    "CountScore",
    "Detection",
    "DetectionScore",
    "Grounding",
    "GroundingScore",
    "Interval",
    "Overlap",
    "OverlapScore",
    "Protocol",
    "SequenceScore",
    "Spread",
    "Statistics",
    "Tally",
    "boundary_accuracy",
    "clip",
    "counting_score",
    "detection_score",
    "grounding",
    "grounding_score",
    "label_scores",
    "macro_interval",
    "mask_overlap",
    "mean_interval",
    "mean_score",
    "mevis_score",
    "overlap_score",
    "paired_interval",
    "ratio_interval",
    "reasoning_tokens",
    "region_and_boundary",
    "region_similarity",
    "revos_score",
    "robustness",
    "sequence_score",
    "spread",
    "statistic_interval",
    "statistics",
    "tally",
]
