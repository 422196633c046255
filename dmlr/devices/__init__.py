"""GPUs of this machine: which ones a job may use, and that no two jobs use one at a time."""
