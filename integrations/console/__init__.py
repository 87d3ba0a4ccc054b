"""The staff's pages about machines."""
