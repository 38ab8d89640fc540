"""One copy of the checkout, and one wheel, for all tests here."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

import checkout


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout in which nothing was built; only to be read."""
    return checkout.copy(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="session")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of a copy of the checkout."""
    source = Path(shutil.copytree(tree, tmp_path_factory.mktemp("source") / "copy"))
    return checkout.build(source, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds what installing the wheel puts into site-packages."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder
