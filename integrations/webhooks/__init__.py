"""Webhooks: what happened, told to other systems' addresses, in order, until each has taken it."""
