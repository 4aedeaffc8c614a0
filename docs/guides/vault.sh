#!/usr/bin/env bash
# Vault after its first start: init, unseal, a first configuration, and away with the root token.
# What is kept where, and why, is in vault.md beside this file.
set -euo pipefail

usage() {
  cat << 'END'
usage: vault.sh COMMAND FILE

  init FILE         initialise Vault; the unseal key and the root token go to FILE (mode 600, never overwritten)
  unseal FILE       unseal every pod of VAULT_PODS; again after each restart of one
  configure FILE    with the root token: audit log, Kubernetes auth method, an example of a dynamic secret
  revoke-root FILE  revoke the root token, and take it out of FILE

FILE is outside the repository. Secrets go through pipes, never through arguments, which others could see.

  VAULT_PODS        pods of Vault; default: vault-0
  VAULT_NAMESPACE   their namespace; default: vault
  VAULT_IN          how to run a command beside Vault; default: kubectl exec in POD, which is the pod
  VAULT_PROGRAM     Vault's command there; default: vault
  VAULT_AUDIT_LOG   the audit log there; default: /vault/audit/audit.log
  KUBERNETES_URL    the API server, seen from there; default: https://kubernetes.default.svc
END
}

fail() { printf 'vault.sh: %s\n' "$*" >&2; exit 1; }

pods=${VAULT_PODS:-vault-0}
inside=${VAULT_IN:-kubectl exec --stdin --namespace=${VAULT_NAMESPACE:-vault} POD --}
program=${VAULT_PROGRAM:-vault}
audit_log=${VAULT_AUDIT_LOG:-/vault/audit/audit.log}
kubernetes=${KUBERNETES_URL:-https://kubernetes.default.svc}

# run POD ARGUMENT...: Vault's command beside a pod; standard input goes to it.
run() {
  local pod=$1
  shift
  # The words of VAULT_IN are a command and its arguments.
  # shellcheck disable=SC2086
  ${inside//POD/$pod} "$program" "$@"
}

# as_root ARGUMENT...: the same on the first pod with the root token, which is the first line of standard input.
as_root() {
  local token
  token=$(field root_token)
  [[ -n $token ]] || fail "$file has no root token: it was revoked; see 'A root token later' in vault.md"
  # As in run; and the inner shell is the one that expands its own text.
  # shellcheck disable=SC2086,SC2016
  { printf '%s\n' "$token"; cat; } | ${inside//POD/${pods%% *}} sh -c \
    'IFS= read -r VAULT_TOKEN; export VAULT_TOKEN; exec "$@"' sh "$program" "$@"
}

# field NAME: a text, or the first of a list of texts, in FILE.
field() {
  tr -d '\n' < "$file" | sed -n "s/.*\"$1\": *\[\{0,1\} *\"\([^\"]*\)\".*/\1/p"
}

init() {
  [[ ! -e $file ]] || fail "$file exists: what is in it is never overwritten"
  (umask 077 && : > "$file") || fail "$file cannot be written"
  if ! run "${pods%% *}" operator init -key-shares=1 -key-threshold=1 -format=json > "$file"; then
    [[ -s $file ]] || rm -f "$file"
    fail "Vault was not initialised; if it was before, the key is with whoever did it"
  fi
  printf 'The unseal key and the root token are in %s: put it into a password manager.\n' "$file"
}

unseal() {
  local key pod
  key=$(field unseal_keys_b64)
  [[ -n $key ]] || fail "$file has no unseal key"
  for pod in $pods; do
    printf '%s' "$key" | run "$pod" write sys/unseal key=- > /dev/null || fail "$pod was not unsealed"
    printf '%s is unsealed\n' "$pod"
  done
}

# has WHAT NAME: whether `vault WHAT list` has NAME.
has() { as_root "$1" list -format=json < /dev/null | grep -q "\"$2/\""; }

configure() {
  # First, so that everything after it is in the log.
  has audit file || as_root audit enable file file_path="$audit_log" < /dev/null

  # Who shows a ServiceAccount's token gets what that account may have. Vault asks the API server whose it is, with
  # its own account, so no token is stored.
  has auth kubernetes || as_root auth enable kubernetes < /dev/null
  as_root write auth/kubernetes/config kubernetes_host="$kubernetes" < /dev/null

  # A dynamic secret: a client certificate, made when it is asked for, worth nothing after an hour.
  if ! has secrets pki; then
    as_root secrets enable -max-lease-ttl=8760h pki < /dev/null
    # internal: the CA's key never leaves Vault.
    as_root write pki/root/generate/internal common_name="example CA" ttl=8760h < /dev/null > /dev/null
  fi
  as_root write pki/roles/example allowed_domains=example.test allow_subdomains=true max_ttl=1h < /dev/null
  as_root policy write example - << 'END'
path "pki/issue/example" {
  capabilities = ["update"]
}
END
  as_root write auth/kubernetes/role/example bound_service_account_names=example \
    bound_service_account_namespaces=example token_policies=example token_ttl=15m < /dev/null
}

revoke_root() {
  as_root token revoke -self < /dev/null
  (umask 077 && sed 's/"root_token": *"[^"]*"/"root_token": ""/' "$file" > "$file.new")
  mv "$file.new" "$file"
  printf 'The root token is revoked, and no longer in %s.\n' "$file"
}

[[ $# == 2 ]] || { usage >&2; exit 2; }
file=$2
case $1 in
  init) init ;;
  unseal | configure | revoke-root)
    [[ -r $file ]] || fail "$file cannot be read; 'vault.sh init FILE' makes it"
    "${1//-/_}"
    ;;
  *) usage >&2; exit 2 ;;
esac
