"""Whole ways through the product, on the real thing."""
