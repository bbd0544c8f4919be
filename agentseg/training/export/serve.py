"""An exported student goes to a server and answers one question, so that what was made is known to work."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.messages import HumanMessage, SystemMessage

from agentseg.prompt import query_text, system_text
from agentseg.reasoners.chatml import render, role_of, text_of
from agentseg.training.export.ollama import Server
from agentseg.training.export.run import Exported, Progress
from agentseg.training.export.vocabulary import count_tokens

_QUESTION = (SystemMessage(system_text(style="brief")), HumanMessage(query_text("the mug nearest to the sink")))


@dataclass(frozen=True)
class Served:
    """A model that a server answered with.

    Attributes:
        model: Its name there; ``ollama:MODEL`` is the reasoner.
        url: The server, without user or password.
        digest: SHA-256 of the model file.
        text: What the model said to the question.
        prompt_tokens: Tokens of the question's prompt as the server counted them; None where it did not say.
        expected_tokens: The same by the tokenizer's own library; None where that is not installed. Other numbers mean
            that the server does not use the plain ChatML template.
    """

    model: str
    url: str
    digest: str
    text: str
    prompt_tokens: int | None
    expected_tokens: int | None

    @property
    def template_differs(self) -> bool:
        """Whether the server is known to have rendered another prompt than ours."""
        return None not in (self.prompt_tokens, self.expected_tokens) and self.prompt_tokens != self.expected_tokens


def serve(exported: Exported, server: Server, on_progress: Progress | None = None) -> Served:
    """Put an exported model on an Ollama server and ask it one thing.

    Args:
        exported: What ``export`` returned.
        server: The server.
        on_progress: Is told how far the upload is.

    Raises:
        ReasonerError: The server is away, refuses, or does not answer as Ollama does.
    """
    digest = server.push(exported.model, on_progress)
    server.create(exported.name, digest, exported.serving)
    messages = [{"role": role_of(message), "content": text_of(message)} for message in _QUESTION]
    text, count = server.ask(exported.name, messages, exported.serving.num_ctx)
    expected = count_tokens(exported.tokenizer, render(_QUESTION))
    return Served(exported.name, server.url, digest, text, count, expected)
