#!/bin/sh
# Installs Chromium and a Chinese font for the browser tests where that needs no password; says what to do where it does.
# Wanted is its headless shell, where that is a package: the same pages for two thirds of the work.
shell=chromium-headless-shell
missing=
command -v $shell >/dev/null || missing=$shell
fc-list 2>/dev/null | grep -qiE 'CJK|WenQuanYi' || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then sudo=; else sudo='sudo -n'; fi
if command -v apt-get >/dev/null && $sudo true 2>/dev/null; then
  apt-cache show $shell >/dev/null 2>&1 || $sudo apt-get update -qq
  # Another browser will do where the shell is no package.
  if ! apt-cache show $shell >/dev/null 2>&1; then
    other=chromium
    { command -v chromium || command -v google-chrome; } >/dev/null && other=
    missing=$(echo "$missing" | sed "s/$shell/$other/")
  fi
  [ -z "$(echo $missing)" ] && exit 0
  echo "installing for the browser tests: $missing"
  { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends fontconfig $missing >/dev/null; } && exit 0
fi
[ "$missing" = $shell ] && { command -v chromium || command -v google-chrome; } >/dev/null && exit 0
echo "SKIPPED: the browser tests need: $missing. On Debian: sudo apt-get install $missing; then run the tests again."
