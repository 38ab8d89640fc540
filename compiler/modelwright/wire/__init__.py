"""One wire protocol a file: bytes in, bytes out, no I/O."""

_known: "dict[str, bool]" = {}


def speaks(protocol: str) -> bool:
    """Tell whether *protocol*, a word of `registry/vocabulary/protocols.yaml`, is spoken here: a module of its name has it as NAME."""
    if protocol not in _known:
        from importlib import import_module

        try:
            module = import_module(f".{protocol.replace('-', '_')}", __name__)
        except ModuleNotFoundError:
            _known[protocol] = False
        else:
            _known[protocol] = getattr(module, "NAME", None) == protocol
    return _known[protocol]
