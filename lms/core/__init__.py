"""The storage kernel: what every feature stands on, and which itself imports no feature."""
