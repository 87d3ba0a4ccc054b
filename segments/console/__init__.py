"""The staff's pages of segments: list, builder, members, publishing, runs and why."""
