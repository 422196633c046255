"""Where a judge is asked: its model, its server, and the key that the server wants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from dmlr.errors import ConfigError
from dmlr.judge.dotenv import variable
from dmlr.judge.entry import Judge

OPENAI = "https://api.openai.com/v1"
LOCAL = ("localhost", "127.0.0.1", "::1")
NO_KEY = "none"  # what a server of one's own gets where no key is set; the client must send one
# Names of the OpenAI client, then those of the released code.
MODEL = ("OPENAI_MODEL", "MODEL_TYPE")
SERVER = ("OPENAI_BASE_URL", "OPENAI_API_BASE_URL")


@dataclass(frozen=True)
class Endpoint:
    """A model's name at a server, and the server's address without a slash at its end."""

    model: str
    base_url: str

    @property
    def local(self) -> bool:
        """True for a server on this machine, which may want no key."""
        return urlsplit(self.base_url).hostname in LOCAL


def endpoint(judge: Judge) -> Endpoint:
    """Where a judge is asked: as its entry says, else the environment, else ``.env``.

    Raises:
        ConfigError: no model is named, or the server's address cannot be used.
    """
    model = judge.model or variable(*MODEL)
    if model is None:
        raise ConfigError(
            "a judge's model must be named, got none; name it in judge_catalog, or set "
            f"{' or '.join(MODEL)} in the environment or .env"
        )
    address = judge.base_url or variable(*SERVER) or OPENAI
    return Endpoint(model, _address(address, judge.key_variable))


def api_key(where: Endpoint, name: str) -> SecretStr:
    """The server's key, from the environment or ``.env``; never printed, never stored.

    Args:
        where: the server that gets it.
        name: the variable that holds it.

    Raises:
        ConfigError: there is none, it is no key, or everybody on its way could read it.
    """
    plain = urlsplit(where.base_url).scheme == "http"  # a server of one's own, which wants no key
    key = variable(name) or (NO_KEY if plain or where.local else None)
    if plain and not where.local and key != NO_KEY:
        raise ConfigError(
            f"{where.base_url} must be an https address, since {name} would go there, got plain http; "
            "use https, or name another key_variable, which need not be set"
        )
    if key is None:
        raise ConfigError(
            f"{where.base_url} must get a key, got none; set {name} in the environment or .env"
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(f"{name} must be printable ASCII without blanks; set it anew")
    return SecretStr(key)


@contextmanager
def named(name: str) -> Iterator[None]:
    """Puts the judge's name in the catalog before what is wrong with its entry."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"judge {name}: {error}") from None


def _address(base_url: str, key_variable: str) -> str:
    """A checked address; a fault is told without what could be a secret of it."""
    # urlsplit leaves line ends out without a word.
    if not base_url.isprintable() or " " in base_url:
        raise ConfigError(
            "a judge's base_url must be an address such as http://localhost:8000/v1, "
            "got one with blanks or line ends; correct it"
        )
    try:
        parts = urlsplit(base_url)
        plain = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        parts, plain = urlsplit(""), "an address that cannot be read"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            "a judge's base_url must be an address such as http://localhost:8000/v1, "
            f"got {plain if parts.hostname else 'none'}; correct it"
        )
    if parts.username is not None or "?" in base_url or "#" in base_url:
        raise ConfigError(
            f"a judge's base_url must hold no password and no query, got one for {plain}; "
            f"put the key into {key_variable}"
        )
    return base_url.rstrip("/")
