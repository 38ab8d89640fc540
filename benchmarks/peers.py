"""The programs that modelwright is compared with, each in a virtual environment of its own, and modelwright in one, too."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_EXTRAS = ("fast", "redis", "server")
_VENVS = ROOT / "benchmarks" / ".venvs"
_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")

# Requirements of an installed package, without the versions of those that are named after it.
_REQUIREMENTS = """
import sys
from importlib.metadata import requires
from pip._vendor.packaging.requirements import Requirement

for text in requires(sys.argv[1]) or ():
    wanted = Requirement(text)
    if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
        print(wanted.name if wanted.name in sys.argv[2:] else str(wanted).partition(";")[0])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A package that is measured."""

    name: str
    version: str
    module: str
    env: tuple[tuple[str, str], ...] = ()
    relaxed: tuple[str, ...] = ()
    """Requirements taken in any version when the index does not have the one that is asked for."""

    @property
    def python(self) -> str:
        """The interpreter that has it."""
        return str(_VENVS / self.name / "bin" / "python")


GENAI_PRICES = Peer(name="genai-prices", version="0.2.3", module="genai_prices")
# Without the variable LiteLLM asks the network for its table of prices at every start.
LITELLM = Peer(name="litellm", version="1.109.1", module="litellm", env=(("LITELLM_LOCAL_MODEL_COST_MAP", "True"),), relaxed=("certifi",))
PEERS = (GENAI_PRICES, LITELLM)


def prepare(peer: Peer) -> str | None:
    """Make the environment of *peer* if it is not there; return why it cannot be made, or None."""
    home, done = _VENVS / peer.name, _VENVS / peer.name / f".{peer.version}"
    if done.exists():
        return None
    _create(home)
    wanted = f"{peer.name}=={peer.version}"
    said = _pip(peer.python, wanted)
    if said is not None and peer.relaxed:
        said = _install_relaxed(peer, wanted)
    if said is None:
        done.touch()
    return said


def own_python() -> str:
    """Return an interpreter that has modelwright, editable, with the extras that are measured and nothing else; this one when none can be made."""
    home = _VENVS / "modelwright"
    project = (ROOT / "pyproject.toml").read_text()
    marker = home / ".pyproject"
    said = tomllib.loads(project)["project"]
    asked = str(sorted([*said["dependencies"], *(one for extra in _EXTRAS for one in said["optional-dependencies"][extra])]))
    python = str(home / "bin" / "python")
    if marker.exists() and marker.read_text() == asked:
        return python
    _create(home)
    failed = _pip(python, "--editable", f"{ROOT}[{','.join(_EXTRAS)}]")
    if failed is not None:
        print(f"modelwright is measured in {sys.prefix}, with all that is installed there: {failed}", file=sys.stderr)
        return sys.executable
    marker.write_text(asked)
    return python


def _create(home: Path) -> None:
    _VENVS.mkdir(exist_ok=True)
    (_VENVS / ".gitignore").write_text("*\n")
    venv.create(home, with_pip=True, clear=True, symlinks=True)


def _install_relaxed(peer: Peer, wanted: str) -> str | None:
    said = _pip(peer.python, "--no-deps", wanted)
    if said is not None:
        return said
    asked = subprocess.run([peer.python, "-c", _REQUIREMENTS, peer.name, *peer.relaxed], capture_output=True, text=True, check=True).stdout.split("\n")
    said = _pip(peer.python, *filter(None, map(str.strip, asked)))
    if said is None:
        print(f"{wanted}: installed with any version of {', '.join(peer.relaxed)}, because the index does not have the one it asks for", file=sys.stderr)
    return said


def _pip(python: str, *arguments: str) -> str | None:
    """Install; return the last line of what pip complained about, or None."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([python, *_PIP, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    return next((line for line in reversed(done.stderr.splitlines()) if "ERROR" in line), "pip failed")
