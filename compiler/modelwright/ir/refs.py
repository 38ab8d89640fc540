"""Text that names a model, taken apart. What exists is the registry's to say."""


def split(text: str) -> "list[tuple[str, str]]":
    """
    Return the ways *text* may name a provider and its model, likeliest first: at the first colon, then at the first slash.

    The provider is lower-cased, the model's case is kept.

    >>> split("openrouter:deepseek/deepseek-r1:free")
    [('openrouter', 'deepseek/deepseek-r1:free'), ('openrouter:deepseek', 'deepseek-r1:free')]
    >>> split("gpt-5.5")
    []
    """
    ways = []
    for mark in ":/":
        head, found, rest = text.partition(mark)
        if found and head and rest:
            ways.append((head.lower(), rest))
    return ways


def is_taken(open_ids: "bool | str | None", model: str) -> bool:
    """
    Tell whether a provider with *open_ids* takes *model*, an id that nobody listed.

    >>> is_taken("with-slash", "lab/model"), is_taken("with-slash", "model"), is_taken(True, "model"), is_taken(None, "model")
    (True, False, True, False)
    """
    return model.isprintable() and " " not in model and (open_ids is True or (open_ids == "with-slash" and "/" in model))


def join(provider: str, model: str) -> str:
    """Return the canonical ref, `provider/model`."""
    return f"{provider}/{model}"
