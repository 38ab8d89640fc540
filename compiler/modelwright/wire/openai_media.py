"""Pictures, sounds and documents in the words of OpenAI's protocols."""

from ..ir.chat import Media
from .request_body import base64_text

_SOUNDS = ((b"RIFF", "audio/wav"), (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"fLaC", "audio/flac"), (b"OggS", "audio/ogg"))
_FORMATS = {"mpeg": "mp3", "mpga": "mp3", "x-wav": "wav", "wave": "wav", "vnd.wave": "wav", "x-flac": "flac", "x-m4a": "m4a"}


def data_url(part: Media) -> "str | None":
    """Return where *part* is: its URL, or its bytes as one."""
    return part.url if part.data is None else f"data:{part.media_type};base64,{base64_text(part.data)}"


def sound(part: Media) -> "dict[str, str]":
    """Return the bytes of a sound and the name of its format."""
    form = part.media_type.partition("/")[2].partition(";")[0].strip().lower()
    return {"data": base64_text(part.data or b""), "format": _FORMATS.get(form, form)}


def file_name(part: Media) -> str:
    """Return the name of a document, which the protocols insist on."""
    return part.name or f"document.{part.media_type.partition('/')[2].partition(';')[0].strip() or 'bin'}"


def seen(said: "Any") -> Media:
    """Return the picture the model made, given as a URL or an object with one; raises TypeError or ValueError where it is none."""
    from binascii import a2b_base64

    url = said["url"] if isinstance(said, dict) else said
    if not isinstance(url, str):
        raise TypeError("a picture without a URL")
    head, comma, data = url.partition(",")
    if not head.startswith("data:") or not comma:
        return Media("image/*", url=url)
    return Media(head[5:].partition(";")[0] or "image/png", a2b_base64(data))


def picture(data: str, form: "Any") -> Media:
    """Return the picture whose bytes are *data* in base 64, in the format *form*; raises ValueError where they are none."""
    from binascii import a2b_base64

    return Media(f"image/{form if isinstance(form, str) and form else 'png'}", a2b_base64(data))


def heard(data: bytes) -> Media:
    """Return the sound the model made; without the head of a file it is PCM, as streams are."""
    return Media(next((kind for begin, kind in _SOUNDS if data.startswith(begin)), "audio/pcm"), data)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
