"""Taking over what a scheme holds elsewhere: files judged, written and undone as a whole."""
