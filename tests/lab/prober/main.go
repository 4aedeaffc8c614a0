// Prober asks whether connections get through, from the network namespace that it is started in, and answers them.
//
//	prober ask [-timeout 1200ms] [-parallel 256]        < questions > answers
//	prober serve [-at ADDRESS,... -tcp 22,443] [-dns ADDRESS:53 -names name=ip,...]
//
// ask reads one JSON question a line from standard input and writes one JSON answer a line, in the order in which
// the answers come. serve listens until its standard input ends; it writes "ready" once everything listens.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "prober:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("no command: found nothing; expected ask or serve")
	}
	flags := flag.NewFlagSet(arguments[0], flag.ExitOnError)
	switch arguments[0] {
	case "ask":
		timeout := flags.Duration("timeout", 1200*time.Millisecond, "how long the first try of a question may take")
		parallel := flags.Int("parallel", 256, "how many questions are open at a time")
		_ = flags.Parse(arguments[1:]) // ends the program itself
		return askAll(os.Stdin, os.Stdout, *timeout, *parallel)
	case "serve":
		addresses := flags.String("at", "", "addresses to listen on, separated by commas")
		ports := flags.String("tcp", "", "ports to listen on at each address, separated by commas")
		dns := flags.String("dns", "", "address and port where DNS queries are answered, over UDP")
		names := flags.String("names", "", "what is answered: NAME=IPV4, separated by commas; other names do not exist")
		_ = flags.Parse(arguments[1:])
		return serve(*addresses, *ports, *dns, *names)
	}
	return fmt.Errorf("command: found %q; expected ask or serve", arguments[0])
}
