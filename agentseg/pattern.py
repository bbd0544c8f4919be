"""The plans that are possible over a live twin, as one regular expression for a constrained decoder.

Built per request: labels are those of the twin and the words of the query, ids those that exist. Every string that
the pattern accepts parses (a property test holds it to that), so a decoder bound by it cannot write a malformed plan.

Only the subset of regular expressions that llama.cpp's two grammar engines, OpenAI and Python read alike is used:
literals, plain groups, alternation, classes and counted repeats, with both anchors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agentseg.affordances import FAMILIES, USES
from agentseg.plan_syntax import ANCHORED_MEASURES, MATCHES, MEASURES, NAMES, OPERATORS, RELATIONS, Params
from agentseg.twin import Twin, clean_label

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white")
MOST_STEPS = 8
"""Steps of a constrained plan, besides ``answer``."""
MOST_LABELS = 64
"""Labels offered: those of the twin first, then words of the query."""

_RESERVED = frozenset(
    (*MATCHES, *OPERATORS, *NAMES, "for", "min", "max", "nth", "all", "self", "between", "first", "last", "peak")
)
_SMALL_WORDS = frozenset(
    (
        "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "that", "which", "what",
        "who", "is", "are", "it", "its", "this", "these", "those", "there", "here", "i", "me", "my", "you",
        "your", "we", "and", "or", "not", "no", "any", "all", "each", "every", "one", "some", "thing", "things",
        "something", "object", "objects", "please", "segment", "show", "find", "give", "can", "could", "would",
        "will", "do", "does", "how", "many", "most", "than", "as", "be", "into", "up", "out", "left", "right",
    )
)  # fmt: skip


def plan_pattern(
    twin: Twin,
    query: str = "",
    custom: Mapping[str, Params] | None = None,
    final: bool = False,
    uses: Iterable[str] = (),
) -> str:
    """Regular expression of the plans over a twin.

    Args:
        twin: The live twin: its names become labels, its ids anchors.
        query: Words of it may be labels and phrases too, for things that the twin does not have yet.
        custom: Parameters of the user's own steps.
        final: The budget is spent, so only plans that end with ``answer`` are left.
        uses: What may be said after "find for" beyond the affordance table.

    Returns:
        An anchored pattern; ``re.fullmatch`` and the grammar engines agree on it.
    """
    labels = plan_labels(twin, query)
    step = _steps(labels, twin, custom or {}, (*USES, *FAMILIES, *uses))
    stored = f"([a-f] = )?({step})"
    last = f"(({step}); )?answer" if final else f"(answer|({step})(; answer)?)"
    return f"^(({stored}; ){{0,{MOST_STEPS - 1}}}{last})$"


def plan_labels(twin: Twin, query: str = "") -> list[str]:
    """Labels that a plan over this twin may name: the twin's names, then content words and word pairs of the query."""
    words = clean_words(query)
    singles = [word for word in words if word not in _SMALL_WORDS]
    singles += [word[:-1] for word in singles if word.endswith("s") and len(word) > 3]
    pairs = [f"{a} {b}" for a, b in zip(words, words[1:], strict=False) if not _SMALL_WORDS.intersection((a, b))]
    wanted = dict.fromkeys((*twin.labels, *singles, *pairs))
    return [label for label in wanted if _is_usable(label)][:MOST_LABELS]


def clean_words(text: str) -> list[str]:
    """Lower-case words of ``[a-z0-9]`` of a text, 64 at most."""
    return re.findall(r"[a-z0-9]{1,24}", text.lower())[:64]


def _is_usable(label: str) -> bool:
    parts = label.split()
    if label != clean_label(label) or label.isdigit():
        return False
    return 0 < len(parts) <= 4 and not _RESERVED.intersection(parts)


def _either(options: Iterable[str]) -> str:
    return f"({'|'.join(options)})"


def _steps(labels: list[str], twin: Twin, custom: Mapping[str, Params], uses: Iterable[str]) -> str:
    label = _either(labels or ["unknown"])
    name = "[a-f]"
    ids = [str(key) for key in sorted(twin.ids)]
    anchor = _either([*(labels or ["unknown"]), *ids, name, "all"])
    pairwise = _either(relation for relation in RELATIONS if relation != "between")
    by = _either([*MEASURES, f"{_either(ANCHORED_MEASURES)} {anchor}", f"count {pairwise} {anchor}"])
    some = f"{label}(, {label}){{0,3}}"
    value = _either(["[0-9]{1,3}", name, *COLOURS, *(labels or ["unknown"])])
    match = f"( {_either(MATCHES)})?"
    forms = [
        f"find for {_either(uses)}",
        f"(find|relabel) {some}",
        f"filter {by} {_either(OPERATORS)} {value}",
        f"rank {by} ((min|max)( [1-9])?|nth [1-9])",
        f"relate ({pairwise} {anchor}|between {anchor}, {anchor}){match}",
        f"(union|intersect|except|else|from) {name}",
        "count",
        f"(detect|zoom) {label}",
        f"describe {by}",
        "at (first|last|peak|[0-9]{1,3})",
        *(_custom(step, params, label) for step, params in custom.items()),
    ]
    return "|".join(forms)


def _custom(name: str, params: Params, label: str) -> str:
    kinds = {int: "[0-9]{1,4}", float: "[0-9]{1,4}", str: label}
    return " ".join([name, ", ".join(kinds[kind] for _, kind in params)]).strip()
