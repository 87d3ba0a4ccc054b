"""The staff's pages of insights."""
