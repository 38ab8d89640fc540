"""A listing is untrusted text: whatever it holds is inert in all that is printed and written, names no path and breaks no file."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from markdown_it import MarkdownIt

from cli.refresh_world import World, a_world, add_provider, model, unmoved
from command_line import replace
from discover.asking import be_impatient
from discover.servers import Call, Reply, as_json
from modelwright.review.markdown import MARKER
from modelwright.source.document import Document
from modelwright.source.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedIOBase

    from command_line import Run

POISON = {
    "escapes": "\x1b[2J\x1b]0;owned\x07\x9b31m\x08",
    "link": "[click](https://evil.example/a)",
    "image": "![x](https://evil.example/p.png)<img src=x onerror=alert(1)>",
    "autolink": "https://evil.example www.evil.example me@evil.example <https://evil.example>",
    "html": "</details><script>alert(1)</script><b>&lt;",
    "comment": f"<!-- {MARKER} -->{MARKER}",
    "table": "a | b |\n| --- |\n| c",
    "code": "`x` ```y``` $z$ ~~s~~ **b** _i_ # h",
    "call": "@everyone #1 acme/acme#2 GH-3 x@evil",
    "path": "../../../../tmp/owned",
    "windows": "..\\..\\C:\\owned",
    "absolute": "/etc/passwd",
    "lines": "a\nmodels:\n  - id: injected\r\n\u2028decision: approved\x85x",
    "yaml": "x: {y: &a !!python/object:os.system [*a]} # - '\"",
    "nul": "a\x00b",
    "direction": "a\u202egpj.exe\u2066b\u200b\ufeff",
    "formula": '=HYPERLINK("https://evil.example")',
    "plus": "+1+cmd|' /C calc'!A0",
    "at": "@SUM(1)",
    "surrogate": "a\ud800b",
    "template": "${base_url}{{x}}%s{0}",
    "tag": "a\U000e0041\U000e0042b",
}
LONG = "x" * 1_000_000
FIELDS = ("display_name", "name", "description", "owned_by", "type", "released", "expiration_date", "architecture", "capabilities", "thinking", "pricing", "input_modalities")


_UPSTREAM = [f"work/registry/upstream/{name}" for name in ("acme.json", "acme.*.json", "models-dev.json", "applied.jsonl")]
WRITTEN = {f"work/{name}" for name in ("review.yaml", "review.md", "summary.md", "registry/decisions.yaml", "registry/.apply/lock", "registry/.apply/.gitignore")} | {*_UPSTREAM}
"""What a refresh may write where it runs, a snapshot's routes and digests aside."""


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.cells: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs or tag in ("th", "td"), (tag, attrs)
        self.found.add(tag)
        if tag == "tr":
            self.cells.append(0)
        elif tag in ("th", "td"):
            self.cells[-1] += 1


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_world(tmp_path, home, monkeypatch, run) as world:
        yield world


def plain(text: str) -> None:
    """Fail unless every character is one that a person sees, or ends a line."""
    assert {character for character in text if not character.isprintable()} <= {"\n"}


def inert_markdown(text: str) -> None:
    """Fail unless GitHub would show nothing but what a review is made of."""
    plain(text)
    assert text.count(MARKER) == 1
    assert text.startswith(MARKER)
    seen = Tags()
    seen.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
    assert seen.found <= {"h2", "h3", "p", "strong", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "br"}
    assert set(seen.cells) <= {3, 6}
    assert not re.search(r"[@#][A-Za-z0-9]|(?<![a-z])(https?:|www\.|GH-\d)", text.replace("&#8203;", " "))


def inert_table(text: str) -> list[list[str]]:
    """Fail unless a spreadsheet would show nothing but text; return the rows."""
    plain(text)
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    return rows


def hostile() -> list[dict[str, Any]]:
    """Return entries that hold each poison as id, as name and in every other field, beside what the registry has."""
    entries: list[dict[str, Any]] = [{**model("acme-small", 128_000), "display_name": next(iter(POISON.values()))}]
    entries += [{"id": LONG}, {"id": "long", "name": LONG, "description": LONG}]
    for number, poison in enumerate(POISON.values()):
        entries += [{"id": poison}, {"id": f"{poison}-{number}", "name": poison}, model(f"odd-{number}", 1000 + number, (number + 1, 2), name=poison)]
        entries += [{"id": f"field-{number}-{field}", field: poison} for field in FIELDS]
        entries += [
            {"id": f"nested-{number}", "pricing": {poison: poison, "prompt": poison}, "capabilities": {poison: True}, "architecture": {"input_modalities": [poison, "text"]}}
        ]
    return [*unmoved()[:1], *entries, *unmoved()[2:]]


