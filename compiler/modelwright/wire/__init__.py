"""
One wire protocol a file: bytes in, bytes out, no I/O.

A module with NAME speaks a protocol; one with FORM asks for something else than chat, embeddings or a count of tokens, and
which protocols take that form is data.
"""

_known: "dict[tuple[str, str], bool]" = {}


def speaks(protocol: str) -> bool:
    """Tell whether *protocol*, a word of `registry/vocabulary/protocols.yaml`, is spoken here: a module of its name has it as NAME."""
    return _is_there(protocol, "NAME")


def takes(form: str) -> bool:
    """Tell whether *form*, as that vocabulary names one, is known here: a module of its name has it as FORM."""
    return _is_there(form, "FORM")


def _is_there(word: str, mark: str) -> bool:
    if (word, mark) not in _known:
        from importlib import import_module

        try:
            module = import_module(f".{word.replace('-', '_')}", __name__)
        except ModuleNotFoundError:
            _known[word, mark] = False
        else:
            _known[word, mark] = getattr(module, mark, None) == word
    return _known[word, mark]
