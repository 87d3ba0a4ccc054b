"""The door for machines: programmes and what is on offer to a partner."""
