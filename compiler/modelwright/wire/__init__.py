"""One wire protocol a file: bytes in, bytes out, no I/O."""
