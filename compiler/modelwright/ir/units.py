"""Generated from registry/vocabulary/units.yaml by `make generate`; change that file instead."""

UNITS = (
    ("input_usd_per_mtok", "input_tokens", None, (), 1000000),
    ("output_usd_per_mtok", "output_tokens", None, (), 1000000),
    ("cache_read_usd_per_mtok", "cache_read_tokens", "input_usd_per_mtok", ("input_usd_per_mtok",), 1000000),
    ("cache_write_usd_per_mtok", "cache_write_tokens", "input_usd_per_mtok", ("cache_write_5m_usd_per_mtok", "input_usd_per_mtok"), 1000000),
    ("cache_write_5m_usd_per_mtok", "cache_write_5m_tokens", "input_usd_per_mtok", ("cache_write_usd_per_mtok", "input_usd_per_mtok"), 1000000),
    ("cache_write_1h_usd_per_mtok", "cache_write_1h_tokens", "input_usd_per_mtok", (), 1000000),
    ("input_audio_usd_per_mtok", "input_audio_tokens", "input_usd_per_mtok", ("input_usd_per_mtok",), 1000000),
    ("input_image_usd_per_mtok", "input_image_tokens", "input_usd_per_mtok", ("input_usd_per_mtok",), 1000000),
    ("reasoning_usd_per_mtok", "reasoning_tokens", "output_usd_per_mtok", ("output_usd_per_mtok",), 1000000),
    ("output_audio_usd_per_mtok", "output_audio_tokens", "output_usd_per_mtok", ("output_usd_per_mtok",), 1000000),
    ("output_image_usd_per_mtok", "output_image_tokens", "output_usd_per_mtok", ("output_usd_per_mtok",), 1000000),
    ("usd_per_request", "requests", None, (), 1),
    ("usd_per_image", "images", None, (), 1),
    ("usd_per_audio_minute", "audio_minutes", None, (), 1),
    ("usd_per_search", "searches", None, (), 1),
)
"""Per unit: price key, the field of a usage it counts, the unit it is part of, the units whose price stands in, and how many it is for."""
