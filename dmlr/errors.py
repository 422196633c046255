"""Expected faults: each is one line that names place, rule, value found, and what to do."""


class DmlrError(Exception):
    """A fault of the input, not of the program; the command line prints it without a traceback."""


class ConfigError(DmlrError):
    """A configuration file or a stage's settings break a rule of their schema."""


class DataError(DmlrError):
    """A benchmark's rows or images cannot be used as they are."""


class CheckpointError(DmlrError):
    """A model directory or hub repository is not a checkpoint that can be loaded."""


class RecordError(DmlrError):
    """A file of records is missing, of another format version, or of another kind."""


class DiskError(DmlrError):
    """A disk is full, read-only, broken or forbidden; what was written before is kept."""
