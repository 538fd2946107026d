"""What backup and restore say when they can't go on."""


class BackupError(Exception):
    """A backup could not be made, read or put back; the text is for whoever runs the command."""
