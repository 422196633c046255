"""The pages of a report as a folder: which there are, what they refer to, and what of it is not there."""

from urllib.parse import unquote, urlsplit

from tests.reporting import Node, page

ADDRESSES = ("href", "src", "data", "poster", "action", "srcset", "xlink:href")


def pages(folder):
    """All pages, the first one first."""
    found = sorted(folder.rglob("*.html"))
    return sorted(found, key=lambda path: path != folder / "index.html")


def kinds(folder):
    """One page of each kind: all at the top, and of every folder its index and the one with most in it."""
    found = {}
    for path in pages(folder):
        alone = path.parent == folder or path.name == "index.html"
        named = path.with_suffix("") if alone else path.parent
        kind = named.relative_to(folder).as_posix()
        best = found.setdefault(kind, path)
        found[kind] = max(best, path, key=lambda one: one.stat().st_size)
    return found


def nodes(node):
    """All elements of a parsed page."""
    for part in node.parts:
        if isinstance(part, Node):
            yield part
            yield from nodes(part)


def references(path):
    """Every address on a page."""
    return [
        one.attributes[name] for one in nodes(page(path)) for name in ADDRESSES
        if name in one.attributes
    ]  # fmt: skip


def target(path, reference):
    """The file that a reference on a page is to, and its fragment; None for what holds its own data."""
    parts = urlsplit(reference)
    if parts.scheme == "data":
        return None
    relative = not (parts.scheme or parts.netloc or parts.query or parts.path.startswith("/"))
    assert relative, f"{path}: {reference}"
    return (path.parent / unquote(parts.path)).resolve() if parts.path else path, parts.fragment


def broken(folder):
    """References that leave the folder, or lead to no file or no place of a page, by the page."""
    found, places = [], {path: ids(path) for path in pages(folder)}
    for path in places:
        for reference in references(path):
            meant = target(path, reference)
            if meant is None:
                continue
            file, fragment = meant
            inside = file.is_relative_to(folder) and file.is_file()
            # What a script reads from the fragment is no place of the page.
            known = not fragment or "=" in fragment or unquote(fragment) in places.get(file, ())
            if not (inside and known):
                found.append(f"{path.relative_to(folder)}: {reference}")
    return found


def ids(path):
    return [one.attributes["id"] for one in nodes(page(path)) if "id" in one.attributes]


def reached(folder):
    """The pages that links lead to from the first one."""
    found, open_ = set(), [folder / "index.html"]
    while open_:
        path = open_.pop()
        if path not in found:
            found.add(path)
            meant = [target(path, reference) for reference in references(path)]
            open_ += [file for file, _ in filter(None, meant) if file.suffix == ".html"]
    return found
