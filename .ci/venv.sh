#!/bin/sh
# Makes a virtual environment at $2 with the interpreter $1; Debian keeps the module for it in a package of its own.
python=$1
target=$2
"$python" -m venv "$target" 2>/dev/null && exit 0
rm -rf "$target"
if [ "$(id -u)" = 0 ]; then sudo=; else sudo='sudo -n'; fi
if command -v apt-get >/dev/null && $sudo true 2>/dev/null; then
  $sudo apt-get update -qq && $sudo apt-get install -y -qq python3-venv >/dev/null && "$python" -m venv "$target" && exit 0
fi
echo "Python's venv module is missing. On Debian: sudo apt-get install python3-venv; then run the command again." >&2
exit 1
