#!/usr/bin/env bash
# From nothing to the platform: a KIND cluster, Cilium, Argo CD, the root Application; Argo CD does the rest.
# Runs with the bash 3.2 of macOS; keeps what it makes in .platform-stack/, which git ignores.
set -euo pipefail
export -n GIT_TOKEN                           # of what is started here only git may see it
export GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=true # what git asks for, the script asks for, or nobody
cd -P "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat << 'END'
usage: ./bootstrap.sh up|status|down [--cluster NAME] [--dry-run]

  up      make the cluster of dist/NAME and hand it to Argo CD; run it again at any point: it goes on
  status  what there is and what it waits for; exit code 1 until the platform is ready
  down    remove the cluster that `up` made, with all its data, and nothing else

  --cluster NAME  folder of dist/  [default: the only one]
  --dry-run       print what would be done, change nothing

TIMEOUT: seconds that each step may take [1800]. For a private git repository: GIT_TOKEN (and GIT_USERNAME) for
https, GIT_SSH_KEY_FILE for ssh; without them `up` asks.
END
}

say() { printf '==> %s\n' "$*"; }
die() { printf '%s\n  found:    %s\n  expected: %s\n  hint:     %s\n' "$@" >&2 && exit 1; }
run() {
  if [ -z "$dry_run" ]; then
    "$@"
  else
    printf '    %s\n' "${*/#kc/kubectl}" >&3
    [ "${!#}" != - ] || cat > /dev/null # who writes to it must not be cut off
  fi
}
kc() { kubectl --kubeconfig "$kubeconfig" --context "kind-$CLUSTER" "$@"; }
# Under Argo CD's own name: what it adopts has one owner, so a field that git drops later goes from the cluster too.
apply() { run kc apply --server-side --force-conflicts --field-manager=argocd-controller "$@" > /dev/null; }
encode() { base64 | tr -d '\n'; }

wait_for() { # what, command; shows what the command says meanwhile, which may ask `since` when it last said something new
  local what=$1 start=$SECONDS since=$SECONDS found='' shown=''
  shift
  say "waiting for $what"
  until [ -n "$dry_run" ] || found=$("$@" 2>&1); do
    [ "$found" = "$shown" ] || { printf '    %4d s  %s\n' $((SECONDS - start)) "$found" && since=$SECONDS; }
    shown=$found
    [ $((SECONDS - start)) -lt "$TIMEOUT" ] || die "$what" "$found" "it within $TIMEOUT s" "./bootstrap.sh up goes on from here"
    sleep 1
  done
}

look() { # sets exists; fails unless the cluster is ours
  local tool clusters binds
  for tool in docker kind kubectl helm git; do
    command -v "$tool" > /dev/null || die "$tool" "no such program" "it on PATH" "platform-stack doctor checks them all"
  done
  docker info > /dev/null 2>&1 || die docker "$(docker info 2>&1 | tail -n 1)" "a running Docker" "start it; platform-stack doctor"
  clusters=$(kind get clusters 2>&1) || die kind "$clusters" "the list of its clusters" "platform-stack doctor"
  case $'\n'$clusters$'\n' in *$'\n'"$CLUSTER"$'\n'*) exists=yes ;; *) return 0 ;; esac
  # Only a cluster of this clone mounts this clone's encryption key, and it does from its first moment.
  binds=$(docker inspect --format '{{range .HostConfig.Binds}}{{println .}}{{end}}' "$CLUSTER-control-plane" 2> /dev/null) || binds=none
  [ "$binds" != none ] || [ ! -e "$state/$CLUSTER.creating" ] || return 0 # interrupted before it had this node
  case $'\n'$binds in
    *$'\n'"$state/encryption:"*) ;;
    *) die "cluster $CLUSTER" "a KIND cluster that another made; it was not touched" "none, or one made by $PWD/bootstrap.sh" \
      "give yours another name in apps/__main__.py, or remove the other: kind delete cluster --name $CLUSTER" ;;
  esac
}

adopted() { # Application: whether Argo CD has it
  local found=
  [ -n "$exists" ] && [ -s "$kubeconfig" ] || return 1
  found=$(kc get customresourcedefinitions applications.argoproj.io --ignore-not-found -o name) || exit 1
  [ -z "$found" ] || found=$(kc get applications.argoproj.io "$1" -n "$ARGO_CD_NAMESPACE" --ignore-not-found -o name) || exit 1
  [ -n "$found" ]
}

