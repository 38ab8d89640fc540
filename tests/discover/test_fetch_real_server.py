"""The adapters against a server that other people wrote: aimock, which imitates the providers' APIs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from checkout import ROOT
from discover.asking import NOW, ids
from modelwright.discover import all_adapters
from modelwright.discover.adapter import Listing
from modelwright.discover.fetch import Ask, gather

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "@copilotkit/aimock"
VERSION = "1.43.0"
FOLDER = ROOT / "build" / "aimock"
LISTINGS = {"openai-models": "/v1/models", "anthropic-models": "/v1/models", "ollama-tags": "/api/tags", "openrouter-models": "/api/v1/models"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Run aimock, installed once under `build/`, and give its address."""
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
    fixtures = [{"match": {"model": name, "userMessage": "hello"}, "response": {"content": "hello"}} for name in ("acme-large", "acme-small")]
    (tmp_path / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
    with subprocess.Popen(
        [node, str(program), "--port", "0", "--fixtures", str(tmp_path / "fixtures.json")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            found = next((match[0] for line in process.stdout if (match := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
            assert found, "aimock did not start"
            yield found
        finally:
            process.kill()


@pytest.mark.slow
def test_the_adapters_read_the_listings_of_a_real_server(server: str) -> None:
    adapters = all_adapters()
    asks = [
        Ask(listing=Listing(source=name, provider="acme", adapter=name, url=server + path), adapter=adapters[name], headers={"X-Api-Key": "any"}) for name, path in LISTINGS.items()
    ]
    # It speaks Gemini's generateContent too, but lists no models there (aimock 1.43.0).
    gemini = Ask(listing=Listing(source="google-models", provider="acme", adapter="google-models", url=f"{server}/v1beta/models"), adapter=adapters["google-models"])
    found = gather([*asks, gemini], now=lambda: NOW, cache=None)
    assert [(one.listing.source, one.state) for one in found] == [*((name, "ok") for name in LISTINGS), ("google-models", "catalog-unsupported")]
    assert [sorted(ids(one)) for one in found[:-1]] == [["acme-large", "acme-small"]] * len(LISTINGS)
