"""The folder of the tables' pages, with the tables' files beside them."""

from collections.abc import Sequence
from pathlib import Path

from dmlr.report.folder import copy_changed, remove_others, write_changed
from dmlr.report.navigation import Navigation
from dmlr.report.pages import table_list_page, table_page
from dmlr.report.tables import KINDS, TablePages

LIST = "index.html"


def paths(tables: Sequence[TablePages]) -> list[str]:
    """All pages by their path in the report; none where there are no tables."""
    pages = [part.page for table in tables for part in table.parts]
    return [f"tables/{name}" for name in [*[LIST] * bool(tables), *pages]]


def write_table_pages(tables: Sequence[TablePages], nav: Navigation, folder: Path) -> None:
    """Write the list and the pages, copy the files, and remove those of tables that are no more."""
    texts = {LIST: table_list_page(list(tables), nav)} if tables else {}
    for table in tables:
        texts |= {part.page: table_page(table, part, nav) for part in table.parts}
    for name, text in texts.items():
        write_changed(folder / name, text)
    files = [file for table in tables for file in table.files]
    for file in files:
        copy_changed(file, folder / file.name)
    kept = [*texts, *(file.name for file in files)]
    for kind in ("html", *KINDS):
        remove_others(folder, f"*.{kind}", kept)
