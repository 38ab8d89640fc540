"""What was seen of a route lately, and how much each stretch of it counts."""


def weighted(stretches: "Iterable[Stretch]", now: float, numbers: "Mapping[str, float]") -> "Iterator[tuple[float, Stretch]]":
    """
    Yield those of *stretches* that began less than `window_seconds` ago, each after what it counts.

    `half_life_seconds` halve that; 0 or left out: all count 1. What is later than *now*, by another's clock, is as of now.
    """
    window, half_life = numbers["window_seconds"], numbers.get("half_life_seconds")
    for stretch in stretches:
        age = max(0.0, now - stretch.at)
        if age < window:
            yield 0.5 ** (age / half_life) if half_life else 1.0, stretch


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..state import Stretch
