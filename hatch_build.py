"""Compile the registry when a wheel or an editable install is built, so that `modelwright.load()` finds it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileRegistry(BuildHookInterface[BuilderConfig]):
    """Writes `build/registry.artifact`; a registry with errors stops the build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Compile before the files of the build are collected."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "compiler"))
        from modelwright.cli.build import build_packaged_artifact

        try:
            build_packaged_artifact(root / "registry", root / "build" / "registry.artifact")
        except ValueError as error:
            sys.exit(f"modelwright was not built: {error}")
