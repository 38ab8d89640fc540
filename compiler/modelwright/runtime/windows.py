"""
The stretches of time that a budget counts over: of the calendar, and rolling ones.

Calendar stretches follow each other without gap or overlap, whatever the clocks do: a day begins at the first moment at which
the local time has reached its midnight, and where clocks are put back, an hour that has its name twice is two hours. Weeks begin
on Monday.
"""

from time import localtime

from .day import from_number

PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")
TIMEZONES = ("UTC", "local")
_DAY = 86_400
_GRAINS_MS = (3_600_000, 600_000, 60_000, 10_000, 1000, 100, 10, 1)
_FEWEST_GRAINS = 3600


def window(period: str, now: float, timezone: str = "UTC") -> "tuple[int, int]":
    """
    Return begin and end, in seconds since 1970, of the stretch of the calendar that *now* is in; the end belongs to the next one.

    *period* is one of PERIODS, *timezone* one of TIMEZONES: `local` is the machine's.

    >>> window("weekly", 1_795_000_000)  # a Wednesday, 2026-11-18
    (1794787200, 1795392000)
    """
    offset = _no_offset if timezone == "UTC" else _local_offset
    if period == "hourly":
        return _hour(int(now // 1), offset)
    stretch = _STRETCHES[period]
    first, after = stretch(int((now + offset(now)) // _DAY))
    end = _midnight(after, offset)
    while end <= now:  # clocks were put back over midnight: the new day has begun, and goes on
        first, after = stretch(after)
        end = _midnight(after, offset)
    return _midnight(first, offset), end


def rolling_until_ms(seconds: int, now: float) -> int:
    """
    Return when what happens *now* has left a window of *seconds*, in milliseconds since 1970.

    Rounded up, so that nothing leaves early, to a grain of at most 1/3600 of the window (and at least a millisecond): a window
    has no more than 36,000 moments, however much happens in it.

    >>> rolling_until_ms(60, 1000.0), rolling_until_ms(86_400, 1_000_000.5)
    (1060000, 1086410000)
    """
    length = seconds * 1000
    grain = next((grain for grain in _GRAINS_MS if length >= grain * _FEWEST_GRAINS), 1)
    return -int(-now * 1000 // grain) * grain + length


def as_time(seconds: float) -> str:
    """
    Return a moment as text, in UTC.

    >>> as_time(1_795_392_000)
    '2026-11-23T00:00:00Z'
    """
    days, rest = divmod(int(seconds), _DAY)
    return f"{from_number(days)}T{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}Z"


def _no_offset(_: float) -> int:
    return 0


def _local_offset(at: float) -> int:
    """Return how far the local clock is ahead of UTC, in seconds."""
    return localtime(at).tm_gmtoff


def _hour(now: int, offset: "Callable[[float], int]") -> "tuple[int, int]":
    ahead = offset(now)
    start = now - (now + ahead) % 3600
    end = start + 3600
    if (offset(start) - ahead) % 3600:  # clocks were changed by half an hour: the next hour begins there
        start = _first(start, now, lambda at: offset(at) == ahead)
    if (offset(end - 1) - ahead) % 3600:
        end = _first(now, end - 1, lambda at: offset(at) != ahead)
    return start, end


def _midnight(day: int, offset: "Callable[[float], int]") -> int:
    """Return the first moment at which the local time has reached the day that is *day* days after 1970-01-01."""
    wanted = day * _DAY
    before, after = offset(wanted - _DAY), offset(wanted + _DAY)
    low, high = wanted - max(before, after), wanted - min(before, after)
    return low if low + offset(low) >= wanted else _first(low, high, lambda at: at + offset(at) >= wanted)


def _first(low: int, high: int, is_past: "Callable[[int], bool]") -> int:
    """Return the first moment after *low*, up to *high*, that *is_past*; *low* is not, *high* is, and it changes once."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_past(middle) else (middle, high)
    return high


def _months(day: int, months: int) -> "tuple[int, int]":
    """Return the first days of the stretch of so many *months* that *day* is in, and of the next."""
    text = from_number(day)
    year, month = int(text[:-6]), int(text[-5:-3])
    begins = (month - 1) // months * months + 1
    following = begins + months
    return _number(year, begins), _number(year + (following > 12), (following - 1) % 12 + 1)


def _number(year: int, month: int) -> int:
    """Return how many days after 1970-01-01 a month begins."""
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 - 719_468


_STRETCHES: "dict[str, Callable[[int], tuple[int, int]]]" = {
    "daily": lambda day: (day, day + 1),
    "weekly": lambda day: (day - (day + 3) % 7, day - (day + 3) % 7 + 7),  # 1970-01-01 was a Thursday
    "monthly": lambda day: _months(day, 1),
    "yearly": lambda day: _months(day, 12),
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
