package main

import (
	"encoding/json"
	"fmt"

	ipcachetypes "github.com/cilium/cilium/pkg/ipcache/types"
	"github.com/cilium/cilium/pkg/k8s"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	networkingv1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/policy/api"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// head is what every manifest begins with.
type head struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"metadata"`
}

// addPolicy takes one manifest as the agent would, and refuses what the API server would have refused or completed.
func (c *cluster) addPolicy(manifest json.RawMessage, namespaces map[string]map[string]string) error {
	var object head
	if err := json.Unmarshal(manifest, &object); err != nil {
		return err
	}
	kind, namespace, name := object.Kind, object.Metadata.Namespace, object.Metadata.Name
	where := fmt.Sprintf("%s %s/%s", kind, namespace, name)
	clusterwide := kind == "CiliumClusterwideNetworkPolicy"
	_, found := namespaces[namespace]
	switch {
	case name == "":
		return fmt.Errorf("%s: no name", where)
	case clusterwide && namespace != "":
		return fmt.Errorf("%s: a clusterwide policy has no namespace", where)
	case !clusterwide && !found:
		// Without a namespace the engine takes a CiliumNetworkPolicy as clusterwide and a NetworkPolicy as default's.
		return fmt.Errorf("%s: no namespace, or not among the namespaces", where)
	}
	rules, resource, err := parse(object, manifest)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	for _, rule := range rules {
		if rule.NodeSelector.LabelSelector != nil {
			return fmt.Errorf("%s: nodeSelector: the host firewall is not judged", where)
		}
		if err := rule.Sanitize(); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		for _, egress := range rule.Egress {
			c.selectors = append(c.selectors, egress.ToFQDNs...)
		}
	}
	_, _, replaced := c.repository.ReplaceByResource(rules, ipcachetypes.NewResourceID(resource, namespace, name))
	if replaced > 0 {
		return fmt.Errorf("%s: given twice", where)
	}
	return nil
}

func parse(object head, manifest json.RawMessage) (api.Rules, ipcachetypes.ResourceKind, error) {
	switch object.APIVersion + " " + object.Kind {
	case "networking.k8s.io/v1 NetworkPolicy":
		var np networkingv1.NetworkPolicy
		if err := yaml.UnmarshalStrict(manifest, &np); err != nil {
			return nil, "", err
		}
		if err := requirePolicyTypes(np.Spec); err != nil {
			return nil, "", err
		}
		rules, err := k8s.ParseNetworkPolicy(logger, "", &np)
		return rules, ipcachetypes.ResourceKindNetpol, err
	case "cilium.io/v2 CiliumNetworkPolicy":
		var cnp ciliumv2.CiliumNetworkPolicy
		if err := yaml.UnmarshalStrict(manifest, &cnp); err != nil {
			return nil, "", err
		}
		rules, err := cnp.Parse(logger, "")
		return rules, ipcachetypes.ResourceKindCNP, err
	case "cilium.io/v2 CiliumClusterwideNetworkPolicy":
		var ccnp ciliumv2.CiliumClusterwideNetworkPolicy
		if err := yaml.UnmarshalStrict(manifest, &ccnp); err != nil {
			return nil, "", err
		}
		rules, err := ccnp.Parse(logger, "")
		return rules, ipcachetypes.ResourceKindCCNP, err
	}
	return nil, "", fmt.Errorf("apiVersion %q: not a policy that is judged", object.APIVersion)
}

// requirePolicyTypes wants each direction named that has rules: Kubernetes ignores the rules of a direction that is
// left out while Cilium enforces them, so such a policy has no one meaning.
func requirePolicyTypes(spec networkingv1.NetworkPolicySpec) error {
	named := map[networkingv1.PolicyType]bool{}
	for _, one := range spec.PolicyTypes {
		if one != networkingv1.PolicyTypeIngress && one != networkingv1.PolicyTypeEgress {
			return fmt.Errorf("policyTypes: %q: Ingress or Egress expected", one)
		}
		named[one] = true
	}
	if len(spec.Ingress) > 0 && !named[networkingv1.PolicyTypeIngress] ||
		len(spec.Egress) > 0 && !named[networkingv1.PolicyTypeEgress] || len(named) == 0 {
		return fmt.Errorf("policyTypes %v: each direction with rules expected", spec.PolicyTypes)
	}
	return nil
}
