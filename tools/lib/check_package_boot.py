"""Checks what the booted machine of tools/test-package-boot told.

    check_package_boot.py CONSOLE MOST_MEGABYTES
"""

import json
import pathlib
import re
import sys


def main():
    console, most = pathlib.Path(sys.argv[1]).read_text(errors="replace"), float(sys.argv[2])
    told, journal = {}, []
    for name, value in re.findall(r"trial: (\w+)=([^\r\n]*)", console):
        if name == "journal":
            journal.append(value)
        else:
            told[name] = value
    if "end" not in told:
        print("\n".join(console.splitlines()[-40:]))
        sys.exit("package: the machine did not come to its end")
    try:
        facts = json.loads(told["facts"])
    except ValueError:
        facts = None
    megabytes = int(told["resident_kb"] or 0) * 1024 / 1e6
    checks = {
        "the service is not enabled by the package": told["enabled_before"] == "disabled",
        "it does not run before": told["active_before"] == "inactive",
        "it runs when enabled": told["active"] == "active",
        "it serves its page": isinstance(facts, dict),
        # The range that systemd takes such users from.
        "it is a user that exists while it runs": told["uid"].isdigit() and 61184 <= int(told["uid"]) <= 65519,
        "its only group beside its own is video": told["groups"].split() == ["video"],
        "the journal has the page's address": any("http://" in line for line in journal),
        "it has no rights of root": int(told["capabilities"] or "1", 16) == 0,
        f"{megabytes:.1f} MB resident, at most {most:.0f}": 0 < megabytes <= most,
        f"exposure {told['exposure']}, at most 2.0": bool(told["exposure"]) and float(told["exposure"]) <= 2,
        "it ends well": told["stopped"] == "success",
        "its user is gone then": told["user_after"] == "gone",
    }
    for what, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED'}: {what}")
    if not all(checks.values()):
        print("\n".join(f"{name}={value}" for name, value in told.items()))
        print("\n".join(journal))
        sys.exit(1)
    print(f"   resident {megabytes:.1f} MB, of which its own {int(told['anonymous_kb']) * 1024 / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