start_cluster() {
  if [ -e "$state/$CLUSTER.creating" ]; then
    say "removing cluster $CLUSTER: it was interrupted while it was made, and is empty"
    run kind delete cluster --name "$CLUSTER" --kubeconfig "$kubeconfig"
    exists=
    return
  fi
  say "cluster $CLUSTER is there"
  [ -s "$state/encryption/config.yaml" ] || die "$state/encryption/config.yaml" "no such file" "the encryption key of cluster $CLUSTER" \
    "put your copy back; without it the cluster's Secrets are lost: ./bootstrap.sh down, then up"
  # shellcheck disable=SC2046 # a word for each node
  run docker start $(kind get nodes --name "$CLUSTER") > /dev/null
  run kind export kubeconfig --name "$CLUSTER" --kubeconfig "$kubeconfig"
  [ -n "$dry_run" ] || kc config get-contexts "kind-$CLUSTER" > /dev/null || die "$kubeconfig" "no context kind-$CLUSTER" \
    "the one that kind writes" "remove the file, then ./bootstrap.sh up again"
  wait_for "the API server" kc get --raw /readyz
}

make_cluster() {
  if [ ! -e "$state/encryption/config.yaml" ]; then
    say "making the key that encrypts Secrets at rest: $state/encryption/config.yaml"
    [ -n "$dry_run" ] || (
      umask 077
      mkdir -p "$state/encryption"
      printf '%s\n' 'apiVersion: apiserver.config.k8s.io/v1' 'kind: EncryptionConfiguration' 'resources:' '- resources: [secrets]' \
        "  providers: [{secretbox: {keys: [{name: bootstrap, secret: $(head -c 32 /dev/urandom | encode)}]}}, {identity: {}}]" > "$state/new"
      mv "$state/new" "$state/encryption/config.yaml" # whole or not at all
    )
  fi
  say "making cluster $CLUSTER"
  run touch "$state/$CLUSTER.creating"
  run kind create cluster --config "$dist/bootstrap/kind.yaml" --kubeconfig "$kubeconfig" || {
    kind delete cluster --name "$CLUSTER" --kubeconfig "$kubeconfig" > /dev/null 2>&1 || true
    die "kind create cluster" "the error above (a port in use, an image that cannot be pulled, …)" "a cluster; nothing is left of this one" \
      "platform-stack doctor, then ./bootstrap.sh up again"
  }
  run rm -f "$state/$CLUSTER.creating"
  [ -n "$dry_run" ] || exists=yes
}

find_credentials() { # sets credentials, lines of a Secret
  local GIT_USERNAME=${GIT_USERNAME:-git} where="git repository $REPO_URL" hint="GIT_TOKEN for https, GIT_SSH_KEY_FILE for ssh"
  if [ -z "${GIT_TOKEN:-}${GIT_SSH_KEY_FILE:-}" ]; then
    case $REPO_URL in http* | file:*) ! git -c credential.helper= ls-remote "$REPO_URL" HEAD > /dev/null 2>&1 || return 0 ;; esac
    [ -z "$exists" ] || [ -z "$(kc get secrets platform-repository -n "$ARGO_CD_NAMESPACE" --ignore-not-found -o name)" ] || return 0
    if [ -t 0 ] && [ -z "$dry_run" ]; then
      case $REPO_URL in
        http*) IFS= read -rsp "$REPO_URL is private; access token (not shown): " GIT_TOKEN && echo ;;
        *) IFS= read -rp "$REPO_URL is private; file of the private key: " GIT_SSH_KEY_FILE ;;
      esac
    fi
  fi
  if [ -n "${GIT_SSH_KEY_FILE:-}" ]; then
    [ -r "$GIT_SSH_KEY_FILE" ] || die "$where" "the file $GIT_SSH_KEY_FILE cannot be read" "a private key" "$hint"
    credentials="  sshPrivateKey: $(encode < "$GIT_SSH_KEY_FILE")"
  elif [ -n "${GIT_TOKEN:-}" ]; then
    # shellcheck disable=SC2016 # git's own shell expands them: they are in no argument
    GIT_TOKEN=$GIT_TOKEN GIT_USERNAME=$GIT_USERNAME git -c credential.helper= \
      -c credential.helper='!printf "username=%s\npassword=%s\n" "$GIT_USERNAME" "$GIT_TOKEN"; :' \
      ls-remote "$REPO_URL" HEAD > /dev/null 2>&1 || die "$where" "GIT_TOKEN does not open it" "a token that may read it" "$hint"
    credentials="  username: $(printf %s "$GIT_USERNAME" | encode)"$'\n'"  password: $(printf %s "$GIT_TOKEN" | encode)"
  elif [ -n "$dry_run" ]; then
    say "$REPO_URL cannot be read without credentials: up asks for them"
  else
    die "$where" "it cannot be read without credentials" "a repository that Argo CD can read" "$hint; platform-stack doctor says more"
  fi
}

