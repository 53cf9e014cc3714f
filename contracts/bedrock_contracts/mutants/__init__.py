"""Wrong providers, each wrong in one place: the proof that the checks can fail, and fail for the stated reason.

Needs the extra `bedrock-contracts[reference]`, since every mutant but one is the reference with one decision replaced.
"""
