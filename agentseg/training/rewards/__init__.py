"""Rewards: plain functions of a trace and a sample, for reinforcement learning, filters and tables alike.

    reward = weighted([load_reward("format"), load_reward("accuracy")], [1.0, 1.0])
    reward(trace, sample)

A reward that does not apply gives None and is left out of a sum. Rewards without options are functions; the others are
made by a function of keywords, and what that makes can be pickled. No torch here.
"""

from agentseg.training.rewards.accuracy import counting, iou_above, mask_iou, succeeded, task_accuracy
from agentseg.training.rewards.boxes import detection, segzero, visionreasoner
from agentseg.training.rewards.brevity import brief, l1_exact, l1_max, non_repeat, words
from agentseg.training.rewards.chain import detail, rationale, wrote
from agentseg.training.rewards.faithfulness import faithful, faithfulness_parts
from agentseg.training.rewards.format import well_formed
from agentseg.training.rewards.load import REWARDS, load_reward
from agentseg.training.rewards.names import function_of
from agentseg.training.rewards.reward import Reward, answered, weighted
from agentseg.training.rewards.similarity import ngram_cosine
from agentseg.training.rewards.wise import conciseness, wise_accuracy, wise_distill, wise_total

__all__ = [
    "REWARDS",
    "Reward",
    "answered",
    "brief",
    "conciseness",
    "counting",
    "detail",
    "detection",
    "faithful",
    "faithfulness_parts",
    "function_of",
    "iou_above",
    "l1_exact",
    "l1_max",
    "load_reward",
    "mask_iou",
    "ngram_cosine",
    "non_repeat",
    "rationale",
    "segzero",
    "succeeded",
    "task_accuracy",
    "visionreasoner",
    "weighted",
    "well_formed",
    "wise_accuracy",
    "wise_distill",
    "wise_total",
    "words",
    "wrote",
]
