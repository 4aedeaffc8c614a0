package main

import (
	"github.com/cilium/cilium/pkg/endpoint/regeneration"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/spanstat"
	"github.com/cilium/cilium/pkg/types"
	"github.com/cilium/cilium/pkg/u8proto"
)

// proxyPort is where a redirect leads; the engine only asks that there is one.
const proxyPort = 10001

// endpoint is a pod, or a node's health endpoint, as the owner of a policy.
type endpoint struct {
	id       uint64
	cluster  *cluster
	identity *identity.Identity
	ports    types.NamedPortMap
	policy   *policy.EndpointPolicy // computed at the first question
}

type verdict struct{ allowed, inspected bool }

func (e *endpoint) verdict(key policy.Key) (verdict, error) {
	if e.policy == nil {
		if err := e.compute(); err != nil {
			return verdict{}, err
		}
	}
	entry, _, _ := e.policy.Lookup(key)
	return verdict{!entry.IsDeny(), entry.IsRedirectEntry()}, nil
}

// compute resolves the policies that select the endpoint, with a redirect for each rule that needs a proxy: without
// one the engine leaves such rules out, as if they allowed nothing.
func (e *endpoint) compute() error {
	resolved, _, err := e.cluster.repository.GetSelectorPolicy(e.identity, 0, &statistics{}, e.id)
	if err != nil {
		return err
	}
	redirects := map[string]uint16{}
	for filter, selected := range resolved.RedirectFilters() {
		port := filter.Port
		if port == 0 && filter.PortName != "" {
			port = e.GetNamedPort(filter.Ingress, filter.PortName, filter.U8Proto)
		}
		listener := selected.Policy.GetListener()
		redirects[policy.ProxyID(uint16(e.id), filter.Ingress, string(filter.Protocol), port, listener)] = proxyPort
	}
	e.policy = resolved.DistillPolicy(logger, e, redirects)
	err = e.policy.Ready()
	e.policy.Detach(logger)
	return err
}

// GetNamedPort resolves a name as the agent does: on ingress among the pod's own ports; on egress among those of
// all pods in the cluster, where a name that stands for several numbers resolves to none.
func (e *endpoint) GetNamedPort(ingress bool, name string, protocol u8proto.U8proto) uint16 {
	var number uint16
	if ingress {
		number, _ = e.ports.GetNamedPort(name, protocol) // an unknown name is 0: the rule matches no port
	} else {
		number, _ = e.cluster.names.GetNamedPort(name, protocol)
	}
	return number
}

// GetID implements policy.PolicyOwner.
func (e *endpoint) GetID() uint64 { return e.id }

// PolicyDebug implements policy.PolicyOwner.
func (e *endpoint) PolicyDebug(string, ...any) {}

// IsHost implements policy.PolicyOwner.
func (e *endpoint) IsHost() bool { return false }

// MapStateSize implements policy.PolicyOwner.
func (e *endpoint) MapStateSize() int { return 0 }

// RegenerateIfAlive implements policy.PolicyOwner.
func (e *endpoint) RegenerateIfAlive(*regeneration.ExternalRegenerationMetadata) <-chan bool {
	done := make(chan bool)
	close(done)
	return done
}

// statistics implements policy.GetPolicyStatistics.
type statistics struct{ waiting, calculation spanstat.SpanStat }

func (s *statistics) WaitingForPolicyRepository() *spanstat.SpanStat { return &s.waiting }
func (s *statistics) SelectorPolicyCalculation() *spanstat.SpanStat  { return &s.calculation }
