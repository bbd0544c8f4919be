"""What stages can be told: pydantic models without torch, so that a recipe is checked before anything heavy loads."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from agentseg.training.stages.rules import Rules


class Lora(BaseModel):
    """A low-rank adapter in place of all weights; r 64 and alpha 128 are FastReasonSeg's.

    Attributes:
        r: Rank.
        alpha: Scale; updates are multiplied by alpha / r.
        dropout: Of the adapter's input, in [0, 1).
        targets: Layers that get one: ``all-linear``, or names of modules. TRL refuses one on ``lm_head``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    r: int = Field(default=64, ge=1)
    alpha: int = Field(default=128, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: str | tuple[str, ...] = "all-linear"


class Options(BaseModel):
    """What every stage can be told.

    Attributes:
        rate: Peak learning rate of AdamW.
        schedule: How it falls: ``cosine``, ``linear`` or ``constant``, after a linear warm-up.
        warmup: Steps of the warm-up, or a fraction of all where below 1.
        decay: Weight decay.
        clip: Largest norm of a gradient.
        epochs: Passes over the data.
        steps: Optimiser steps; 0 follows ``epochs``.
        batch: Rows an optimiser step, over all processes and accumulated passes.
        micro: Rows that one process computes at once; ``micro`` x processes divides ``batch``.
        lora: The adapter, or None to train every weight. A base that is an adapter itself is trained on.
        precision: ``auto``: bf16 where the accelerator has it, else fp32.
        checkpointing: Recompute activations in the backward pass: less memory, a third more time.
        seed: Of the order of rows, dropout and sampling.
        log_every: Steps between two points of a curve.
        save_every: Steps between two checkpoints; a kill loses at most these.
        keep: Checkpoints kept while it runs, the newest.
        reports: Trackers of transformers besides the files: ``tensorboard``, ``trackio``, ``wandb`` ...
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: float = Field(default=5e-5, gt=0, lt=1)
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup: float = Field(default=0.03, ge=0)
    decay: float = Field(default=0.0, ge=0)
    clip: float = Field(default=1.0, gt=0)
    epochs: float = Field(default=1.0, gt=0)
    steps: int = Field(default=0, ge=0)
    batch: int = Field(default=64, ge=1)
    micro: int = Field(default=8, ge=1)
    lora: Lora | None = None
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    checkpointing: bool = False
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    log_every: int = Field(default=10, ge=1)
    save_every: int = Field(default=200, ge=1)
    keep: int = Field(default=2, ge=1)
    reports: tuple[str, ...] = ("tensorboard",)


class SftOptions(Options):
    """Supervised fine-tuning; AdamW at 5e-5 over 3 epochs is FastReasonSeg's.

    Attributes:
        longest: Tokens of a row at most; longer rows are left out and counted, because a cut one would lose its answer.
        share: Conversations over one table that become one row of at most ``longest`` tokens; 1 keeps each by itself.
            Losses stay the same, and what they share is computed once.
        by_length: Put rows of like lengths into a batch: less padding.
        workers: Processes that tokenise.
    """

    epochs: float = Field(default=3.0, gt=0)
    longest: int = Field(default=4096, ge=16)
    share: int = Field(default=1, ge=1, le=64)
    by_length: bool = True
    workers: int = Field(default=1, ge=1, le=256)


class Reward(BaseModel):
    """One reward of a sum.

    Attributes:
        name: As ``rewards.load_reward`` takes it, or ``package.module:name``.
        weight: Its factor; 0 leaves it out.
        options: Keywords of what makes it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    weight: float = Field(default=1.0, allow_inf_nan=False)
    options: dict[str, JsonValue] = {}


class Vllm(BaseModel):
    """Generation by vLLM, for models of a billion parameters and more.

    Attributes:
        mode: ``colocate``: on the training GPUs; ``server``: ``trl vllm-serve`` on others.
        memory: Share of a GPU's memory that colocated generation takes.
        url: Address of the server.
        parallel: GPUs of one colocated engine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["colocate", "server"] = "colocate"
    memory: float = Field(default=0.3, gt=0, lt=1)
    url: str | None = None
    parallel: int = Field(default=1, ge=1)


class GrpoOptions(Options):
    """Reinforcement learning with GRPO; 4e-5, cosine and batches of 512 are FastReasonSeg's.

    Attributes:
        batch: Rollouts an optimiser step: queries x ``generations``.
        generations: Rollouts of one query; their mean is the baseline.
        temperature: Of sampling.
        top_p: Of sampling.
        beta: Weight of the divergence from the start; 0 needs no reference model.
        loss: Form of the loss, as TRL names it.
        scale: What advantages are divided by: the deviation of the ``group``, of the ``batch``, or nothing.
        iterations: Optimiser passes over the same rollouts.
        vllm: Generation by vLLM, or None for transformers.
        rules: What an episode is like.
        rewards: What is rewarded.
    """

    rate: float = Field(default=4e-5, gt=0, lt=1)
    batch: int = Field(default=512, ge=2)
    generations: int = Field(default=8, ge=2)
    temperature: float = Field(default=1.0, gt=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    beta: float = Field(default=0.0, ge=0)
    loss: Literal["grpo", "dr_grpo", "dapo", "bnpo", "cispo"] = "grpo"
    scale: Literal["group", "batch", "none"] = "group"
    iterations: int = Field(default=1, ge=1)
    vllm: Vllm | None = None
    rules: Rules = Rules()
    rewards: tuple[Reward, ...] = (Reward(name="format"), Reward(name="accuracy"))

    @model_validator(mode="after")
    def _whole_groups(self) -> Self:
        if self.batch % self.generations:
            raise ValueError(f"a batch is whole groups: {self.batch} rollouts are no multiple of {self.generations}")
        return self


class TeacherOptions(GrpoOptions):
    """The teacher's: R_format + R_accuracy."""


class JudgeOptions(BaseModel):
    """A chat model that grades chains (``training.judge``).

    Attributes:
        model: As ``--reasoner`` takes it.
        base_url: Server address.
        cache: SQLite file of earlier answers.
        swap: Share of the groups that are graded in both orders.
        seed: Of the orders.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    base_url: str | None = None
    cache: str | None = None
    swap: float = Field(default=0.05, ge=0, le=1)
    seed: int = 0


class DistillOptions(GrpoOptions):
    """The student's: R_format + R_accuracy + gamma * R_reasoning.

    Attributes:
        gamma: Weight of R_reasoning, .5 in the paper; 0 leaves it out.
        reasoning: What R_reasoning is: ``judge`` (the paper), ``chain`` (likeness to the teacher's chain, without a
            model) or ``faithfulness`` (true of the twin, without a teacher); of several, each has its share of gamma.
        judge: The chat model of ``judge``.
    """

    gamma: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    reasoning: tuple[Literal["judge", "chain", "faithfulness"], ...] = ("faithfulness", "chain")
    judge: JudgeOptions | None = None

    @model_validator(mode="after")
    def _has_judge(self) -> Self:
        if "judge" in self.reasoning and self.gamma and self.judge is None:
            raise ValueError('reasoning by a judge needs a table "judge" that names its model')
        if self.gamma and not self.reasoning:
            raise ValueError("reasoning names at least one of judge, chain, faithfulness; gamma = 0 leaves it out")
        return self


class WiseOptions(GrpoOptions):
    """WISE: concise rationale, answer, detailed explanation, and R_format + R_acc + R_distill where it succeeded.

    Attributes:
        order: Order of a turn's parts; ``why`` first is the paper's ablation.
        condition: ``success`` (the paper), or ``always``: its ablation.
        similarity: Likeness of the two explanations: ``ngram``, or ``package.module:name`` of an encoder's.
        iou: ``binary`` (the paper) or ``continuous`` (its code).
        rewards: In place of the paper's three; empty takes those.
    """

    rate: float = Field(default=1e-6, gt=0, lt=1)
    batch: int = Field(default=16, ge=2)
    decay: float = Field(default=0.01, ge=0)
    beta: float = Field(default=5e-3, ge=0)
    order: tuple[Literal["analysis", "answer", "why"], ...] = ("analysis", "answer", "why")
    condition: Literal["success", "always"] = "success"
    similarity: str = "ngram"
    iou: Literal["binary", "continuous"] = "binary"
    rewards: tuple[Reward, ...] = ()


PLACES = frozenset({"micro", "log_every", "save_every", "keep", "reports", "workers", "checkpointing", "vllm"})
"""Options that change how a stage runs, not what comes out: a run may go on with others."""
