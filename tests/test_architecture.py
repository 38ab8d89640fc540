"""The house keeps its shape: who may import whom, one thing a file, data in data, and what is documented exists."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

import modelwright
from modelwright.cli.root import COMMANDS, group

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "compiler" / "modelwright"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 300


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in MODULES:
        yield path.relative_to(PACKAGE), ast.parse(path.read_text(encoding="utf-8"))


def test_the_import_contracts_are_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache", "--no-logo"]
    found = subprocess.run([*command, "--config", str(ROOT / "pyproject.toml")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", found.stdout)


@pytest.mark.parametrize("package", ["rules", "emit", "importers", "cli"])
def test_modules_found_by_walking_a_package_do_not_know_each_other(package: str) -> None:
    """One rule, one target, one catalogue, one command a file; what they share is in modules that are none of them."""
    shared = {path.stem for path in (PACKAGE / package).glob("*.py") if not _is_one_of(package, path.stem)}
    for path, tree in _trees():
        if path.parts[0] == package and path.stem not in shared:
            known = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is None for alias in node.names}
            known |= {node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module}
            assert {name for name in known if _is_one_of(package, name)} == set(), path


def _is_one_of(package: str, stem: str) -> bool:
    """Tell whether the module is one of those the package is made of: a rule, a target, an importer, a command."""
    if not (PACKAGE / package / f"{stem}.py").exists() or stem == "__init__":
        return False
    if package == "cli":
        return stem.endswith("_command")
    module = import_module(f"modelwright.{package}.{stem}")
    return hasattr(module, {"rules": "CODE", "emit": "emit", "importers": "NAME"}[package])


def test_every_module_of_rules_is_a_rule_or_known_not_to_be_one() -> None:
    from modelwright import rules

    stems = {path.stem for path in (PACKAGE / "rules").glob("*.py")}
    assert {stem for stem in stems if not _is_one_of("rules", stem)} == set(rules._NOT_RULES)


def test_every_importer_has_a_name_and_reads() -> None:
    from modelwright.importers import all_importers

    stems = {path.stem for path in (PACKAGE / "importers").glob("*.py") if _is_one_of("importers", path.stem)}
    assert {str(inspect.getmodulename(inspect.getfile(importer.read))) for importer in all_importers().values()} == stems
    for name, importer in all_importers().items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert list(inspect.signature(importer.read).parameters) == ["catalogue", "skipped"]


@pytest.mark.parametrize("stem", [path.stem for path in sorted((PACKAGE / "emit").glob("*.py")) if path.stem != "__init__"])
def test_every_target_emits_from_a_catalogue_and_writes_nothing(stem: str) -> None:
    module = import_module(f"modelwright.emit.{stem}")
    first = next(iter(inspect.signature(module.emit).parameters))
    assert first == "catalog"
    assert module.emit.__doc__
    calls = {node.func.id for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "open" not in calls
    assert "print" not in calls


def test_every_pass_is_listed_and_changes_a_catalogue() -> None:
    from modelwright.passes import PASSES

    for step in PASSES:
        assert step.__module__ == f"modelwright.passes.{step.__name__}"
        assert list(inspect.signature(step).parameters) == ["catalog"]
        assert step.__doc__


def test_every_module_says_in_a_sentence_what_belongs_in_it() -> None:
    silent = [str(path) for path, tree in _trees() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_file_is_too_long_to_read() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in MODULES if (lines := path.read_text(encoding="utf-8").count("\n")) > MOST_LINES}
    assert long == {}


def test_no_module_is_named_for_nothing() -> None:
    assert {path.stem for path in MODULES} & {"utils", "util", "misc", "common", "manager", "base", "helpers"} == set()


def test_no_provider_is_named_in_code() -> None:
    """A new provider that speaks a known protocol is one YAML file and no Python. Words of the vocabulary, and what other catalogues call things, may be named."""
    words = set(re.findall(r"^  ([a-z][a-z0-9-]*):", "".join(path.read_text() for path in (ROOT / "registry" / "vocabulary").glob("*.yaml")), re.MULTILINE))
    names = {name for path in (ROOT / "registry" / "providers").glob("*.yaml") for name in _names(yaml.safe_load(path.read_text()))} - words - _OTHER_MEANINGS
    assert {"anthropic", "openai", "gemini", "bedrock"} <= names
    is_name = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    named = [f"{path}:{line}: {text}" for path, tree in _trees() for line, text in _texts(tree) if is_name.search(text) and not _is_of_other_catalogue(path, text)]
    assert named == []


_OTHER_MEANINGS = {"custom", "github"}
"""Aliases that are also a kind of provider and a format of output."""


def _names(provider: dict[str, Any]) -> Iterator[str]:
    yield provider["id"]
    yield from (alias if isinstance(alias, str) else alias["id"] for alias in provider.get("aliases", ()))


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and value of every text in code, docstrings left out."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def _is_of_other_catalogue(path: Path, text: str) -> bool:
    """Tell whether an importer names what it reads: the catalogue, which may also be a provider, or a package of JavaScript; or it is the name of a field of zot's file."""
    return (path.parts[0] == "importers" and (text == path.stem.replace("_", "-") or text.startswith("@"))) or path == Path("runtime/credentials/auth_json.py")


