"""The machines' door to webhooks."""
