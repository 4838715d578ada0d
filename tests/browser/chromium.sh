#!/bin/sh
# Installs Chromium and a Chinese font for the browser tests where that needs no password; says what to do where it does.
missing=
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="chromium"
fc-list 2>/dev/null | grep -qiE 'CJK|WenQuanYi' || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then sudo=; else sudo='sudo -n'; fi
if command -v apt-get >/dev/null && $sudo true 2>/dev/null; then
  echo "installing for the browser tests:$missing"
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends fontconfig $missing >/dev/null && exit 0
fi
echo "SKIPPED: the browser tests need: $missing. On Debian: sudo apt-get install $missing; then run the tests again."