def test_everything_public_is_exported_sorted_documented_and_of_the_runtime() -> None:
    names = modelwright.__all__
    assert len(set(names)) == len(names)
    assert sorted(names) == list(names)
    for name in names:
        value = getattr(modelwright, name)
        assert name == "__version__" or value.__doc__, name
        assert name == "__version__" or value.__module__.startswith(("modelwright.runtime", "modelwright.ir")), name
    body = ast.parse((PACKAGE / "__init__.py").read_text()).body
    for_types = {name: module for node in body if isinstance(node, ast.If) for name, module in _imported(node.body).items()}
    assert for_types == modelwright._LATER
    assert {*_imported(body), *for_types} == set(names)


def _imported(body: list[ast.stmt]) -> dict[str, str | None]:
    return {alias.name: node.module for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}


def _shown_commands() -> list[tuple[str, str]]:
    """Return place and text of every `providers …` command in the code blocks of README.md and docs."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        is_code = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], start=1):
            if re.match(r"\s*(```|~~~)", line):
                is_code = not is_code
            elif is_code and (match := re.match(r"\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(providers(?: .*)?)$", line)):
                found.append((f"{path.relative_to(ROOT)}:{number}", match[1]))
    return found


def test_every_command_shown_in_the_documentation_can_be_called() -> None:
    wrong = {place: problem for place, text in _shown_commands() if (problem := _problem(text))}
    assert wrong == {}


def _problem(text: str) -> str | None:
    """Return what is wrong with the command line *text*: a command, an option, a choice or an argument that is not there."""
    words = shlex.split(re.split(r"\s(?:[|>#&]|2>)|\s{3,}\(", text)[0])[1:]
    command: click.Command = group
    context = click.Context(group, info_name="providers")
    try:
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            name, found, words = command.resolve_command(context, words)
            assert found is not None
            command, context = found, click.Context(found, info_name=name, parent=context)
        values, left, _ = command.make_parser(context).parse_args(list(words))
        if left and not isinstance(command, click.Group):
            return f"too many arguments: {left}"
        for parameter in command.params:
            value = values.get(parameter.name or "")
            if isinstance(parameter.type, click.Choice) and value is not None:
                for one in value if isinstance(value, (list, tuple)) else [value]:
                    if isinstance(one, str):
                        parameter.type.convert(one, parameter, context)
            is_given = isinstance(value, str) or (isinstance(value, (list, tuple)) and bool(value))
            if isinstance(parameter, click.Argument) and parameter.required and not is_given and not {"--help", "-h"} & set(words):
                return f"{parameter.make_metavar(context)} is missing"
    except click.UsageError as error:
        return error.format_message()
    return None


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("providers", False),
        ("providers --help", False),
        ("providers lint registry/models/acme.yaml --format sarif > out.sarif", False),
        ("providers models list --provider anthropic | head", False),
        ("providers compile --check --locked        (in CI)", False),
        ("providers lnit", True),
        ("providers models lst", True),
        ("providers lint --formt json", True),
        ("providers lint --format xml", True),
        ("providers resolve", True),
        ("providers resolve one two", True),
    ],
)
def test_a_command_that_cannot_be_called_is_noticed(text: str, is_wrong: bool) -> None:
    assert (_problem(text) is not None) is is_wrong


def test_every_command_has_a_module() -> None:
    for name in COMMANDS:
        assert (PACKAGE / "cli" / f"{name}_command.py").exists()
