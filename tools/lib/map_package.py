"""The package's targets as Package.swift declares them and as their files use them. Used by tools/map."""

import dataclasses
import json
import pathlib
import re
import subprocess

# Modules that a Swift toolchain brings along; nobody declares them.
TOOLCHAIN = {"Swift", "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML", "Dispatch",
             "Glibc", "Musl", "Synchronization", "Testing", "XCTest", "RegexBuilder", "Observation", "Distributed"}
# Those of them that bring ICU, which is larger than all the rest of a program; tests may use them.
LARGE = {"Foundation", "FoundationInternationalization", "FoundationNetworking", "FoundationXML"}

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+"
    r"(?:(?:struct|class|enum|protocol|typealias|func|let|var)[ \t]+)?(\w+)", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+["<]([^">\n]+)[">]', re.M)
C_SUFFIXES = {".c", ".h", ".inc", ".S", ".cpp", ".hpp"}


@dataclasses.dataclass
class Target:
    """One target. `folder` is relative to the package; `uses` has the files that import each module."""
    name: str
    kind: str
    folder: pathlib.Path
    dependencies: list
    products: set
    files: list
    sentence: str = ""
    heading: str = "Targets"
    remark: str = ""
    uses: dict = dataclasses.field(default_factory=dict)
    lines: int = 0

    @property
    def is_suite(self):
        return self.kind == "test"

    @property
    def is_for_tests(self):
        return self.is_suite or self.folder.parts[0] == "Tests"


def read(root):
    """All targets in the order of Package.swift."""
    dumped = subprocess.run(
        ["swift", "package", "dump-package"], cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    targets = [declared(entry, root) for entry in json.loads(dumped.stdout)["targets"]]
    describe(targets, (root / "Package.swift").read_text())
    owners = headers(targets, root)
    for target in targets:
        for file in target.files:
            text = (root / file).read_text()
            target.lines += sum(1 for line in text.splitlines() if line.strip() and not line.lstrip().startswith("//"))
            for module in modules(file, text, target, owners):
                target.uses.setdefault(module, []).append(file)
    return targets


def declared(entry, root):
    """A target from its entry of the dumped manifest."""
    dependencies, products = [], set()
    for dependency in entry["dependencies"]:
        kind, values = next(iter(dependency.items()))
        dependencies.append(values[0])
        if kind == "product":
            products.add(values[0])
    standard = "Tests" if entry["type"] == "test" else "Sources"
    folder = pathlib.Path(entry.get("path") or f"{standard}/{entry['name']}")
    excluded = [folder / name for name in entry.get("exclude", [])]
    only = [folder / name for name in entry.get("sources") or []]
    files = [path.relative_to(root) for path in sorted((root / folder).rglob("*"))
             if path.is_file() and path.suffix in C_SUFFIXES | {".swift"}]

    def lies_in(file, places):
        return any(place == file or place in file.parents for place in places)

    files = [file for file in files if not lies_in(file, excluded) and (not only or lies_in(file, only))]
    return Target(entry["name"], entry["type"], folder, dependencies, products, files)


def describe(targets, manifest):
    """Takes sentences and headings from the manifest's comments."""
    lines = re.split(r"(?m)^ *targets: \[$", manifest, maxsplit=1)[-1].splitlines()
    for target in targets:
        at = next((index for index in range(len(lines)) if declares(lines, index, target)), None)
        if at is None:
            continue
        told = at
        while lines[told - 1].strip().startswith("///"):
            told -= 1
        target.sentence = " ".join(line.strip()[3:].strip() for line in lines[told:at])
        end = next((index for index in range(told - 1, -1, -1) if is_heading(lines[index])), None)
        if end is not None:
            first = end
            while first > 0 and is_heading(lines[first - 1]):
                first -= 1
            text = " ".join(line.strip()[2:].strip() for line in lines[first:end + 1])
            target.heading, _, target.remark = text.removesuffix(".").partition(". ")
            target.remark += "." if target.remark else ""


def is_heading(line):
    return line.strip().startswith("//") and not line.strip().startswith("///")


def declares(lines, index, target):
    """Whether the target's declaration begins in this line; its name may stand in the next. suite("Runtime") is a
    shorthand of the manifest's for RuntimeTests."""
    for match in re.finditer(r'(\w+)\(\s*(?:name:\s*)?"(\w+)"', "\n".join(lines[index:index + 2])):
        call, name = match.groups()
        meant = name + "Tests" if call == "suite" else name
        if match.start() < len(lines[index]) and call != "product" and meant == target.name:
            return True
    return False


def headers(targets, root):
    """By public header's path as it is included: the C target that it belongs to."""
    owners = {}
    for target in targets:
        include = target.folder / "include"
        for file in target.files:
            if include in file.parents:
                owners[str(file.relative_to(include))] = target.name
        # A system library has a module map and perhaps a header beside it.
        if target.kind == "system":
            owners.update({file.name: target.name for file in target.files})
    return owners


def modules(file, text, target, owners):
    """The modules that a file imports, of other targets and other packages."""
    if file.suffix == ".swift":
        text = re.sub(r'"""(?s:.*?)"""', '""', text)
        found = set(IMPORT.findall(text))
    else:
        # A header of the same name beside the file comes first.
        near = {other.name for other in target.files}
        included = [name for name in INCLUDE.findall(text) if pathlib.Path(name).name not in near]
        found = {owners[name] for name in included if name in owners}
    allowed = TOOLCHAIN if target.is_for_tests else TOOLCHAIN - LARGE
    return sorted(found - allowed - {target.name})


def faults(targets, root):
    """What is wrong, a sentence each."""
    place = {target.name: index for index, target in enumerate(targets)}
    kinds = {target.name: target.kind for target in targets}
    found = []
    for index, target in enumerate(targets):
        for module, files in sorted(target.uses.items()):
            if module in target.dependencies:
                continue
            if module in LARGE:
                found.append(f"{target.name} imports {module} in {files[0]}: a program would carry its tables of "
                             "languages, 40 MB. FoundationEssentials and Glibc do without")
                continue
            more = f" and {len(files) - 1} more of its files" if len(files) > 1 else ""
            found.append(f"{target.name} does not declare {module}, which {files[0]}{more} imports")
        for name in target.dependencies:
            # A suite may depend on a program that it runs.
            runs = target.is_suite and kinds.get(name) == "executable"
            if name not in target.uses and not runs:
                found.append(f"{target.name} declares {name}, which none of its files imports")
            if name in place and place[name] > index:
                found.append(f"{target.name} uses {name}, which stands later in Package.swift: an arrow that points up")
        if not target.is_suite and not target.sentence:
            found.append(f"{target.name} has no sentence: a '///' comment above its target in Package.swift")
        if not target.files and target.kind != "system":
            found.append(f"{target.name} has no source files in {target.folder}")
    return found
