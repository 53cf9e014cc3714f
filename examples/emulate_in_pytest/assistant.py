"""An application that knows nothing of emulators: it summarizes a text with a model on Amazon Bedrock."""

from typing import Any

import boto3

MODEL = "us.amazon.nova-lite-v1:0"


def summarize(text: str) -> str:
    """One sentence about a text, or an apology when Amazon Bedrock is busy."""
    client: Any = boto3.Session().client("bedrock-runtime")
    try:
        answer = client.converse(
            modelId=MODEL,
            system=[{"text": "Summarize in one sentence."}],
            messages=[{"role": "user", "content": [{"text": text}]}],
        )
    except client.exceptions.ThrottlingException:
        return "The summary is late; try again in a minute."
    finally:
        client.close()
    summary: str = answer["output"]["message"]["content"][0]["text"]
    return summary
