"""The staff's pages of segments."""
