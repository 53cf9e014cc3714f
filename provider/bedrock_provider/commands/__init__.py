"""The commands of `bedrock-provider` that have a file of their own."""
