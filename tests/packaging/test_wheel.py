"""What is shipped: everything that is needed, nothing of the workshop, and never a registry with errors."""

from __future__ import annotations

import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import checkout
from modelwright.version import VERSION

INFO = f"modelwright-{VERSION}.dist-info"


def content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_wheel_holds_every_schema_and_registry_file_as_it_is(wheel: Path, tree: Path) -> None:
    shipped = content(wheel)
    data = {f"modelwright/_data/{path.relative_to(tree)}": path.read_bytes() for folder in ("schemas", "registry") for path in (tree / folder).rglob("*") if path.is_file()}
    assert len(data) > 40
    assert {name: text for name, text in shipped.items() if name.startswith("modelwright/_data/") and name != "modelwright/_data/registry.artifact"} == data


def test_a_wheel_holds_the_package_its_help_its_marker_and_its_licences(wheel: Path, tree: Path) -> None:
    package = {str(path.relative_to(tree / "compiler")) for path in (tree / "compiler").rglob("*") if path.is_file()}
    assert {"modelwright/py.typed", "modelwright/cli/help.txt", "modelwright/__init__.py"} <= package
    assert package | {"modelwright/_data/registry.artifact", f"{INFO}/licenses/LICENSE", f"{INFO}/licenses/NOTICE"} <= content(wheel).keys()


def test_a_wheel_holds_nothing_of_the_workshop(wheel: Path, tree: Path) -> None:
    shipped = content(wheel).keys()
    package = {str(path.relative_to(tree / "compiler")) for path in (tree / "compiler").rglob("*") if path.is_file()}
    assert {name for name in shipped if not name.startswith(("modelwright/_data/registry", "modelwright/_data/schemas/", f"{INFO}/"))} == package
    assert not [name for name in shipped if name.endswith((".pyc", ".pth")) or "test" in name.split("/")[0]]


def test_the_artifact_of_a_wheel_is_what_its_registry_compiles_to(wheel: Path, artifact: Path) -> None:
    assert content(wheel)["modelwright/_data/registry.artifact"] == artifact.read_bytes()


def test_the_sdist_builds_a_wheel_with_the_same_content(wheel: Path, tree: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / f"modelwright-{VERSION}"
    with tarfile.open(checkout.build(tree, "sdist", tmp_path)) as archive:
        for member in archive:  # extractall wants another filter in every Python
            (tmp_path / member.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / member.name).write_bytes(archive.extractfile(member).read())  # type: ignore[union-attr]  # an sdist holds files only
    assert not {"build", "tests", "fixtures", ".venv"} & {path.name for path in unpacked.iterdir()}
    assert content(checkout.build(unpacked, "wheel", tmp_path)) == content(wheel)


def test_an_error_in_the_registry_stops_the_build_and_names_its_place(tree: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tree, tmp_path / "copy"))
    models = copy / "registry" / "models" / "xai.yaml"
    lines = models.read_text().splitlines()
    number = next(number for number, line in enumerate(lines) if line.startswith("    limits:"))
    lines[number] = lines[number].replace("limits:", "limit:")
    models.write_text("\n".join(lines) + "\n")
    done = checkout.run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", cwd=copy, env=checkout.environment(tmp_path), code=1)
    assert "modelwright was not built: the registry has errors" in done.stderr
    assert f"registry/models/xai.yaml:{number + 1}:5: PV010 unknown key `limit`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy / "dist").exists() or not list((copy / "dist").iterdir())
