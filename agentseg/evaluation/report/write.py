"""The report as a page: data, tables, plots and cases put into the template, and written whole or not at all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from agentseg.errors import InputError, MissingExtra
from agentseg.evaluation.report import compare, tables
from agentseg.evaluation.report.cases import cases
from agentseg.evaluation.report.data import Run, figure_names, read_runs
from agentseg.evaluation.report.numbers import plural
from agentseg.evaluation.report.plain import clipped, plain
from agentseg.evaluation.report.plots import plots

GLYPHS = "●■▲◆▼✚✖◀▶⬟⬢✱"
"""The markers of the plots, for text."""

SECOND = ("J", "gIoU", "J overall")
"""Figures that stand beside a protocol's first one, as far as it has them."""

CASES = 6
"""Worst cases of each run, where there are no more than four runs; a page has some 24 of them."""


CONFIG = 20_000
"""Characters of a run's configuration that a page shows."""


@dataclass(frozen=True)
class _System:
    name: str
    what: str
    config: str


def write_report(
    runs: Sequence[str | Path],
    out: str | Path,
    *,
    number: int | None = None,
    root: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Path:
    """Write the report of finished runs of one dataset, split and protocol.

    Args:
        runs: Their folders.
        out: The HTML file; it appears whole or not at all. The same runs and data give the same bytes.
        number: Worst cases of each run, from 0, and half as many best ones; None for what fits a page.
        root: Where the dataset is now; None for where the runs found it. Without it cases show masks alone.
        tell: Called with each note at the top of the page, and when the runs are read.

    Returns:
        The file.

    Raises:
        InputError: A run cannot be read, the runs do not belong together, or the file cannot be written.
        MissingExtra: jinja2 or matplotlib is not installed.
    """
    path = Path(out)
    read = read_runs([Path(run) for run in runs])
    _names(read)
    for words in (*notes(read), f"{plural(len(read), 'run', 'runs')}; now the cases' pictures are opened and drawn"):
        if tell is not None:
            tell(words)
    page = render(read, number, root)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(page, encoding="utf8", newline="\n")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InputError(f"{str(path)[:200]!r} cannot be written: {error.strerror or error}") from None
    return path


def render(runs: Sequence[Run], number: int | None = None, root: Path | None = None) -> str:
    """The page of runs as text.

    Raises:
        MissingExtra: jinja2 or matplotlib is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        raise MissingExtra("the report", "jinja2", "report") from None
    here = files("agentseg.evaluation.report")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,  # markup is left as it is
    )
    template = environment.from_string((here / "page.html.j2").read_text("utf8"))
    drawn = [{**asdict(plot), "svg": Markup(plot.svg)} for plot in plots(runs, _plotted(runs))]
    many = max(2, min(CASES, 4 * CASES // len(runs))) if number is None else number
    found = cases(runs, many, root)
    return template.render(
        **_facts(runs),
        style=Markup((here / "style.css").read_text("utf8")),
        glyphs=GLYPHS,
        twins=tables.TWINS,
        plots=drawn,
        cases=found.groups,
        missing=found.missing,
    )


def _facts(runs: Sequence[Run]) -> dict[str, Any]:
    names, first = _names(runs), runs[0]
    main, shown = names[0], _plotted(runs)
    breakdowns = [(name, tables.breakdown(runs, name)) for name in shown]
    what = clipped(f"{first.asked.get('dataset')}, {first.asked.get('split')} split")
    count = max(len(run.first.points) for run in runs)
    size = f"{plural(len(runs), 'system', 'systems')}, {plural(count, 'sample', 'samples')}"
    return {
        "title": f"{what}: {size}",
        "protocol": first.asked.get("protocol") or "",
        "statement": first.asked.get("statement") or "",
        "interval": first.asked.get("interval") or {},
        "lead": compare.lead(runs, main),
        "notes": notes(runs),
        "main": main,
        "names": shown,
        "systems": [_System(run.name, _what(run) if _what(run) != run.name else "", _config(run)) for run in runs],
        "splits": compare.splits(runs, main),
        "headline": tables.headline(runs, shown),
        "figures": tables.all_figures(runs, names),
        "outcomes": tables.outcomes(runs),
        "breakdowns": [(name, data) for name, data in breakdowns if data is not None],
        "times": tables.times(runs),
        "about": _about(runs),
    }


def notes(runs: Sequence[Run]) -> list[str]:
    """What a reader has to know before the figures of these runs are compared."""
    ids = [set(run.first.points) for run in runs]
    shared, every = len(set.intersection(*ids)), len(set.union(*ids))
    return [] if shared == every else [f"The runs share {shared:,} of {every:,} samples: they are not comparable."]


def _names(runs: Sequence[Run]) -> list[str]:
    """The figures that there are.

    Raises:
        InputError: There is none.
    """
    names = figure_names(runs)
    if not names:
        raise InputError("the summaries of these runs hold no figure with a value: nothing to report")
    return names


def _plotted(runs: Sequence[Run]) -> list[str]:
    names = figure_names(runs)
    return names[:1] + [name for name in names[1:] if name in SECOND][:1]


def _what(run: Run) -> str:
    """The reasoner, where the run's name does not say it already."""
    if run.asked.get("predictions"):
        return "other system's files"
    name = clipped(str(run.asked.get("reasoner") or ""))
    return f"{name} (is told the plan)" if name == "oracle" else name


def _config(run: Run) -> str:
    config = run.asked.get("config")
    return plain(json.dumps(config, indent=1, sort_keys=True, ensure_ascii=False), CONFIG) if config else ""


def _about(runs: Sequence[Run]) -> tables.Table:
    lines = []
    for place, run in enumerate(runs):
        limit, versions = run.asked.get("limit"), run.asked.get("versions") or {}
        said = clipped(", ".join(f"{name} {version}" for name, version in versions.items()))
        twins = ", ".join(side.twin for side in run.sides)
        texts = (_what(run), twins, "all" if limit is None else f"first {limit:,}", said)
        lines.append(tables.Line(place, (run.name,), [tables.Cell(text) for text in texts]))
    return tables.Table(("system",), ["reasoner", "twins", "samples", "versions"], lines, [], words=True)
