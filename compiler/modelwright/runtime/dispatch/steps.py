"""What the engine wants done, and what it is told came of it."""

# ruff: noqa: PYI024  # typing.NamedTuple would import typing

from collections import namedtuple

Open = namedtuple("Open", "method url headers body connect_seconds read_seconds")
Open.__doc__ = "Send a request and wait for the head of the answer, `read_seconds` in all. What comes of it is a `Head` or a `Down`."
Read = namedtuple("Read", "seconds")
Read.__doc__ = "Wait so long for more of the body. What comes of it is bytes, None at the end, or a `Down`."
Shut = namedtuple("Shut", "is_well")
Shut.__doc__ = "Let go of the answer, whether or not it was read to its end; unless it `is_well`, its connection is not used again."
Sleep = namedtuple("Sleep", "seconds")
Sleep.__doc__ = "Wait."
Work = namedtuple("Work", "do")
Work.__doc__ = "Call `do`, which may take its time, and say what it returns; what it raises is raised in the engine."
Ask = namedtuple("Ask", "do")
Ask.__doc__ = "As `Work`: what asks a store on another machine. It is short, and is waited for whoever gives up meanwhile, since what it did has to be undone."

Head = namedtuple("Head", "status headers")
Head.__doc__ = "The head of an answer; names of headers are in lower case."
Down = namedtuple("Down", "kind message")
Down.__doc__ = "The connection failed: a class of failure, and what happened, for people."

UNREACHABLE, TIMEOUT, CUT = "unreachable", "timeout", "cut"
