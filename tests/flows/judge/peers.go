package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/cilium/cilium/pkg/identity"
	k8sUtils "github.com/cilium/cilium/pkg/k8s/utils"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/labelsfilter"
	"github.com/cilium/cilium/pkg/u8proto"
)

const nameLabel = "kubernetes.io/metadata.name"

// entities are those that can stand at one end of a connection; cluster and all are sets of them.
var entities = map[string]identity.NumericIdentity{
	"host":           identity.ReservedIdentityHost,
	"remote-node":    identity.ReservedIdentityRemoteNode,
	"kube-apiserver": identity.ReservedIdentityKubeAPIServer,
	"health":         identity.ReservedIdentityHealth,
	"world":          identity.ReservedIdentityWorld,
}

// namespace is what Cilium reads of a Namespace.
type namespace struct {
	name   string
	labels map[string]string
}

func (n namespace) GetName() string              { return n.name }
func (n namespace) GetLabels() map[string]string { return n.labels }

// podLabels are the labels that select a pod: its own, less those that Cilium leaves out of identities, its
// namespace's, and the cluster's name.
func podLabels(pod Pod, of namespace) labels.Labels {
	sanitized := k8sUtils.SanitizePodLabels(pod.Labels, of, "", clusterName)
	relevant, _ := labelsfilter.Filter(labels.Map2Labels(sanitized, labels.LabelSourceK8s))
	return relevant
}

// resolve returns the identity of a peer and, if policies can select the peer, its endpoint.
func (c *cluster) resolve(peer Peer) (*endpoint, *identity.Identity, error) {
	switch peer {
	case Peer{Pod: peer.Pod}:
		if found := c.endpoints[peer.Pod]; found != nil && strings.Contains(peer.Pod, "/") {
			return found, found.identity, nil
		}
		return nil, nil, fmt.Errorf("pod %q: not among the pods", peer.Pod)
	case Peer{Entity: peer.Entity}:
		number, found := entities[peer.Entity]
		if !found {
			return nil, nil, fmt.Errorf("entity %q: host, remote-node, kube-apiserver, health or world expected", peer.Entity)
		}
		return c.endpoints[peer.Entity], identity.LookupReservedIdentity(number), nil
	case Peer{IP: peer.IP}, Peer{DNS: peer.DNS}:
		known, err := c.outsider(peer)
		return nil, known, err
	}
	return nil, nil, fmt.Errorf("peer %+v: exactly one of pod, entity, ip and dns expected", peer)
}

func (c *cluster) outsider(peer Peer) (*identity.Identity, error) {
	if known := c.outside[peer]; known != nil {
		return known, nil
	}
	set, err := c.prefixLabels(peer.IP)
	if peer.DNS != "" {
		set, err = c.nameLabels(peer.DNS)
	}
	if err != nil {
		return nil, err
	}
	number := identity.IdentityScopeLocal + 1 + identity.NumericIdentity(len(c.outside))
	c.outside[peer] = c.know(number, set)
	return c.outside[peer], nil
}

func (c *cluster) prefixLabels(ip string) (labels.Labels, error) {
	address, err := netip.ParseAddr(ip)
	if err != nil || !address.Is4() {
		return nil, fmt.Errorf("ip %q: an IPv4 address expected", ip)
	}
	return labels.GetCIDRLabels(netip.PrefixFrom(address, address.BitLen())), nil
}

// nameLabels are those of an address that a pod looked up by this name: one for each toFQDNs selector that matches.
func (c *cluster) nameLabels(name string) (labels.Labels, error) {
	set := labels.Labels{}
	for _, selector := range c.selectors {
		pattern, err := selector.ToRegex()
		if err != nil {
			return nil, err
		}
		if pattern.MatchString(strings.ToLower(strings.TrimSuffix(name, ".")) + ".") {
			label := selector.IdentityLabel()
			set[label.Key] = label
		}
	}
	set.AddWorldLabel(netip.IPv4Unspecified())
	return set, nil
}

func protocolNumber(name string) (u8proto.U8proto, error) {
	switch name {
	case "TCP":
		return u8proto.TCP, nil
	case "UDP":
		return u8proto.UDP, nil
	}
	return 0, fmt.Errorf("protocol %q: TCP or UDP expected", name)
}
