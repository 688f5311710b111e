# Sourced by the scripts that call other engines from Python, after set-up.sh. Their environments lie in $GLINT_PEERS,
# which several checkouts can share, or below .build/peers.

peers=${GLINT_PEERS:-.build/peers}

# environment NAME MODULES PACKAGES: makes the environment $peers/NAME unless these modules are there.
environment() {
  need_packages "python3  the other engines are called from it" "python3-venv  environments of their own"
  [ -x "$peers/$1/bin/python" ] || python3 -m venv "$peers/$1"
  "$peers/$1/bin/python" -c "
import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in '$2'.split()))" ||
    { say "Installing $3"; "$peers/$1/bin/pip" install -q $3; }
}
