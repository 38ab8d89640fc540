"""One tree of errors, as it is drawn; each says what, and what to do."""

from __future__ import annotations

import pytest

from modelwright import AmbiguousRefError, ArtifactError, MissingVariableError, ModelwrightError, UnknownRefError
from modelwright.runtime import errors


def _drawn() -> dict[str, str]:
    """Return the classes that the module's docstring draws, to their parents."""
    parents: dict[str, str] = {}
    stack: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        name = line.lstrip("│├└─ ").partition(" ")[0]
        if name.endswith("Error"):
            depth = (len(line) - len(line.lstrip("│├└─ ")) - 4) // 4
            del stack[depth:]
            parents[name] = stack[-1] if stack else "Exception"
            stack.append(name)
    return parents


def test_the_tree_is_the_one_that_is_drawn() -> None:
    classes = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert {name: kind.__bases__[0].__name__ for name, kind in classes.items()} == _drawn()
    assert issubclass(errors.UsageError, ValueError)
    assert issubclass(UnknownRefError, LookupError)
    assert issubclass(AmbiguousRefError, LookupError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UnknownRefError("a/b", lambda: ("a/c", "a/d")), "unknown model 'a/b'; nearest: a/c, a/d"),
        (UnknownRefError("a/b", lambda: ()), "unknown model 'a/b'"),
        (UnknownRefError("a\n\x1b[1m", lambda: (), what="provider"), "unknown provider 'a\\n\\x1b[1m'"),
        (AmbiguousRefError("m", ("a/m", "b/m")), "'m' names 2 things; say which: a/m, b/m"),
        (MissingVariableError("azure", "resource", ("A_NAME", "B_NAME")), "A_NAME or B_NAME is required by provider 'azure' but not set"),
        (MissingVariableError("azure", "resource", ()), "provider 'azure' needs a value for 'resource'; set it in your models.json"),
        (ArtifactError("/x", "it is cut"), "/x: it is cut; run `providers compile` to make it anew"),
        (ArtifactError("/x", "it is new", "upgrade"), "/x: it is new; upgrade"),
    ],
)
def test_an_error_says_what_and_what_to_do(error: ModelwrightError, text: str) -> None:
    assert str(error) == text


def test_the_nearest_names_are_looked_up_once_and_only_when_asked_for() -> None:
    asked = []

    def find() -> tuple[str, ...]:
        asked.append(1)
        return ("a/c",)

    error = UnknownRefError("a/b", find)
    assert asked == []
    assert (error.nearest, str(error), error.nearest) == (("a/c",), "unknown model 'a/b'; nearest: a/c", ("a/c",))
    assert asked == [1]
