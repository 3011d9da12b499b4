"""Hedgerow: a registry of critical-material agreements as a knowledge graph."""

__version__ = "0.1.0"