def as_catalogue(models: list[dict[str, Any]]) -> dict[str, Any]:
    """Return *models* as models.dev has them."""
    ours = {
        entry["id"]: {"id": entry["id"], "name": entry.get("name", entry["id"]), "limit": {"context": 1000, "output": 10}, "release_date": entry.get("released", "")}
        for entry in models
    }
    return {"acme": {"id": "acme", "name": POISON["html"], "npm": POISON["path"], "env": [POISON["path"]], "doc": POISON["link"], "models": ours}}


def feed(world: World, way: str) -> list[str]:
    """Have the source of *way* say hostile things; return the arguments with which it is read."""
    if way == "served":
        world.lists["acme"] = hostile()
        world.replies["bolt"] = as_json({"error": {"message": " ".join(POISON.values())}}, 401, ETag="x")
        return ["--no-cache"]
    said: Any = as_catalogue(hostile())
    if way == "snapshot":
        gaps = {poison: {"reason": poison, "detail": poison} for poison in [*POISON.values(), LONG]}
        said = {"providers": {"acme": {"routes": {"api": hostile(), **{poison: [model("acme-large")] for poison in POISON.values()}}, "missing": gaps}, LONG: {}}}
        said["providers"] |= {poison: {"routes": {poison: [poison]}} for poison in POISON.values()}
    (world.root / "said.json").write_text(json.dumps(said).replace("\\ud800", ""))  # half of a pair is no JSON of a file
    return ["--from-file", "said.json", "--from", "the page"]


def tree(world: World) -> set[str]:
    """Return every file there is, of the test's folder."""
    return {path.relative_to(world.root.parent).as_posix() for path in world.root.parent.rglob("*") if path.is_file()}


def yaml_files(world: World) -> Iterator[tuple[Path, str]]:
    for path in [world.review, *world.registry.rglob("*.yaml")]:
        if path.exists() and "vocabulary" not in path.parts:
            yield path, path.read_text()


