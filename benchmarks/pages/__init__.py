"""How quickly the console and the portal answer with a world as large as it gets; `python -m benchmarks.pages`."""
