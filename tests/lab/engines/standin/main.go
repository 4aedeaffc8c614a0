// Program standin takes the place of a program that the lab cannot build, inside an image of that program's name.
//
// The file uses.json in the image's folder /.standin says what each command of a pod is: one that ends (an init container, a
// Job's, an exec probe, a lifecycle hook) ends with 0; one that stays listens on the container's ports until
// SIGTERM. What no use names stays, on every port of the image, if it is the container's first process; anything
// else ends with 0. Its TLS certificates are of the authority whose certificate and key are in the same folder.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
)

var folder = "/.standin"

// A use is one command line of a container: each word as the literal parts around the variables in it.
type use struct {
	Words [][]string `json:"words"`
	Stays bool       `json:"stays"`
	TCP   []int      `json:"tcp"`
	UDP   []int      `json:"udp"`
}

type table struct {
	Image string `json:"image"`
	Uses  []use  `json:"uses"`
}

func main() {
	// It waits nearly always, and counts against the limit of somebody else's container.
	runtime.GOMAXPROCS(1)
	debug.SetMemoryLimit(8 << 20)
	known, err := readTable(filepath.Join(folder, "uses.json"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "stand-in:", err)
		os.Exit(1)
	}
	found := known.find(os.Args, os.Getpid() == 1)
	if !found.Stays {
		return
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	fmt.Fprintf(os.Stderr, "stand-in for %s: tcp %v, udp %v\n", known.Image, found.TCP, found.UDP)
	listen(found.TCP, found.UDP)
	for each := range signals {
		if each != syscall.SIGCHLD {
			return
		}
		reap()
	}
}

func readTable(path string) (table, error) {
	var known table
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &known)
	}
	return known, err
}

func (t table) find(arguments []string, first bool) use {
	for _, each := range t.Uses {
		if each.matches(arguments) {
			return each
		}
	}
	every := use{Stays: first}
	for _, each := range t.Uses {
		every.TCP = union(every.TCP, each.TCP)
		every.UDP = union(every.UDP, each.UDP)
	}
	return every
}

func (u use) matches(arguments []string) bool {
	if len(u.Words) != len(arguments) {
		return false
	}
	for index, parts := range u.Words {
		if !matches(parts, arguments[index]) {
			return false
		}
	}
	return true
}

// matches says whether a word is the literal parts in their order, with anything where a variable stood.
func matches(parts []string, word string) bool {
	if len(parts) == 1 {
		return word == parts[0]
	}
	last := len(parts) - 1
	rest, found := strings.CutPrefix(word, parts[0])
	if !found {
		return false
	}
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}

func union(left, right []int) []int {
	seen := map[int]bool{}
	for _, port := range left {
		seen[port] = true
	}
	for _, port := range right {
		if !seen[port] {
			seen[port] = true
			left = append(left, port)
		}
	}
	return left
}

func reap() {
	if os.Getpid() != 1 {
		return
	}
	for {
		if ended, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); ended <= 0 || err != nil {
			return
		}
	}
}
