"""
Where this user's files are. `PROVIDERS_HOME` holds all of them together; without it they are where the platform keeps such.

The runtime has to find the compiled registry with the standard library alone, so the rules are written out here once, for
all folders: the XDG base directories, Apple's Library folders, and Windows' application data.
"""

import os
import sys

ARTIFACT, STATE, LEDGER = "registry.artifact", "state.sqlite", "ledger.sqlite"
_NAME = "modelwright"
_XDG = {"config": ("XDG_CONFIG_HOME", ".config"), "data": ("XDG_DATA_HOME", ".local/share"), "state": ("XDG_STATE_HOME", ".local/state"), "cache": ("XDG_CACHE_HOME", ".cache")}
_APPLE = {"config": "Application Support", "data": "Application Support", "state": "Application Support", "cache": "Caches"}


def folder(what: str, environ: "Mapping[str, str]", platform: str = sys.platform) -> str:
    """Return the folder of what is kept as *what*: `config` (the user's models.json), `data` (compiled), `state` (decisions), `cache`."""
    named = environ.get("PROVIDERS_HOME")
    if named:
        home = os.path.expanduser(named)
        return os.path.join(home, "cache") if what == "cache" else home
    if platform == "win32":
        base = environ.get("LOCALAPPDATA") or os.path.join(os.path.expanduser("~"), "AppData", "Local")
        return os.path.join(base, _NAME, "Cache") if what == "cache" else os.path.join(base, _NAME)
    if platform == "darwin":
        return os.path.join(os.path.expanduser("~"), "Library", _APPLE[what], _NAME)
    variable, default = _XDG[what]
    return os.path.join(environ.get(variable) or os.path.join(os.path.expanduser("~"), *default.split("/")), _NAME)


def compiled(environ: "Mapping[str, str]") -> str:
    """Return where `providers compile` writes by default."""
    return os.path.join(folder("data", environ), ARTIFACT)


def artifact(environ: "Mapping[str, str]") -> str:
    """Return the path of the artifact that *environ* means, whether or not it is there."""
    if named := environ.get("PROVIDERS_ARTIFACT"):
        return named
    own = compiled(environ)
    return own if os.path.exists(own) else built_in()


def built_in() -> str:
    """Return the path of the artifact that was built with the package."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    packaged = os.path.join(here, "_data", ARTIFACT)
    return packaged if os.path.exists(packaged) else os.path.join(os.path.dirname(os.path.dirname(here)), "build", ARTIFACT)


def state(environ: "Mapping[str, str]") -> str:
    """Return where cooldowns and budgets are kept for all processes of this user."""
    return os.path.join(folder("state", environ), STATE)


def ledger(environ: "Mapping[str, str]") -> str:
    """Return where calls are written down."""
    return os.path.join(folder("state", environ), LEDGER)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
