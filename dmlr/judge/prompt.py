"""A judge's prompt: a file that says how a question is put to it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dmlr.errors import ConfigError
from dmlr.judge.asked import Asked
from dmlr.provenance import PACKAGE

LONGEST = 8000  # characters of a candidate that a judge gets to see: its end, where answers stand
PROBE = Asked("question", ("option",), "gold", "candidate")
PURE = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, keep_trailing_newline=False, autoescape=False
)
# What a template of somebody's can raise besides jinja2's own.
FAULTS = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Prompt:
    """A prompt file's template; ``digest`` is the SHA-256 of the file's bytes.

    The template's variables are question, options (a list), gold, candidate and fence. It must put the
    gold and the candidate between two lines of the fence each, and tell the judge that what stands there
    is data.
    """

    name: str
    digest: str
    template: Template

    @classmethod
    def load(cls, name: str) -> "Prompt":
        """Read a prompt file of the working directory, else of the project.

        Raises:
            ConfigError: the file cannot be read, is no template, or fences no candidate or gold.
        """
        content = _content(name)
        try:
            template = PURE.from_string(content.decode("utf-8"))
        except UnicodeDecodeError:
            raise ConfigError(f"{name}: must be UTF-8 text; save it as such") from None
        except TemplateSyntaxError as error:
            raise ConfigError(
                f"{name}:{error.lineno}: must be a jinja2 template, got {error.message}; correct it"
            ) from None
        prompt = cls(name, hashlib.sha256(content).hexdigest(), template)
        prompt._must_fence()
        return prompt

    def rendered(self, asked: Asked) -> str:
        """The prompt's text for one candidate, of which only the last ``LONGEST`` characters are shown.

        Raises:
            ConfigError: the template cannot be filled.
        """
        shown = asked.candidate[-LONGEST:]
        values = [asked.question, *asked.options, asked.gold, shown]
        try:
            text = self.template.render(
                question=asked.question,
                options=list(asked.options),
                gold=asked.gold,
                candidate=shown,
                fence=fence(values),
            )
        except FAULTS as error:
            raise ConfigError(
                f"{self.name}: must be filled by question, options, gold, candidate and fence, "
                f"got {' '.join(str(error).split())}; correct it"
            ) from None
        return text.encode("utf-8", "replace").decode("utf-8")

    def _must_fence(self) -> None:
        text = self.rendered(PROBE)
        line = fence([PROBE.question, *PROBE.options, PROBE.gold, PROBE.candidate])
        for name, value in (("gold", PROBE.gold), ("candidate", PROBE.candidate)):
            if f"{line}\n{value}\n{line}\n" not in text:
                raise ConfigError(
                    f"{self.name}: must have {{{{ {name} }}}} on a line between two lines of "
                    "{{ fence }}, found none; correct it"
                )


def fence(texts: list[str]) -> str:
    """A line that stands in none of the texts, the same for the same texts.

    It is made of the texts' own digest, so nobody who writes one of them can know it.
    """
    content, turn = json.dumps(texts), 0
    while True:
        mark = hashlib.sha256(f"{turn} {content}".encode()).hexdigest()[:16]
        if not any(mark in text for text in texts):
            return f"-----{mark}-----"
        turn += 1


def _content(name: str) -> bytes:
    for folder in (Path(), PACKAGE.parent):
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"{name}: must be a readable file, got {error.strerror}") from None
    raise ConfigError(
        f"{name}: must be a file of this directory or the project, found none; correct the prompt's path"
    )
