"""The API as one: its addresses, its schema and what every answer has in common."""
