"""What a stream says as it goes: pieces of parts by their index, the usage, and the end, good or bad."""

# ruff: noqa: PYI024  # typing.NamedTuple would import typing

from collections import namedtuple

TextDelta = namedtuple("TextDelta", ("index", "text"))
"""More text of the part at `index`."""
ThinkingDelta = namedtuple("ThinkingDelta", ("index", "text", "signature", "redacted", "protocol"), defaults=(None, None, None))
"""More of what the model thinks, or its signature and the protocol whose it is."""
ToolCallStart = namedtuple("ToolCallStart", ("index", "id", "name", "signature", "protocol"), defaults=(None, None))
"""A tool the model begins to call; the protocol is that of the signature."""
ToolCallDelta = namedtuple("ToolCallDelta", ("index", "arguments"))
"""More text of its arguments."""
OpaqueSeen = namedtuple("OpaqueSeen", ("index", "part"))
"""A whole part in the protocol's own words."""
MediaSeen = namedtuple("MediaSeen", ("index", "part"))
"""A whole picture or sound the model made."""
UsageSeen = namedtuple("UsageSeen", ("usage",))
"""What was used so far; the last one counts."""
Started = namedtuple("Started", ("id", "model"))
"""The provider's id of the answer, and what it calls the model."""
Stopped = namedtuple("Stopped", ("stop_reason", "stop_word"))
"""Why the model ended; more may follow, as the usage."""
Troubled = namedtuple("Troubled", ("trouble",))
"""The provider reports a failure inside the stream, or the stream broke: nothing follows."""
