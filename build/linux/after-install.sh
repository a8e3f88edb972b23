#!/bin/sh
# What an installation adds outside the package: the command, the sandbox's way on this system, and on Ubuntu the leave
# to use it. Called as "configure" on Debian, under rpm with the number of versions that are installed then.
set -e

case "$1" in
  abort-*) exit 0 ;;
esac

program='/opt/${sanitizedProductName}/${executable}'
sandbox='/opt/${sanitizedProductName}/chrome-sandbox'

update-alternatives --install '/usr/bin/${executable}' '${executable}' "$program" 100

# A profile that lets the program make user namespaces, where AppArmor keeps them from unknown programs (Ubuntu 24.04).
has_profile=no
if command -v apparmor_status > /dev/null 2>&1 && apparmor_status --enabled > /dev/null 2>&1; then
  profile='/opt/${sanitizedProductName}/resources/apparmor-profile'
  # An older AppArmor does not read it, and does not need it.
  if apparmor_parser --skip-kernel-load --debug "$profile" > /dev/null 2>&1; then
    install -m 0644 "$profile" '/etc/apparmor.d/${executable}'
    # In a chroot, where images are made, there is no kernel of one's own to tell.
    if ! { command -v ischroot > /dev/null 2>&1 && ischroot; }; then
      apparmor_parser --replace --write-cache --skip-read-cache '/etc/apparmor.d/${executable}' || true
    fi
    has_profile=yes
  fi
fi

# Chromium's sandbox uses user namespaces; where people may not make them it needs its helper to run as root. This runs
# as root, who may always, so the settings are read as well.
value_of() {
  cat "/proc/sys/$1" 2> /dev/null || echo "$2"
}
mode=0755
if ! { [ -L /proc/self/ns/user ] && unshare --user true 2> /dev/null; }; then
  mode=4755
elif [ "$(value_of kernel/unprivileged_userns_clone 1)" = 0 ] || [ "$(value_of user/max_user_namespaces 1)" = 0 ]; then
  mode=4755
elif [ "$(value_of kernel/apparmor_restrict_unprivileged_userns 0)" = 1 ] && [ "$has_profile" = no ]; then
  mode=4755
fi
chmod "$mode" "$sandbox"

if command -v update-desktop-database > /dev/null 2>&1; then
  update-desktop-database -q /usr/share/applications || true
fi