@pytest.mark.parametrize("way", ["served", pytest.param("snapshot", marks=pytest.mark.slow), pytest.param("catalogue", marks=pytest.mark.slow)])
def test_whatever_a_source_says_is_inert_in_all_that_is_printed_and_written(way: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    step = world.root / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    replace(world.registry / "models" / "acme.yaml", "name: Acme Mini", 'name: "Mini\\u202e"')  # what is curated may be odd, too
    arguments = feed(world, way)
    before = tree(world)
    printed = [world.refresh("--format", form, *arguments) for form in ("text", "json")]
    plain("".join(one.out + one.err for one in printed))
    found = printed[1].json
    assert len(found["changes"]) > 20
    shown = world.refresh("--write-review", "--format", "markdown", *arguments)
    plain(shown.err)
    inert_markdown(shown.out)
    assert shown.out == step.read_text() == (world.root / "review.md").read_text()
    document = Document.read(str(world.review), "review.yaml", "review.yaml", "review")
    assert [*document.problems, *validate(document)] == []
    assert [item["id"] for item in document.data["changes"]] == [change["id"] for change in found["changes"]]
    assert {item["decision"] for item in document.data["changes"]} == {"pending"}
    applied = world.refresh("--apply", "--approve", "all", *arguments)
    plain(applied.out + applied.err)
    for _, text in yaml_files(world):
        plain(text)
    models = yaml.safe_load((world.registry / "models" / "acme.yaml").read_text())["models"]
    assert "injected" not in [entry["id"] for entry in models]
    assert all(entry["id"].isprintable() for entry in models)
    assert len(models) > 20
    linted = world.run("lint", "--registry", "registry")
    plain(linted.out + linted.err)
    world.run("compile")
    plain(world.run("models", "list", "--all").out)
    rows = inert_table(world.run("models", "list", "--all", "--format", "csv").out)
    assert len(rows) > 20
    for entry in models:
        if not entry["id"].startswith(("field-", "nested-")):
            plain("".join(world.run("models", "show", f"acme/{entry['id']}", "--format", form).out for form in ("text", "json")))
    plain(world.run("why", f"acme/{models[-1]['id']}", "name").out)
    made = {re.sub(r"lint-[^/]*|(?<=acme[.])[a-z0-9-]{1,60}(?=[.]json)", "*", path) for path in tree(world) - before}
    assert made <= {*WRITTEN, *(f"home/{path}" for path in ("registry.artifact", "cache/sightings.json", "cache/listings/acme.json", "cache/listings/bolt.json", "cache/*"))}


def test_what_listings_say_is_inert_in_the_cache_and_in_what_is_compiled_of_it(world: World) -> None:
    feed(world, "served")
    world.refresh("--no-cache")
    cache = world.home / "cache" / "sightings.json"
    document = Document.read(str(cache), "cache/sightings.json", "cache/sightings.json", "sightings")
    assert [*document.problems, *validate(document)] == []
    plain(cache.read_text().replace("\t", ""))
    told = world.run("compile")
    plain(told.out + told.err)
    names = {row[1] for row in inert_table(world.run("models", "list", "--format", "csv").out)}
    assert "[click](https://evil.example/a)" in names
    for ref in [one["ref"] for one in world.run("models", "list", "--json").json["models"] if "/odd-" in one["ref"]]:
        plain(world.run("models", "show", ref).out)
    plain(world.run("list").out)


def test_what_a_server_says_of_an_error_is_inert(world: World) -> None:
    for number, poison in enumerate([*POISON.values(), LONG]):
        world.replies["acme"] = [as_json({"error": {"message": poison}}, 401), as_json([poison], 404), as_json({"error": poison, "data": poison})][number % 3]
        printed = world.refresh("acme", "--no-cache", "--write-review", code=4)
        plain(printed.out + printed.err)
        assert len(printed.out) < 2000
        inert_markdown((world.root / "review.md").read_text())
        plain(world.review.read_text())


def measured(world: World, *arguments: str) -> tuple[int, str, int]:
    """Run `providers refresh` in a process of its own; return its exit code, what it printed, and the most memory it took, in bytes."""
    script = """
import re, sys
from modelwright.cli import main
sys.argv = ["providers", "refresh", *sys.argv[1:]]
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(re.search(r"VmHWM:.*", status.read())[0], file=sys.stderr)
"""
    environ = {**os.environ, "PROVIDERS_HOME": str(world.home)}
    done = subprocess.run([sys.executable, "-c", script, *arguments], cwd=world.root, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, int(done.stderr.split()[-2]) * 1024


def bodies(kind: str) -> Reply:
    """Return an answer that is large in one way."""
    if kind == "one text":
        return Reply(body=b'{"data": [{"id": "' + b"x" * 40_000_000 + b'"}]}')
    if kind == "many values":
        return Reply(body=b'{"data": [' + b"{}," * 13_000_000 + b"{}]}")
    if kind == "packed":
        return Reply(body=gzip.compress(b'{"data": [' + b" " * 300_000_000 + b"]}"), headers={"Content-Encoding": "gzip"})
    if kind == "no end":

        def forever(out: BufferedIOBase) -> None:
            while True:
                out.write(b" " * 1_000_000)

        return Reply(write=forever)
    if kind == "as many values as are read":
        return Reply(body=b'{"data": [{"id": "x"}], "rest": [' + b",".join(b'{"key-%d":%d.5}' % (number, number) for number in range(490_000)) + b"]}")
    count = 20_001 if kind == "many models" else 20_000
    entries = [{"id": f"model-{number}", "name": "n" * 1400, "context_length": number} for number in range(count)]
    return Reply(body=json.dumps({"data": entries}).encode())


LARGE = {
    "one text": "malformed",
    "many values": "malformed",
    "packed": "malformed",
    "no end": "malformed",
    "many models": "malformed",
    "as much as is read": "ok",
    "as many values as are read": "ok",
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured where /proc tells it")
@pytest.mark.parametrize(("kind", "state"), LARGE.items())
def test_a_body_of_any_size_takes_no_more_memory_than_allowed(kind: str, state: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "canary-4f9c1d7e8a")  # which is looked for in all of it
    world.replies["acme"] = bodies(kind)
    code, printed, most = measured(world, "--json", "--no-cache")
    assert code == 0
    assert next(source["state"] for source in json.loads(printed)["sources"] if source["id"] == "acme") == state
    assert most < 400_000_000


KEY = "sk-canary-4f9c1d7e/+b2=a8"
CORE = b"canary-4f9c1d7e"
FORMS = {form.encode() for form in (KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY), KEY.replace("/", "\\/"), KEY[::-1])}
FORMS |= {base64.b64encode(text.encode()).rstrip(b"=") for text in (KEY, f"Bearer {KEY}", f":{KEY}", f"{KEY}:")} | {CORE, CORE.upper()}


def echoing(call: Call) -> Reply:
    """Return an answer that repeats all that was sent, in a way that the path tells."""
    way = call.path.split("/")[1]
    said = f"{call.headers} {call.query} {KEY} {quote_plus(KEY)}"
    if way in ("e401", "e404", "e429"):
        return as_json({"error": {"message": said, "code": KEY}}, int(way[1:]), ETag=KEY)
    if way == "html":
        return Reply(body=f"<html>{said}".encode(), headers={"Content-Type": f"text/html; {quote(KEY)}"})
    if way == "damaged":
        return Reply(body=f'{{"data": [{{"id": "{KEY}"'.encode())
    if way == "wrong":
        return as_json({"error": said, KEY: said})
    if way == "away":
        return Reply(status=302, headers={"Location": f"http://{quote_plus(KEY)}.evil.example/{KEY}?key={quote_plus(KEY)}"})
    if way == "round":
        return Reply(status=302, headers={"Location": f"{call.path}?{quote_plus(KEY)}={call.number}"})
    if way == "pages":
        return as_json({"data": [{"id": f"{KEY}-{call.number}"}], "has_more": True, "last_id": f"{KEY}-{call.number % 3}"})
    entries = [{"id": KEY, "name": f"I am {KEY}"}, {"id": f"m-{way}", "name": said, "pricing": {KEY: KEY}}, {"id": f"{quote(KEY, safe='')}-2", KEY: call.headers}]
    return as_json({"data": entries, "headers": call.headers, "query": call.query}, ETag=f'"{KEY}"', Last_Modified=KEY, Set_Cookie=KEY)


_WAYS = ("e401", "e404", "e429", "html", "damaged", "wrong", "away", "round")
_MODES = (
    ("--no-cache",),
    ("--no-cache", "--json", "--record", "recorded", "--write-review"),
    ("--format", "markdown"),
    ("--no-network",),
    ("--from-file", "recorded", "--quiet"),
)


def test_a_key_is_in_nothing_that_is_printed_or_written_whatever_servers_do_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    be_impatient(monkeypatch, 20)
    for number, way in enumerate(("plain", *_WAYS, "head", "query", "pages"), start=3):
        add_provider(world, way, order=number, auth="required", adapter="anthropic-models" if way == "pages" else "openai-models")
    replace(world.registry / "providers" / "head.yaml", "kind: bearer", "kind: api-key, header: x-api-key")
    replace(world.registry / "providers" / "query.yaml", "kind: bearer", "kind: query-key, query: key")
    replace(world.registry / "providers" / "plain.yaml", "base_url: ", "base_url_env: [PLAIN_BASE_URL], base_url: ")
    monkeypatch.setenv("PLAIN_BASE_URL", f"{world.server.url}/plain/v1".replace("://", f"://me:{quote(KEY, safe='')}@"))
    world.home.mkdir()
    (world.home / "models.json").write_text(json.dumps({"version": 1, "providers": {"my-lab": {"base_url": f"{world.server.url}/lab/v1", "discover": True}}}))
    for name in {name for path in (world.registry / "providers").iterdir() for name in re.findall(r"[A-Z0-9_]+_API_KEY", path.read_text())} | {"MY_LAB_API_KEY"}:
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(world.root / "summary.md"))
    world.replies = dict.fromkeys(("acme", "plain", *_WAYS, "head", "query", "pages", "lab"), echoing)
    printed = [world.refresh(*mode) for mode in _MODES]
    sent = {call.path.split("/")[1]: call for call in world.server.calls}
    assert (sent["head"].headers["x-api-key"], sent["query"].query["key"], sent["lab"].headers["authorization"]) == (KEY, KEY, f"Bearer {KEY}")
    assert {sent[way].headers["authorization"] for way in ("acme", *_WAYS)} == {f"Bearer {KEY}"}
    world.review.write_text(world.review.read_text().replace("decision: pending", "decision: approved", 3))
    printed += [world.refresh("--apply", "--verify-live"), world.refresh("--apply", "--approve", "all"), world.refresh("--baseline")]
    printed += [world.run("compile"), world.run("models", "list", "--json"), world.run("lint")]
    states = {source["id"]: source["state"] for source in printed[1].json["sources"]}
    failed = {"unauthorized", "catalog-unsupported", "rate-limited", "malformed", "unreachable"}
    assert states == {**dict.fromkeys(("acme", "bolt", "plain", "head", "query", "my-lab"), "ok"), **{way: states[way] for way in (*_WAYS, "pages")}}
    assert {states[way] for way in (*_WAYS, "pages")} == failed
    texts = {f"output {number}": (one.out + one.err).encode() for number, one in enumerate(printed)}
    texts |= {str(path): path.read_bytes() + path.name.encode() for path in world.root.parent.rglob("*") if path.is_file()}
    assert len([name for name in texts if name.startswith(str(world.root / "recorded"))]) >= 6
    assert {name: form for name, text in texts.items() for form in FORMS if form in text} == {}
