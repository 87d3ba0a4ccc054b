"""Words the templates may say about records."""
