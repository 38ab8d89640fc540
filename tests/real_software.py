"""Software of others that tests run: installed once under `build/`, and where that cannot be the test is skipped with the reason."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "@copilotkit/aimock"
VERSION = "1.43.0"
FOLDER = ROOT / "build" / "aimock"


@contextmanager
def aimock(fixtures: list[dict[str, Any]], folder: Path) -> Iterator[str]:
    """Run a server that imitates the providers' APIs and answers as *fixtures* say, which are written to *folder*; gives its address."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or int(subprocess.run([node, "-p", "process.versions.node"], capture_output=True, text=True, check=True).stdout.split(".")[0]) < 20:
        pytest.skip("aimock needs Node 20 and npm")
    program = FOLDER / "node_modules" / PACKAGE / "dist" / "cli.js"
    if not program.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", f"{PACKAGE}@{VERSION}"], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"{PACKAGE} cannot be installed: {done.stderr.strip()[-200:]}")
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
    with subprocess.Popen([node, str(program), "--port", "0", "--fixtures", str(folder / "fixtures.json")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            found = next((match[0] for line in process.stdout if (match := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
            assert found, "aimock did not start"
            yield found
        finally:
            process.kill()


MOTO = "5.2.5"
_MOTO = """
from threading import Event
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
Event().wait()
"""


@contextmanager
def moto() -> Iterator[str]:
    """Run a server that imitates AWS's own services, STS among them; gives its address."""
    with subprocess.Popen([_python_with("moto", MOTO, "moto[server]"), "-W", "ignore", "-c", _MOTO], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("http://"), "moto did not start"
            yield address
        finally:
            process.kill()


def run_with(package: str, version: str, program: str, *arguments: str) -> Any:
    """Return the JSON that *program*, a text in Python, prints in a virtual environment that has *package*."""
    done = subprocess.run([_python_with(package, version), "-W", "ignore", "-c", program, *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def _python_with(package: str, version: str, asked: str | None = None) -> str:
    """Return the Python of a virtual environment that has *package*, installed as what is *asked*."""
    folder = ROOT / "build" / f"sdk-{package}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    installed = subprocess.run([str(python), "-c", f"import importlib.metadata as m; print(m.version({package!r}))"], capture_output=True, text=True, check=False).stdout.strip()
    if installed != version:
        done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"{asked or package}=={version}"], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{package} {version} cannot be installed: {done.stderr.strip()[-200:]}")
    return str(python)
