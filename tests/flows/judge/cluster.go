package main

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/cilium/cilium/pkg/fqdn/re"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	testidentity "github.com/cilium/cilium/pkg/testutils/identity"
	testpolicy "github.com/cilium/cilium/pkg/testutils/policy"
	"github.com/cilium/cilium/pkg/types"
	proxy "github.com/cilium/proxy/go/cilium/api"
)

const (
	clusterName       = "default"
	firstPodIdentity  = identity.NumericIdentity(256)
	regexCacheEntries = 1024
)

var logger = slog.New(slog.DiscardHandler)

// configure sets what the agent reads from its ConfigMap and keeps in package variables.
func configure() error {
	option.Config.ClusterName = clusterName
	option.Config.EnableIPv4 = true
	option.Config.EnableIPv6 = false
	option.Config.EnableL7Proxy = true
	option.Config.AllowLocalhost = option.AllowLocalhostAlways
	api.InitEntities(clusterName) // without it the entity cluster selects nothing
	policy.SetPolicyEnabled(option.DefaultEnforcement)
	if err := labelsfilter.ParseLabelPrefixCfg(logger, nil, nil, ""); err != nil {
		return err
	}
	return re.InitRegexCompileLRU(logger, regexCacheEntries)
}

// cluster is what one agent would know: the policies, the identities, and the ports that have names.
type cluster struct {
	repository *policy.Repository
	endpoints  map[string]*endpoint // by namespace/name, and "health"
	names      namedPorts
	selectors  []api.FQDNSelector
	outside    map[Peer]*identity.Identity
}

// namedPorts is the agent's table of all named ports in the cluster, by which egress rules resolve a name.
type namedPorts interface {
	types.NamedPortMultiMap
	Update(old, new types.NamedPortMap) bool
}

func newCluster() *cluster {
	repository := policy.NewPolicyRepository(
		logger,
		identity.ListReservedIdentities(),
		nil,
		withoutHTTP{},
		identitymanager.NewIDManager(logger),
		testpolicy.NewPolicyMetricsNoop(),
	)
	repository.GetSelectorCache().SetLocalIdentityNotifier(testidentity.NewDummyIdentityNotifier())
	c := &cluster{
		repository: repository,
		endpoints:  map[string]*endpoint{},
		names:      types.NewNamedPortMultiMap(),
		outside:    map[Peer]*identity.Identity{},
	}
	c.endpoints["health"] = &endpoint{
		id:       1,
		cluster:  c,
		identity: identity.LookupReservedIdentity(identity.ReservedIdentityHealth),
	}
	return c
}

// withoutHTTP stands for the translation of HTTP rules into Envoy's, which decides nothing about connections.
type withoutHTTP struct{}

func (withoutHTTP) GetEnvoyHTTPRules(*api.L7Rules, string) (*proxy.HttpNetworkPolicyRules, bool) {
	return nil, true
}

func (c *cluster) addPods(namespaces map[string]map[string]string, pods []Pod) error {
	for name, given := range namespaces {
		if value, found := given[nameLabel]; !found || value != name {
			return fmt.Errorf("namespace %s: the API server sets the label %s=%s, not %q", name, nameLabel, name, value)
		}
	}
	for index, pod := range pods {
		key := pod.Namespace + "/" + pod.Name
		given, found := namespaces[pod.Namespace]
		switch {
		case pod.Name == "" || !found:
			return fmt.Errorf("pod %s: no name or no such namespace", key)
		case c.endpoints[key] != nil:
			return fmt.Errorf("pod %s: given twice", key)
		}
		ports := types.NamedPortMap{}
		for name, port := range pod.Ports {
			if err := ports.AddPort(name, port.Number, port.Protocol); err != nil {
				return fmt.Errorf("pod %s, port %s: %w", key, name, err)
			}
		}
		c.names.Update(nil, ports)
		number := firstPodIdentity + identity.NumericIdentity(index)
		c.endpoints[key] = &endpoint{
			id:       uint64(number),
			cluster:  c,
			identity: c.know(number, podLabels(pod, namespace{pod.Namespace, given})),
			ports:    ports,
		}
	}
	return nil
}

// know gives the set of labels a numeric identity, as the agent does for pods, prefixes and looked-up names.
func (c *cluster) know(number identity.NumericIdentity, set labels.Labels) *identity.Identity {
	known := identity.NewIdentity(number, set)
	c.repository.GetSelectorCache().UpdateIdentities(
		identity.IdentityMap{number: known.LabelArray}, nil, &sync.WaitGroup{},
	)
	return known
}

// meet gives addresses and names their identities, which must be there before the first policy is computed.
func (c *cluster) meet(query Query) error {
	if _, _, err := c.resolve(query.From); err != nil {
		return fmt.Errorf("from: %w", err)
	}
	if _, _, err := c.resolve(query.To); err != nil {
		return fmt.Errorf("to: %w", err)
	}
	return nil
}

func (c *cluster) ask(query Query) (Answer, error) {
	protocol, err := protocolNumber(query.Protocol)
	if err != nil {
		return Answer{}, err
	}
	if query.Port == 0 {
		return Answer{}, errors.New("port: 1 to 65535 expected")
	}
	source, from, err := c.resolve(query.From)
	if err != nil {
		return Answer{}, fmt.Errorf("from: %w", err)
	}
	target, to, err := c.resolve(query.To)
	if err != nil {
		return Answer{}, fmt.Errorf("to: %w", err)
	}
	if source == nil && target == nil {
		return Answer{}, errors.New("neither end is a pod: no policy decides")
	}
	egress, ingress := verdict{allowed: true}, verdict{allowed: true}
	if source != nil {
		key := policy.EgressKey().WithIdentity(to.ID).WithPortProto(protocol, query.Port)
		if egress, err = source.verdict(key); err != nil {
			return Answer{}, err
		}
	}
	if target != nil {
		key := policy.IngressKey().WithIdentity(from.ID).WithPortProto(protocol, query.Port)
		if ingress, err = target.verdict(key); err != nil {
			return Answer{}, err
		}
	}
	return Answer{
		Allowed:   egress.allowed && ingress.allowed,
		Egress:    egress.allowed,
		Ingress:   ingress.allowed,
		Inspected: egress.inspected || ingress.inspected,
	}, nil
}
