"""The registry, its schemas and the compiled file are found in a checkout, an editable install and a wheel alike."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

import checkout
from modelwright.runtime.state.redis import script
from modelwright.version import VERSION

COMMANDS = (
    "--help",
    "--version",
    "list",
    "models show anthropic/claude-sonnet-4-5",
    "resolve anthropic/claude-sonnet-4-5",
    "cost anthropic/claude-sonnet-4-5 --input 1000000 --on 2026-03-01",
    "why anthropic/claude-sonnet-4-5 limits.context_tokens",
    "lint",
    "compile",
    "list",
    "schema overlay",
    "completion bash",
)
IN_ONE_PROCESS = """
import sys
from modelwright.cli import main
for command in sys.argv[1:]:
    sys.argv[1:] = command.split()
    try:
        main()
    except SystemExit as exit:
        assert exit.code == 0, command
"""
LOAD = "import modelwright; print(modelwright.load().resolve('anthropic/claude-sonnet-4-5').ref, modelwright.__file__)"


def use(python: str | Path, folder: Path, env: dict[str, str], package: Path) -> None:
    """Do in *folder*, with *python*, what users do first; the package that answers must be the one in *package*."""
    folder.mkdir()
    loaded = checkout.run(python, "-c", LOAD, cwd=folder, env=env).stdout.split()
    assert loaded[0] == "anthropic/claude-sonnet-4-5"
    assert Path(loaded[1]).is_relative_to(package)
    done = checkout.run(python, "-c", IN_ONE_PROCESS, *COMMANDS, cwd=folder, env=env)
    assert f"providers, version {VERSION}" in done.stdout
    assert "anthropic/claude-sonnet-4-5 on 2026-03-01: 6 USD (priced, tier above 200,000 input tokens)" in done.stdout
    assert "files, no findings" in done.stderr
    assert "is newer than" not in done.stderr
    assert list(folder.iterdir()) == []


def test_a_wheel_answers_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    use(sys.executable, tmp_path / "empty", checkout.environment(tmp_path / "home", PYTHONPATH=str(site)), site)


def test_a_wheel_has_the_scripts_of_the_store_on_redis(site: Path, tmp_path: Path) -> None:
    env = checkout.environment(tmp_path / "home", PYTHONPATH=str(site))
    done = checkout.run(sys.executable, "-c", "from modelwright.runtime.state.redis import script; print(script())", cwd=tmp_path, env=env)
    assert done.stdout.strip() == script().strip()


def test_a_wheel_is_up_to_date_in_whatever_order_its_files_were_written(site: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    os.utime(copy / "modelwright" / "_data" / "registry.artifact", (1, 1))
    env = checkout.environment(tmp_path / "home", PYTHONPATH=str(copy))
    (tmp_path / "empty").mkdir()
    assert checkout.run(sys.executable, "-m", "modelwright", "list", cwd=tmp_path / "empty", env=env).stderr == ""


def test_an_editable_install_compiles_the_registry_and_answers(tree: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tree, tmp_path / "copy"))
    assert not (copy / "build").exists()
    with zipfile.ZipFile(checkout.build(copy, "editable", tmp_path)) as archive:
        source = next(archive.read(name).decode().strip() for name in archive.namelist() if name.endswith(".pth"))
    assert (copy / "build" / "registry.artifact").is_file()
    assert Path(source) == copy / "compiler"
    use(sys.executable, tmp_path / "empty", checkout.environment(tmp_path / "home", PYTHONPATH=source), copy)


def test_a_checkout_without_a_compiled_registry_says_how_to_make_one(tree: Path, tmp_path: Path) -> None:
    env = checkout.environment(tmp_path / "home", PYTHONPATH=str(tree / "compiler"))
    assert not (tree / "build").exists()
    done = checkout.run(sys.executable, "-c", LOAD, cwd=tmp_path, env=env, code=1)
    assert "ArtifactError" in done.stderr
    assert "there is no compiled registry; run `providers compile` to make one" in done.stderr
    checkout.run(sys.executable, "-m", "modelwright", "compile", cwd=tmp_path, env=env)
    assert checkout.run(sys.executable, "-c", LOAD, cwd=tmp_path, env=env).stdout.startswith("anthropic/claude-sonnet-4-5")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_a_fresh_environment_installs_it_from_the_package_index(kind: str, tree: Path, wheel: Path, tmp_path: Path) -> None:
    env = checkout.environment(tmp_path / "home")
    checkout.run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path, env=env)
    python = tmp_path / "venv" / "bin" / "python"
    copy = Path(shutil.copytree(tree, tmp_path / "copy"))
    what = [f"modelwright @ {wheel.as_uri()}"] if kind == "wheel" else ["--editable", f"{copy}[fast]"]
    checkout.run(python, "-m", "pip", "install", "--quiet", *what, cwd=tmp_path, env=env)
    use(python, tmp_path / "empty", env, tmp_path / "venv" if kind == "wheel" else copy)
    assert (copy / "build" / "registry.artifact").exists() == (kind == "editable")
    for command in COMMANDS:
        done = checkout.run(tmp_path / "venv" / "bin" / "providers", *command.split(), cwd=tmp_path / "empty", env=env)
        assert done.stdout or command in ("lint", "compile")
        assert "is newer than" not in done.stderr
