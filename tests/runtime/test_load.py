"""Which compiled registry is loaded."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from modelwright import ArtifactError, Registry, load
from modelwright.runtime import home


@pytest.fixture
def places(tmp_path: Path, small_artifact: Path) -> dict[str, Path]:
    """Return a compiled registry at every place that may hold one."""
    found = {name: tmp_path / name / "registry.artifact" for name in ("argument", "variable", "home", "built-in")}
    for path in found.values():
        path.parent.mkdir()
        shutil.copy(small_artifact, path)
    return found


def test_the_argument_comes_first_then_the_variable_then_the_home_then_the_package(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "built_in", lambda: str(places["built-in"]))
    environ = {"PROVIDERS_ARTIFACT": str(places["variable"]), "PROVIDERS_HOME": str(places["home"].parent)}
    assert load(places["argument"], environ).path == str(places["argument"])
    assert load(str(places["argument"]), environ).path == str(places["argument"])
    assert load(environ=environ).path == str(places["variable"])
    del environ["PROVIDERS_ARTIFACT"]
    assert load(environ=environ).path == str(places["home"])
    places["home"].unlink()
    assert load(environ=environ).path == str(places["built-in"])


def test_an_empty_variable_is_as_if_it_were_not_set(places: dict[str, Path]) -> None:
    assert load(environ={"PROVIDERS_ARTIFACT": "", "PROVIDERS_HOME": str(places["home"].parent)}).path == str(places["home"])


def test_the_environment_of_the_process_is_the_default(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(places["variable"]))
    assert load().path == str(places["variable"])


def test_a_file_that_was_named_is_not_replaced_by_another(places: dict[str, Path]) -> None:
    environ = {"PROVIDERS_ARTIFACT": str(places["variable"]), "PROVIDERS_HOME": str(places["home"].parent)}
    places["variable"].unlink()
    with pytest.raises(ArtifactError, match="there is no compiled registry"):
        load(environ=environ)
    places["home"].write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match=r"this is not a compiled registry|has no end"):
        load(environ={"PROVIDERS_HOME": str(places["home"].parent)})


@pytest.mark.parametrize(
    ("platform", "environ", "data", "cache"),
    [
        ("linux", {}, "{home}/.local/share/modelwright", "{home}/.cache/modelwright"),
        ("linux", {"XDG_DATA_HOME": "/data", "XDG_CACHE_HOME": ""}, "/data/modelwright", "{home}/.cache/modelwright"),
        ("darwin", {"XDG_DATA_HOME": "/data"}, "{home}/Library/Application Support/modelwright", "{home}/Library/Caches/modelwright"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/modelwright", "/local/modelwright/Cache"),
        ("win32", {}, "{home}/AppData/Local/modelwright", "{home}/AppData/Local/modelwright/Cache"),
    ],
)
@pytest.mark.parametrize("named", [None, "~/mine"])
def test_the_home_is_the_one_that_is_named_or_the_platforms_folder(
    named: str | None, platform: str, environ: dict[str, str], data: str, cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if named is not None:
        environ, data, cache = {**environ, "PROVIDERS_HOME": named}, "{home}/mine", "{home}/mine/cache"
    assert home.folder("data", environ, platform) == data.format(home=tmp_path)
    assert home.folder("cache", environ, platform) == cache.format(home=tmp_path)


def test_the_built_in_one_is_beside_the_package_or_in_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "compiler" / "modelwright"
    monkeypatch.setattr(home, "__file__", str(package / "runtime" / "home.py"))
    assert home.built_in() == str(tmp_path / "build" / "registry.artifact")
    (package / "_data").mkdir(parents=True)
    (package / "_data" / "registry.artifact").touch()
    assert home.built_in() == str(package / "_data" / "registry.artifact")


def test_an_artifact_that_is_replaced_while_it_is_open_still_answers_as_it_was(places: dict[str, Path], tmp_path: Path) -> None:
    registry = Registry(str(places["home"]))
    (tmp_path / "new").write_bytes(b"another")
    os.replace(tmp_path / "new", places["home"])
    assert registry.resolve("acme/large-1").id == "large-1"
    assert registry.verify() == registry.header["records"]


def test_a_closed_registry_leaves_no_file_open(small_artifact: Path) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("this system does not list open files")
    before = len(list(descriptors.iterdir()))
    for _ in range(50):
        Registry(str(small_artifact))
    assert len(list(descriptors.iterdir())) == before
