"""What the specification expects, worked out anew: nothing here imports a provider or the emulator."""
