"""Transition tables and the one engine that runs them."""
