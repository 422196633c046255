"""Bytes that carry their own SHA-256, so that a bit that flips on a disk is noticed when they are read.

A line of JSON carries it in its last field. A file of Parquet or safetensors carries it among what it
says about itself: the digest is that of the file with ``NOUGHTS`` where the digest stands.
"""

import secrets
from hashlib import sha256

FIELD = "dmlr.sha256"  # what a file calls it
NOUGHTS = b"0" * 64
MARK = b', "sha256": "'  # between what a line says and its digest


def blank() -> str:
    """What a file is written with where its digest will stand: no content has it by chance."""
    return secrets.token_hex(32)


def sealed(content: bytes, left: str) -> bytes:
    """A file's bytes with their digest where ``left``, a ``blank``, stands."""
    return content.replace(left.encode(), _digest(content, left).encode(), 1)


def is_whole(content: bytes, told: str) -> bool:
    """Whether a file's bytes are those that were sealed; ``told`` is the digest that they carry."""
    return len(told) == len(NOUGHTS) and _digest(content, told) == told


def sealed_line(text: str) -> bytes:
    """A JSON object, with a field and without line breaks, as a line that carries its digest."""
    said = text.encode()[:-1]
    return said + _end(said)


def unsealed(line: bytes) -> bytes | None:
    """The JSON object of a line; None where the line is cut or not as it was written."""
    said, _, _ = line.rpartition(MARK)
    return said + b"}" if line == said + _end(said) else None


def _digest(content: bytes, stands: str) -> str:
    """SHA-256 of the bytes with noughts for what stands there."""
    place = content.find(stands.encode())
    found, rest = sha256(memoryview(content)[:place]), memoryview(content)[place + len(NOUGHTS) :]
    found.update(NOUGHTS)
    found.update(rest)
    return found.hexdigest()


def _end(said: bytes) -> bytes:
    return MARK + sha256(said).hexdigest().encode() + b'"}\n'
