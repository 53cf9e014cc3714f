"""Certifies an Amazon Bedrock provider against the emulator, requirement by requirement."""
