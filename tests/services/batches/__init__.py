"""Batches on fakes."""
