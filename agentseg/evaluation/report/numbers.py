"""How a report writes numbers: shares in per cent with one decimal, intervals with a dash, true minus signs."""

from __future__ import annotations

from typing import Any

EN_DASH = "\N{EN DASH}"

RAW = ("error", "mae", "rmse", "mse", "tokens", "ms")
"""Parts of the names of figures that are no shares; they are written as they are."""


def per_cent(value: float, sign: bool = False) -> str:
    """A share in per cent, e.g. ``74.2``; ``sign`` for differences, e.g. ``+3.1``."""
    text = f"{100 * value:{'+' if sign else ''}.1f}"
    return ("0.0" if text.strip("+-") == "0.0" else text).replace("-", "\N{MINUS SIGN}")


def figure(found: dict[str, Any] | None, name: str, sign: bool = False) -> tuple[str, str]:
    """A figure and its interval as text, e.g. (``74.2``, ``71.0–77.1``); dashes and nothing where there is none."""
    if not found or found.get("value") is None:
        return EN_DASH, ""

    def write(value: float) -> str:
        raw = any(part in name.lower().split("_") for part in RAW)
        return f"{value:.2f}".replace("-", "\N{MINUS SIGN}") if raw else per_cent(value, sign)

    low, high = found.get("low"), found.get("high")
    if low is None or high is None:
        return write(found["value"]), ""
    between = " to " if sign else EN_DASH
    return write(found["value"]), f"{write(low)}{between}{write(high)}"


def plural(number: int, one: str, many: str) -> str:
    """``1 box``, ``2 boxes``; thousands are set apart."""
    return f"{number:,} {one if number == 1 else many}"
