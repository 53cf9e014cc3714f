"""The scenarios. They cite requirements and judge both what the provider answered and what the emulator saw."""
