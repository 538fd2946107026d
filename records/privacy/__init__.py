"""Privacy notices: who was told that data is held about them, who wasn't and why."""