find_sealing_key() { # sets sealing_key, a manifest
  local command=.venv/bin/platform-stack
  [ -e "apps/secrets/$CLUSTER/certificate.pem" ] || return 0
  [ -x "$command" ] || command=platform-stack
  sealing_key=$("$command" secrets key --cluster "$CLUSTER") # or it says why not
}

established() { # else names the CRDs that are not; `kubectl wait` takes minutes for the hundred of a running platform
  local found
  # A CRD has no conditions at first, for which jsonpath would print everything there is.
  found=$(kc get customresourcedefinitions -o go-template='{{range .items}}{{.metadata.name}}{{range .status.conditions}}{{if eq .type "Established"}} {{.status}}{{end}}{{end}}{{"\n"}}{{end}}') || return 1
  awk '$1 != "" && $2 != "True" { rest = rest " " $1 } END { if (rest != "") print "not yet:" rest; exit rest != "" }' <<< "$found"
}

rolled_out() { # namespace, workload; else says how far it is, and what its pods wait for
  local found pods
  # Without --watch it says where things stand; with it, it gives up on a Deployment that passed its deadline.
  found=$(kc rollout status "$2" -n "$1" --watch=false 2>&1) || true
  case $found in *"successfully rolled out"* | *"roll out complete"* | *"rolling update complete"*) return 0 ;; esac
  pods=$(kc get pods -n "$1" --no-headers) || true
  awk -v of="${2#*/}-" 'index($1, of) == 1 && $3 != "Running" { rest = rest " " $1 " (" $3 ")" }
    END { if (rest != "") printf "pods:%s; ", rest }' <<< "$pods"
  echo "${found#error: }"
  return 1
}

make_redis_password() { # unless there is one; Argo CD and its Redis read it as they start, and no chart makes it
  [ -z "$exists" ] || [ -z "$(kc get secrets argocd-redis -n "$ARGO_CD_NAMESPACE" --ignore-not-found -o name)" ] || return 0
  say "the password of Argo CD's Redis"
  printf '%s\n' 'apiVersion: v1' 'kind: Secret' "metadata: {name: argocd-redis, namespace: $ARGO_CD_NAMESPACE}" \
    "data: {auth: $(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' | encode)}" | run kc create -f - > /dev/null
}

definitions() { # the CustomResourceDefinitions among documents: some charts keep them in crds/, others among their templates
  awk 'function end() { if (is) printf "---\n%s", text; text = ""; is = 0 }
    /^---/ { end(); next } /^kind: "?CustomResourceDefinition"?[ \t]*$/ { is = 1 } { text = text $0 "\n" } END { end() }'
}

render() { # what a line of CRDS or CHARTS names; its hooks are left to Argo CD, which knows when each is due
  # shellcheck disable=SC2086 # the reference is one word or three
  run helm template "$release" $reference --version "$version" --namespace "$namespace" --include-crds --no-hooks --values "$dist/$values" \
    --kube-version "$KUBERNETES_VERSION" --api-versions monitoring.coreos.com/v1
}

