"""The one place that knows TRL's GRPO: reason, plan, results, answer in its loop, through ``rollout_func``.

FastReasonSeg's rollout is Y = [R]think [P]revise [D']results [S]answer. Each round samples a turn for every open query
at once; ``episode.Episode`` runs what it asks for, and results go on as the next user message. Those, and corrections,
are masked from the loss (``env_mask``).

Departures:
    - Results are a message of their own in plain ChatML, not text between tags of the same turn.
    - What a turn over its limit lacks, the end of the turn, is written for it and masked.

TRL marks ``rollout_func`` experimental, so nothing else may touch it. A row's ``prompt`` is its number: prompts of two
scenes can be the same text, and twins would not survive Arrow (``asks``). Special tokens are plain ChatML's, and are
stripped from what a policy wrote, as a server strips them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.training.stages.asks import KEPT, Asks
from agentseg.training.stages.card import Card
from agentseg.training.stages.common import Progress, begin
from agentseg.training.stages.models import adapter_config, load_chat_tokenizer, load_model
from agentseg.training.stages.options import GrpoOptions
from agentseg.training.stages.setting import need_trl, uses_bf16
from agentseg.training.stages.talk import Talk, opening, write_turns


def grpo(
    stage: str,
    base: str | Path,
    asks: str | Path | Sequence[str | Path],
    out: str | Path,
    options: GrpoOptions,
    rewards: Sequence[tuple[Any, float]],
    *,
    on_progress: Progress | None = None,
) -> Card:
    """Train a policy on rollouts over recorded twins.

    Args:
        stage: Name of the stage.
        base: Folder with weights and tokenizer (or an adapter of some), or a name of the Hugging Face hub.
        asks: JSON lines of ``asks.Ask``: one file or several.
        out: Folder of the stage; ``out/final`` is the result.
        options: What to do.
        rewards: Of ``scored``, with their weights.
        on_progress: Called with each logged point.

    Returns:
        The card; that of a finished folder at once.

    Raises:
        InputError: The asks, the model or the folder cannot be used, or nothing is rewarded.
        MissingExtra: The extra ``train`` is not installed.
    """
    if not rewards:
        raise InputError(f"{stage}: every reward has the weight 0, so there is nothing to learn")
    files = [Path(path) for path in ([asks] if isinstance(asks, str | Path) else asks)]
    work = begin(stage, base, files, out, options, on_progress=on_progress)
    if work.done is not None:
        return work.done
    table = Asks(files)
    need_trl("reinforcement learning")
    from datasets import Dataset  # type: ignore[attr-defined, import-not-found, import-untyped]
    from trl import GRPOConfig, GRPOTrainer  # type: ignore[attr-defined, import-not-found, import-untyped]

    arguments = work.arguments(GRPOConfig, options, **_fields(options, [weight for _, weight in rewards]))
    tokenizer = load_chat_tokenizer(str(base))
    model = load_model(str(base), tokenizer, options.lora, uses_bf16(options))
    trainer = GRPOTrainer(
        model=model,
        args=arguments,
        reward_funcs=[function for function, _ in rewards],
        train_dataset=Dataset.from_dict({"prompt": [str(number) for number in range(len(table))]}),
        processing_class=tokenizer,
        peft_config=adapter_config(model, options.lora),
        rollout_func=Rollouts(table, tokenizer, options, sample),
    )
    return work.train(trainer, tokenizer, options)


Generate = Callable[[Any, list[list[int]]], tuple[list[list[int]], list[list[float]] | None]]
"""Samples a turn after each list of ids: (trainer, ids) -> (new ids, their log-probabilities or None)."""


class Rollouts:
    """``rollout_func`` of ``GRPOTrainer``: numbers of asks in, finished dialogues as tokens out.

    Args:
        asks: What the prompts are numbers of.
        tokenizer: In plain ChatML.
        options: The stage's.
        generate: Samples turns.
    """

    def __init__(self, asks: Asks, tokenizer: Any, options: GrpoOptions, generate: Generate) -> None:
        self._asks, self._tokenizer, self._options, self._generate = asks, tokenizer, options, generate
        self._opened = lru_cache(maxsize=KEPT)(self._open)

    def __call__(self, prompts: list[str], trainer: Any) -> dict[str, list[Any]]:
        """Answer a batch; columns ``trace``, ``sample`` and ``teacher`` are for the rewards."""
        numbers = [int(prompt) for prompt in prompts]
        room = getattr(trainer.model.config, "max_position_embeddings", None)
        talks = [Talk(*self._opened(number), self._options.rules, self._tokenizer, room) for number in numbers]
        while _anywhere(trainer, any(talk.is_open for talk in talks)):
            # every process samples as often as the others: weights may be spread over them
            asking = [talk for talk in talks if talk.is_open] or talks[:1]
            written, chances = self._generate(trainer, [talk.ids for talk in asking])
            for place, talk in enumerate(asking):
                if talk.is_open:
                    talk.take(written[place], None if chances is None else chances[place])
        seed = self._options.seed
        return {
            "prompt_ids": [talk.prompt for talk in talks],
            "completion_ids": [talk.completion for talk in talks],
            "env_mask": [talk.mask for talk in talks],
            "logprobs": [talk.chances for talk in talks] if self._options.vllm is not None else None,  # type: ignore[dict-item]
            "trace": [talk.trace(seed, place) for place, talk in enumerate(talks)],
            "sample": [self._asks[number].sample for number in numbers],
            "teacher": [self._asks[number].teacher for number in numbers],
        }

    def _open(self, number: int) -> tuple[Any, tuple[int, ...]]:
        return opening(self._asks[number], self._options.rules, self._tokenizer)


def sample(trainer: Any, ids: list[list[int]]) -> tuple[list[list[int]], list[list[float]] | None]:
    """Sample a turn after each list of ids, by vLLM or by transformers, each up to its end token or the limit."""
    if trainer.use_vllm:
        _, written, chances, _ = trainer.vllm_generation.generate(prompts=ids, images=None, num_generations=1)
        return written, [[one[0] for one in row] for row in chances]
    from trl.models import unwrap_model_for_generation  # type: ignore[attr-defined, import-not-found, import-untyped]

    with unwrap_model_for_generation(
        trainer.model_wrapped,
        trainer.accelerator,
        gather_deepspeed3_params=trainer.args.ds3_gather_for_generation,
        generation_kwargs=trainer.generation_kwargs,  # else a base's own top_k and the like fill what ours leave open
    ) as model:
        return write_turns(model, trainer.processing_class, trainer.generation_config, ids), None


def _anywhere(trainer: Any, here: bool) -> bool:
    """Whether something holds in any process."""
    if trainer.accelerator.num_processes == 1:
        return here
    import torch

    told = trainer.accelerator.gather(torch.tensor([int(here)], device=trainer.accelerator.device))
    return bool(told.sum() > 0)


def _fields(options: GrpoOptions, weights: list[float]) -> dict[str, Any]:
    """GRPO's own arguments."""
    fields: dict[str, Any] = {
        "num_generations": options.generations,
        "max_completion_length": options.rules.max_tokens,  # of one turn; the loop bounds their number
        "temperature": options.temperature,
        "top_p": options.top_p,
        "beta": options.beta,
        "loss_type": options.loss,
        "scale_rewards": options.scale,
        "num_iterations": options.iterations,
        "reward_weights": weights,
        "log_completions": False,
    }
    if (vllm := options.vllm) is not None:
        fields |= {
            "use_vllm": True,
            "vllm_mode": vllm.mode,
            "vllm_gpu_memory_utilization": vllm.memory,
            "vllm_tensor_parallel_size": vllm.parallel,
            "vllm_server_base_url": vllm.url,
        }
    return fields
