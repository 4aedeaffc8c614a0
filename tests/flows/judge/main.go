// Judge answers from manifests alone which connections Cilium would let through.
//
// It reads one JSON scenario after another from standard input and writes one JSON line for each to standard
// output: {"answers": [...]} in the order of the queries, or {"error": "..."} for a scenario that Cilium, or this
// program, refuses. The verdicts come from the policy engine of the agent, github.com/cilium/cilium/pkg/policy,
// at the version in go.mod, with policyEnforcementMode default, no host firewall, and IPv4.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Scenario is a cluster on paper and the questions about it.
type Scenario struct {
	Policies   []json.RawMessage            `json:"policies"`
	Pods       []Pod                        `json:"pods"`
	Namespaces map[string]map[string]string `json:"namespaces"` // labels by name
	Queries    []Query                      `json:"queries"`
}

// Pod is one pod; several replicas need only one entry.
type Pod struct {
	Namespace string               `json:"namespace"`
	Name      string               `json:"name"`
	Labels    map[string]string    `json:"labels"`
	Ports     map[string]NamedPort `json:"ports"`
}

// NamedPort is a container port that has a name: 8080, which is TCP, or "53/UDP".
type NamedPort struct {
	Number   int
	Protocol string
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *NamedPort) UnmarshalJSON(data []byte) error {
	p.Protocol = "TCP"
	if json.Unmarshal(data, &p.Number) == nil {
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	number, protocol, _ := strings.Cut(text, "/")
	p.Protocol = protocol
	var err error
	p.Number, err = strconv.Atoi(number)
	return err
}

// Peer is one end of a connection; exactly one field is set.
type Peer struct {
	Pod    string `json:"pod,omitempty"` // namespace/name
	Entity string `json:"entity,omitempty"`
	IP     string `json:"ip,omitempty"`
	DNS    string `json:"dns,omitempty"`
}

// Query asks whether From may open a connection to To.
type Query struct {
	From     Peer   `json:"from"`
	To       Peer   `json:"to"`
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
}

// Answer says what the policies of each end let through. Inspected is set when a proxy (DNS, HTTP) reads the
// connection and may still refuse a request inside it.
type Answer struct {
	Allowed   bool `json:"allowed"`
	Egress    bool `json:"egress"`
	Ingress   bool `json:"ingress"`
	Inspected bool `json:"inspected"`
}

type reply struct {
	Answers []Answer `json:"answers,omitempty"`
	Error   string   `json:"error,omitempty"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}

func run(input io.Reader, output io.Writer) error {
	if err := configure(); err != nil {
		return err
	}
	decoder := json.NewDecoder(input)
	decoder.DisallowUnknownFields()
	encoder := json.NewEncoder(output)
	for {
		var scenario Scenario
		if err := decoder.Decode(&scenario); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("scenario: %w", err)
		}
		answers, err := judge(scenario)
		if err != nil {
			answers = nil
		}
		if err := encoder.Encode(reply{answers, message(err)}); err != nil {
			return err
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func judge(scenario Scenario) ([]Answer, error) {
	cluster := newCluster()
	if err := cluster.addPods(scenario.Namespaces, scenario.Pods); err != nil {
		return nil, err
	}
	for index, manifest := range scenario.Policies {
		if err := cluster.addPolicy(manifest, scenario.Namespaces); err != nil {
			return nil, fmt.Errorf("policies[%d]: %w", index, err)
		}
	}
	for index, query := range scenario.Queries {
		if err := cluster.meet(query); err != nil {
			return nil, fmt.Errorf("queries[%d]: %w", index, err)
		}
	}
	answers := make([]Answer, len(scenario.Queries))
	for index, query := range scenario.Queries {
		answer, err := cluster.ask(query)
		if err != nil {
			return nil, fmt.Errorf("queries[%d]: %w", index, err)
		}
		answers[index] = answer
	}
	return answers, nil
}
