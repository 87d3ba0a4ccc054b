"""The launcher, tried for real."""
