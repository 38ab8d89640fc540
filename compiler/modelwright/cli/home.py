"""Where this user's files are: config, cache and state. `PROVIDERS_HOME` moves all of them."""

from __future__ import annotations

import os

from ..runtime.registry import home_artifact


def config_dir() -> str:
    """Return the folder of the user's own `models.json`."""
    return _folder("config")


def cache_dir() -> str:
    """Return the folder of what may be deleted at any time."""
    return _folder("cache")


def state_dir() -> str:
    """Return the folder of what the user decided, such as which files are trusted."""
    return _folder("state")


def compiled_path() -> str:
    """Return where `providers compile` writes by default."""
    return home_artifact(os.environ)


def _folder(what: str) -> str:
    named = os.environ.get("PROVIDERS_HOME")
    if named:
        home = os.path.expanduser(named)
        return os.path.join(home, "cache") if what == "cache" else home
    import platformdirs

    found = {"config": platformdirs.user_config_dir, "cache": platformdirs.user_cache_dir, "state": platformdirs.user_state_dir}[what]
    return found("modelwright", appauthor=False)
