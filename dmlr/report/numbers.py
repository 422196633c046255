"""Numbers as a reader sees them: fixed places, a true minus sign, a dash where there is none."""

import math

P_SMALLEST = 0.001
NOISE = 0.05  # p-value under which a difference is said to be beyond noise


def finite(value: float | None) -> float | None:
    """The number itself, None for what is none: nothing on a page is computed from it or drawn."""
    return value if value is not None and math.isfinite(value) else None


def decimals(value: float | None, places: int = 1) -> str | None:
    """A number with fixed decimal places, None where there is none."""
    number = finite(value)
    return None if number is None else f"{number:,.{places}f}".replace("-", "−")


def signed(value: float | None, places: int = 1) -> str | None:
    """A difference with its sign; zero has none."""
    if value is None:
        return None
    text = f"{value:+,.{places}f}".replace("-", "−")
    return text[1:] if float(f"{value:.{places}f}") == 0 else text


def p_value(value: float | None) -> str | None:
    """A p-value to three places, or that it is smaller."""
    if value is None:
        return None
    return f"{value:.3f}" if value >= P_SMALLEST else f"<{P_SMALLEST}"


def whole(value: int | None) -> str | None:
    """A count, with its thousands set apart."""
    return None if value is None else f"{value:,}"


def several(count: int, noun: str) -> str:
    """Words for a count: 1 run, 2 runs."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
