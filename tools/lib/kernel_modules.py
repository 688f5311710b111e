"""Prints the files of a kernel's modules and of those that they stand on, by modules.dep.

    kernel_modules.py MODULES.DEP NAME...
"""

import pathlib
import sys


def main():
    needs = {}
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        file, _, others = line.partition(":")
        needs[file] = others.split()
    wanted, found = list(sys.argv[2:]), []
    for file, others in needs.items():
        if pathlib.PurePath(file).name.split(".")[0] in wanted:
            found += [file, *others]
    if not found:
        sys.exit(f"kernel_modules: {sys.argv[1]} knows none of {' '.join(wanted)}")
    print("\n".join(dict.fromkeys(found)))


if __name__ == "__main__":
    main()
