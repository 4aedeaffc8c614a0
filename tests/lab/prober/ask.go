package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Question is one connection to try.
type Question struct {
	ID       int    `json:"id"`
	Protocol string `json:"protocol"` // tcp or udp
	Host     string `json:"host"`     // an IPv4 address, or a DNS name if Server is set
	Port     int    `json:"port"`
	Server   string `json:"server"` // the DNS server's IPv4 address
	Tries    int    `json:"tries"`  // how often a silent connection is tried; 0 and 1: once
}

// Answer says what became of it.
type Answer struct {
	ID      int     `json:"id"`
	Outcome string  `json:"outcome"`
	Detail  string  `json:"detail,omitempty"`
	Address string  `json:"address,omitempty"` // where the host's name led
	Seconds float64 `json:"seconds"`
}

// What a connection can come to.
const (
	opened     = "open"       // TCP: the connection was made; UDP: something came back
	refused    = "refused"    // it got there, and nobody listens
	silent     = "timeout"    // nothing came back
	unresolved = "unresolved" // the name led to no address
	failed     = "error"      // anything else, see Detail
)

const lookUps = 3

func askAll(input io.Reader, output io.Writer, timeout time.Duration, parallel int) error {
	decoder := json.NewDecoder(bufio.NewReader(input))
	decoder.DisallowUnknownFields()
	buffered := bufio.NewWriter(output)
	encoder := json.NewEncoder(buffered)
	var (
		lock    sync.Mutex
		waiting sync.WaitGroup
		written error
	)
	slots := make(chan struct{}, max(1, parallel))
	for {
		var question Question
		if err := decoder.Decode(&question); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("question: %w", err)
		}
		slots <- struct{}{}
		waiting.Go(func() {
			defer func() { <-slots }()
			answer := ask(question, timeout)
			lock.Lock()
			defer lock.Unlock()
			written = errors.Join(written, encoder.Encode(answer))
		})
	}
	waiting.Wait()
	return errors.Join(written, buffered.Flush())
}

// ask tries a connection; each further try after a silence may take twice as long, because a busy machine is slow.
func ask(question Question, timeout time.Duration) Answer {
	start := time.Now()
	answer := Answer{ID: question.ID}
	host := question.Host
	if question.Server != "" {
		found, err := lookUp(host, question.Server, timeout)
		if err != nil {
			answer.Outcome, answer.Detail = unresolved, err.Error()
			answer.Seconds = time.Since(start).Seconds()
			return answer
		}
		host, answer.Address = found, found
	}
	where := net.JoinHostPort(host, strconv.Itoa(question.Port))
	for try := range max(1, question.Tries) {
		var err error
		switch question.Protocol {
		case "tcp":
			err = connect(where, timeout<<try)
		case "udp":
			err = exchange(where, timeout<<try)
		default:
			err = fmt.Errorf("protocol: found %q; expected tcp or udp", question.Protocol)
		}
		answer.Outcome = outcome(err)
		if answer.Outcome == failed {
			answer.Detail = err.Error()
		}
		if answer.Outcome != silent {
			break
		}
	}
	answer.Seconds = time.Since(start).Seconds()
	return answer
}

func outcome(err error) string {
	var network net.Error
	switch {
	case err == nil:
		return opened
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused
	case errors.As(err, &network) && network.Timeout(): // ETIMEDOUT too
		return silent
	}
	return failed
}

// connect makes a TCP connection and resets it, so that thousands leave nothing behind in TIME_WAIT.
func connect(where string, timeout time.Duration) error {
	connection, err := net.DialTimeout("tcp4", where, timeout)
	if err != nil {
		return err
	}
	_ = connection.(*net.TCPConn).SetLinger(0)
	return connection.Close()
}

// exchange sends a DNS query, which a DNS server answers and most others drop, and waits for any datagram.
func exchange(where string, timeout time.Duration) error {
	connection, err := net.DialTimeout("udp4", where, timeout)
	if err != nil {
		return err
	}
	defer connection.Close()
	if _, err = connection.Write(query("kubernetes.default.svc.cluster.local")); err != nil {
		return err
	}
	if err = connection.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	_, err = connection.Read(make([]byte, 512))
	return err
}

// lookUp asks one DNS server for a name as it is, without search domains, and again after a silence.
func lookUp(name, server string, timeout time.Duration) (string, error) {
	resolver := net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(server, "53"))
		},
	}
	var err error
	for try := range lookUps {
		limit, stop := context.WithTimeout(context.Background(), timeout<<try)
		found, failure := resolver.LookupIP(limit, "ip4", name+".")
		stop()
		if failure == nil {
			return found[0].String(), nil
		}
		err = failure
		var missing *net.DNSError
		if errors.As(err, &missing) && missing.IsNotFound {
			break
		}
	}
	return "", err
}
