"""`python -m bedrock_emulator`."""

from bedrock_emulator.cli import main

if __name__ == "__main__":
    main(prog_name="bedrock-emulator")
