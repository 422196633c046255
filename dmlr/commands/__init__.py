"""The subcommands for people, one file each; dmlr/cli.py puts them together with those of the stages."""
