"""The guided set-up: from an objective to a set of segments that is published, targeted and measured."""
