"""A model of the llama family that knows nothing: half a megabyte of GGUF (version 3), the same each time, written by hand so that no library is needed."""

from __future__ import annotations

import struct
from array import array
from random import Random
from typing import Any

WIDTH, LAYERS, HEADS, INNER = 64, 2, 4, 128
TOKENS = ("<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *"abcdefghijklmnopqrstuvwxyz", "\N{LOWER ONE EIGHTH BLOCK}")
_UNKNOWN, _CONTROL, _BYTE, _NORMAL = 2, 3, 6, 1
_KINDS = (_UNKNOWN, _CONTROL, _CONTROL, *[_BYTE] * 256, *[_NORMAL] * 27)
_UINT32, _INT32, _FLOAT32, _STRING, _ARRAY = 4, 5, 6, 8, 9
_FORMS = {_UINT32: "<I", _INT32: "<i", _FLOAT32: "<f"}
_ALIGNMENT = 32


def model(context_tokens: int) -> bytes:
    """Return the model, which was made for *context_tokens*."""
    tensors = list(_tensors(Random(7)))  # the same weights each time
    facts = _facts(context_tokens)
    head = [b"GGUF", struct.pack("<IQQ", 3, len(tensors), len(facts)), *(_text(name) + struct.pack("<I", kind) + _value(kind, value) for name, kind, value in facts)]
    offset = 0
    for name, shape, data in tensors:
        head.append(_text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset))
        offset += len(_padded(data))
    return _padded(b"".join(head)) + b"".join(_padded(data) for _, _, data in tensors)


def _facts(context_tokens: int) -> list[tuple[str, int, Any]]:
    sizes = {"context_length": context_tokens, "embedding_length": WIDTH, "block_count": LAYERS, "feed_forward_length": INNER, "rope.dimension_count": WIDTH // HEADS}
    heads = {"attention.head_count": HEADS, "attention.head_count_kv": HEADS, "vocab_size": len(TOKENS)}
    return [
        ("general.architecture", _STRING, "llama"),
        *((f"llama.{name}", _UINT32, value) for name, value in (sizes | heads).items()),
        ("llama.attention.layer_norm_rms_epsilon", _FLOAT32, 1e-5),
        ("tokenizer.ggml.model", _STRING, "llama"),
        ("tokenizer.ggml.tokens", _ARRAY, (_STRING, TOKENS)),
        ("tokenizer.ggml.scores", _ARRAY, (_FLOAT32, [0.0] * len(TOKENS))),
        ("tokenizer.ggml.token_type", _ARRAY, (_INT32, _KINDS)),
        *((f"tokenizer.ggml.{name}_token_id", _UINT32, number) for number, name in enumerate(("unknown", "bos", "eos"))),
    ]


def _tensors(random: Random) -> Any:
    """Yield name, shape and bytes of each tensor; vectors are ones, for they scale."""
    block = {"attn_norm": (WIDTH,), "ffn_norm": (WIDTH,), **{f"attn_{name}": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}}
    block |= {"ffn_gate": (WIDTH, INNER), "ffn_up": (WIDTH, INNER), "ffn_down": (INNER, WIDTH)}
    shapes = {"token_embd": (WIDTH, len(TOKENS)), "output_norm": (WIDTH,), "output": (WIDTH, len(TOKENS))}
    shapes |= {f"blk.{layer}.{name}": shape for layer in range(LAYERS) for name, shape in block.items()}
    for name, shape in shapes.items():
        values = [1.0] * shape[0] if len(shape) == 1 else [random.gauss(0, 0.05) for _ in range(shape[0] * shape[1])]
        yield f"{name}.weight", shape, array("f", values).tobytes()


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _value(kind: int, value: Any) -> bytes:
    if kind == _STRING:
        return _text(value)
    if kind == _ARRAY:
        inner, items = value
        return struct.pack("<IQ", inner, len(items)) + b"".join(_value(inner, item) for item in items)
    return struct.pack(_FORMS[kind], value)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNMENT)
