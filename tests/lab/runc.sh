#!/bin/sh
# The real runc, without what this machine does not have: a container that is given a capability which its creator
# lacks is not started. node.py fills in their names, as the JSON of a container says them, and where runc is.
file='' previous=''
for argument in "$@"; do
  case $previous in
    --bundle) file=$argument/config.json ;;
    --process) file=$argument ;;
  esac
  previous=$argument
done
if [ -n "$file" ] && [ -e "$file" ]; then
  # shellcheck disable=SC2043 # one name until they are filled in
  for name in @WITHOUT@; do sed -i "s/\"$name\",//g; s/,\"$name\"//g" "$file"; done
fi
exec @RUNC@ "$@"