install_charts() {
  local application namespace release version values reference file workload
  while read -r application namespace release version values reference; do
    [ -n "$application" ] || continue
    if adopted "$application"; then say "Argo CD has $application: left alone" && continue; fi
    say "CRDs of $release $version"
    render | definitions | apply -f -
  done <<< "$CRDS"
  wait_for "the CRDs to be established" established
  while read -r application namespace release version values reference; do
    [ -n "$application" ] || continue
    if adopted "$application"; then say "Argo CD has $application: left alone" && continue; fi
    say "$release $version"
    for file in "$dist/apps/$application"/manifests/Namespace.*.yaml; do apply -f "$file"; done
    [ "$namespace" != "$ARGO_CD_NAMESPACE" ] || make_redis_password
    # Helm puts what names no namespace into the release's. `-n` would too, and refuse what names another.
    run kc config set-context "kind-$CLUSTER" --namespace="$namespace" > /dev/null
    render | apply -f -
    if [ -z "$dry_run" ]; then
      for workload in $(kc get daemonsets,deployments,statefulsets -n "$namespace" -o name); do
        wait_for "$workload in $namespace" rolled_out "$namespace" "$workload"
      done
    fi
    # All at once and from outside: the first of them that holds for Argo CD's controller takes from it whatever the
    # others have not given it yet, the API server too. Argo CD makes one kind after the other.
    set --
    for file in "$dist/apps/$application"/manifests/*NetworkPolicy.*.yaml; do [ ! -e "$file" ] || set -- "$@" -f "$file"; done
    [ $# = 0 ] || { say "network policies of $application" && apply "$@"; }
  done <<< "$CHARTS"
  run kc config set-context "kind-$CLUSTER" --namespace=default > /dev/null
}

hand_over() {
  local file namespace name application
  application=$(awk -v of="$ARGO_CD_NAMESPACE" '$2 == of { print $1; exit }' <<< "$CHARTS")
  if [ -n "$application" ] && adopted "$application"; then make_redis_password; fi
  if [ -n "$credentials" ]; then
    say "credentials of $REPO_URL"
    printf '%s\n' 'apiVersion: v1' 'kind: Secret' 'metadata:' '  name: platform-repository' "  namespace: $ARGO_CD_NAMESPACE" \
      '  labels: {argocd.argoproj.io/secret-type: repository}' 'data:' "  url: $(printf %s "$REPO_URL" | encode)" "$credentials" | apply -f -
  fi
  if [ -n "$sealing_key" ]; then
    say "the key that opens the sealed secrets"
    namespace=$(sed -n 's/^ *"namespace": "\(.*\)",\{0,1\}$/\1/p' <<< "$sealing_key")
    for file in "$dist"/apps/*/manifests/Namespace."$namespace".yaml; do
      application=${file%/manifests/*}
      [ ! -e "$file" ] || adopted "${application##*/}" || apply -f "$file"
    done
    printf '%s\n' "$sealing_key" | apply -f -
  elif [ -n "$SECRETS" ]; then
    say "no certificate in apps/secrets/$CLUSTER: secrets are not sealed yet. Until these Secrets are made, their applications wait:"
    while read -r namespace name application; do echo "    $application: $namespace/$name"; done <<< "$SECRETS"
  fi
  say "the root Application"
  # Argo CD adopts the AppProject in the same file; the Application is nobody's but this script's.
  set -- -f "$dist/bootstrap/root.yaml"
  if adopted "$ROOT"; then set -- "$@" -l platform-stack.io/layer=root; fi
  apply "$@"
}

ready() { # else says which of the Applications that Argo CD syncs by itself are not, and which Secrets those lack
  local found lacking application secret
  found=$(kc get applications.argoproj.io -n "$ARGO_CD_NAMESPACE" -o jsonpath='{range .items[?(@.spec.syncPolicy.automated)]}{.metadata.name}{" "}{.status.sync.status}{" "}{.status.health.status}{" "}{.status.operationState.phase}{"\n"}{end}') || return 1
  found=$(awk '$2 == "Synced" && $3 == "Healthy" && $4 != "Running" { ready++; next } { rest = rest " " $1 }
    END { print ready + 0, "ready, not yet:" rest; exit rest != "" || !ready }' <<< "$found") && return
  lacking=$(lacking) || return 1
  while read -r application secret; do
    [ -n "$application" ] || continue
    case "${found#*not yet:} " in *" $application "*) found="$found ($application lacks the Secret $secret)" ;; esac
  done <<< "$lacking"
  echo "$found"
  return 1
}

lacking() { # names the Secrets that somebody has to make and that are not there, each behind its application
  local there namespace name application
  there=$(kc get secrets --all-namespaces --no-headers | awk '{ print $1 "/" $2 }') || return 1 # names: values stay there
  while read -r namespace name application; do
    [ -n "$name" ] || continue
    case $'\n'$there$'\n' in *$'\n'"$namespace/$name"$'\n'*) ;; *) echo "$application $namespace/$name" ;; esac
  done <<< "$SECRETS"
}

settled() { # ready; or all that is not waits for a Secret that is not there, or for who does, and has done so for a while
  local found name waits=''
  found=$(ready) && return
  echo "$found"
  [ $((SECONDS - since)) -ge $((TIMEOUT / 30)) ] || return 1
  found=${found#*not yet:}
  for name in ${found%% (*}; do
    case $found in *"($name lacks "*) waits=yes ;; *) [ "$name" = "$ROOT" ] || return 1 ;; esac
  done
  [ -n "$waits" ]
}

