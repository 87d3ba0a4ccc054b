"""Words the templates of every app may say."""
