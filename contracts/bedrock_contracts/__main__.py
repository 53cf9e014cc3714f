"""`python -m bedrock_contracts`."""

from bedrock_contracts.cli import main

if __name__ == "__main__":
    main(prog_name="bedrock-contracts")