access() {
  local kubectl="kubectl --kubeconfig $kubeconfig" url addresses
  addresses=$(kc get services --all-namespaces -l platform-stack.io/expose=lan -o jsonpath='{range .items[*]}    {.status.loadBalancer.ingress[0].ip}  {.metadata.namespace}/{.metadata.name}{"\n"}{end}')
  printf '\n%s For kubectl: export KUBECONFIG=%s\n\nURLs:\n' "${1:-The platform is ready.}" "$kubeconfig"
  for url in $ROUTES; do echo "    $url"; done
  cat << END
Addresses, of which the gateway's is the one for these names, for example in /etc/hosts:
$addresses
    Linux reaches them directly; from Docker Desktop (macOS, Windows) see docs/guides/bootstrap.md.
Trust the platform's CA, with update-ca-certificates, Keychain Access or certutil:
    $kubectl get secret platform-ca -n cert-manager -o jsonpath='{.data.tls\.crt}' | base64 -d > platform-ca.crt
Log in to Argo CD as admin; change the password, then delete the Secret:
    $kubectl get secret argocd-initial-admin-secret -n "$ARGO_CD_NAMESPACE" -o jsonpath='{.data.password}' | base64 -d
Log in to Grafana, as the admin-user of the same Secret:
    $kubectl get secret grafana-admin -n monitoring -o jsonpath='{.data.admin-password}' | base64 -d
END
}

up() {
  [ -z "$exists" ] || start_cluster # first: what it holds is not asked for again
  find_credentials
  find_sealing_key
  [ -n "$exists" ] || make_cluster # last: nothing is made while something is missing
  install_charts
  hand_over
  wait_for "the platform (Ctrl-C ends the waiting; Argo CD goes on)" settled
  [ -z "$dry_run" ] || return 0
  if ready > /dev/null; then access; else access "$(unfinished)"; fi
}

unfinished() {
  local application secret
  echo "The platform is as ready as it can be: what is below waits for a Secret, and what depends on it comes after it."
  lacking | while read -r application secret; do echo "    $application: $secret"; done
  echo "Seal them, and Argo CD goes on by itself: platform-stack secrets init and seal, make synth, commit, push,"
  echo "./bootstrap.sh up (docs/guides/secrets.md); or make them by hand. Without them some of what follows is not there."
}

status() {
  [ -n "$exists" ] || { say "no cluster $CLUSTER: ./bootstrap.sh up makes it" && return 1; }
  say "cluster $CLUSTER, made here"
  kc get nodes
  adopted "$ROOT" || { say "not handed over to Argo CD yet: ./bootstrap.sh up goes on" && return 1; }
  kc get applications.argoproj.io -n "$ARGO_CD_NAMESPACE"
  ready || return 1
  access
}

down() {
  [ -n "$exists" ] || { say "no cluster $CLUSTER: nothing to remove" && return; }
  say "removing cluster $CLUSTER with all its data; its encryption key stays in $state/encryption"
  run kind delete cluster --name "$CLUSTER" --kubeconfig "$kubeconfig"
  run rm -f "$kubeconfig" "$state/$CLUSTER.creating"
}

command='' cluster='' dry_run='' exists='' credentials='' sealing_key='' TIMEOUT=${TIMEOUT:-1800}
while [ $# -gt 0 ]; do
  case $1 in
    up | status | down) command=$1 ;;
    --cluster) cluster=${2:-} && shift ;;
    --dry-run) dry_run=yes ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
[ -n "$command" ] || { usage >&2 && exit 2; }
set -- dist/*/bootstrap/cluster.env
[ -z "$cluster" ] || set -- "dist/$cluster/bootstrap/cluster.env"
{ [ $# = 1 ] && [ -r "$1" ]; } || die "dist/${cluster:-*}" "$# clusters, or none" "the folder of one" "--cluster NAME; platform-stack synth writes the folders"
ARGO_CD_NAMESPACE=argocd ROOT=root # where the file says nothing else
# shellcheck source=dist/kind/bootstrap/cluster.env
. "$1"
dist=dist/$CLUSTER state=$PWD/.platform-stack kubeconfig=$PWD/.platform-stack/$CLUSTER.kubeconfig
exec 3>&1
trap 'echo && say "interrupted: ./bootstrap.sh $command goes on from here" && exit 130' INT TERM
look
"$command"
