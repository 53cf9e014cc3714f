"""`python -m bedrock_provider`."""

from bedrock_provider.cli import main

main()
