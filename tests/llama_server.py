"""llama.cpp's own server, built once under `build/` from the source that llama-cpp-python carries; where that cannot be the test is skipped with the reason."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import tiny_llama
from checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE, VERSION = "llama-cpp-python", "0.3.36"
FOLDER = ROOT / "build" / "llama-server"
SOURCE = FOLDER / f"{PACKAGE.replace('-', '_')}-{VERSION}"
PROGRAM = FOLDER / "out" / "bin" / "llama-server"
_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    **dict.fromkeys(("CMAKE_C_FLAGS_RELEASE", "CMAKE_CXX_FLAGS_RELEASE"), "-O1"),  # it is the compiler that takes the time
    **dict.fromkeys(("BUILD_SHARED_LIBS", "GGML_NATIVE", "GGML_OPENMP"), "OFF"),
    **{f"LLAMA_{name}": "OFF" for name in ("ALL_WARNINGS", "BUILD_APP", "BUILD_EXAMPLES", "BUILD_TESTS", "OPENSSL", "USE_PREBUILT_UI")},
}
_BUILD_SECONDS = 3600
_START_SECONDS = 60


@contextmanager
def llama_server(folder: Path, *, context_tokens: int) -> Iterator[str]:
    """Run the server, with a model that knows nothing and a window of *context_tokens*; gives its base URL."""
    _build()
    model, address = folder / "tiny.gguf", f"http://127.0.0.1:{(port := _free_port())}"
    model.write_bytes(tiny_llama.model(context_tokens))
    arguments = [
        "--model",
        model,
        "--alias",
        "tiny",
        "--ctx-size",
        context_tokens,
        "--parallel",
        1,
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--threads",
        1,
        "--offline",
        "--no-webui",
    ]
    with (folder / "log").open("w+") as log, subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=log, stderr=log, cwd=folder) as process:
        try:
            until = time.monotonic() + _START_SECONDS
            while not _is_healthy(address):
                assert process.poll() is None, (folder / "log").read_text()[-2000:]
                assert time.monotonic() < until, "llama-server did not start"
                time.sleep(0.05)
            yield f"{address}/v1"
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _build() -> None:
    """Download and compile the server, unless it is there; whoever comes meanwhile waits."""
    import fcntl

    missing = [program for program in ("cmake", "make", "c++") if shutil.which(program) is None]
    if missing and not PROGRAM.exists():
        pytest.skip(f"llama.cpp's server cannot be built: no {' and no '.join(missing)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if PROGRAM.exists():
            return
        _do("downloaded", sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", PACKAGE, "--dest", str(FOLDER), f"{PACKAGE}=={VERSION}")
        with tarfile.open(FOLDER / f"{SOURCE.name}.tar.gz") as archive:
            archive.extractall(FOLDER, filter="data")
        options = [f"-D{name}={value}" for name, value in _OPTIONS.items()]
        _do("configured", "cmake", "-S", str(SOURCE / "vendor" / "llama.cpp"), "-B", str(FOLDER / "out"), *options)
        _do("compiled", "cmake", "--build", str(FOLDER / "out"), "--target", "llama-server", "--parallel", "2")
        shutil.rmtree(SOURCE)


def _do(what: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_BUILD_SECONDS)
    if done.returncode:
        pytest.skip(f"llama.cpp's server cannot be {what}: {(done.stderr or done.stdout).strip()[-400:]}")
